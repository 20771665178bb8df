import * as z from "zod/mini";

const how = "by whole id, by a prefix of it, by name, or @last for the newest of the history";

/** One job, as every command takes it. */
export const jobField = z.string().check(z.minLength(1), z.describe(`A job: ${how}`));

/** Several jobs. */
export const jobsField = z
  .array(z.string().check(z.minLength(1)))
  .check(z.minLength(1), z.maxLength(50), z.describe(`Jobs, each ${how}`));

const described = <Schema extends z.ZodMiniType>(schema: Schema, description: string) =>
  schema.check(z.describe(description));

const example = JSON.stringify({
  name: "demo",
  framework: "pytorch",
  command: "python train.py",
  logic_compute_group_id: "lcg-…",
  project_id: "project-…",
  workspace_id: "ws-…",
  task_priority: 4,
  max_running_time_ms: "2h",
  envs: { NCCL_DEBUG: "INFO" },
  framework_config: [
    {
      image: "host/namespace/name:tag",
      image_type: "SOURCE_OFFICIAL",
      instance_count: 1,
      shm_gi: 16,
      spec_id: "…",
    },
  ],
});

/** The arguments of a tool that takes a spec. */
export const specFields = {
  file: z.optional(
    described(
      z.string(),
      "Path of the job spec (.yaml, .yml or .json), below the server's working folder",
    ),
  ),
  spec: z.optional(
    described(
      z.union([z.string(), z.record(z.string(), z.unknown())]),
      `The job spec itself instead of a file: YAML or JSON text, or an object. Such as ${example}. The resource qizhi://job-spec.schema.json holds its JSON Schema.`,
    ),
  ),
  set: z.optional(
    described(
      z.array(z.string()),
      "Values to replace, such as task_priority=5 or framework_config[0].instance_count=4",
    ),
  ),
  profile: z.optional(
    described(
      z.string(),
      "Profile of .qizhi/defaults.yaml, or of the user's own defaults, that the spec builds on",
    ),
  ),
  allow_unknown: z.optional(
    described(z.boolean(), "Let keys through that this version does not know"),
  ),
};

/** The description of the submit tool. */
export const submitDescription = `Submit a job to the Qizhi cluster. It takes GPUs that cost money, so it never happens in one call:
1. Call it without confirmation. Nothing is sent; the answer holds the plan (what would be sent, to which platform, as whom, how many nodes, warnings) and a confirmation.
2. Show the plan to the user. Only when the user agrees, call it again with the same arguments and that confirmation.
A confirmation is good once, for 10 minutes, and only for the very same spec; after any change it answers with a new plan. Never submit again after an error with code submission_unknown: the job may exist.`;

const confirmFields = {
  allow_duplicate: z.optional(
    z
      .boolean()
      .check(z.describe("Submit although an earlier, equal submit has an unknown outcome")),
  ),
  dry_run: z.optional(
    z.boolean().check(z.describe("Only the plan, also where a confirmation is given")),
  ),
  confirmation: z.optional(
    z.string().check(z.describe("From the plan that the user has agreed to")),
  ),
};

/** Arguments of the submit tool. */
export const submitSchema = z.strictObject({
  ...specFields,
  name: z.optional(z.string().check(z.describe("Replaces the job's name"))),
  ...confirmFields,
});

/** A submit as a tool gets it. */
export type SubmitInput = z.infer<typeof submitSchema>;

/** The description of the rerun tool. */
export const rerunDescription =
  "Submit again what was submitted from this machine, with the secrets of its variables, which no tool shows. In two calls, as submit: first a plan, then the same with the confirmation that the user has agreed to.";

/** Arguments of the rerun tool. */
export const rerunSchema = z.strictObject({
  job: jobField,
  set: specFields.set,
  name: z.optional(z.string().check(z.describe("Replaces the job's name"))),
  ...confirmFields,
});

/** A rerun as a tool gets it. */
export type RerunInput = z.infer<typeof rerunSchema>;

/** What both tools know of the confirmation. */
export type Confirmed = Pick<RerunInput, keyof typeof confirmFields>;
