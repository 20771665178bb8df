import * as z from "zod/mini";
import { byRule } from "./spec-rules.ts";
import { envName, idSchema, maxRunningTimeMs, reserveMs, text } from "./spec-scalars.ts";

export { longestRunMs } from "./spec-scalars.ts";

/** Values of `image_type` (wire-facts 3.5). It must match the image's real source. */
export const imageTypes = ["SOURCE_OFFICIAL", "SOURCE_PUBLIC", "SOURCE_PRIVATE"] as const;

const envFields = {
  /** Name of the variable. */
  name: envName,
  /** Its value. No place for secrets: the create answer echoes it (wire-facts 7). */
  value: z.string(),
};

/** One environment variable of a job spec; both strings (wire-facts 2.1). */
export const EnvSpecSchema = z.strictObject(envFields);

const envMap = z.pipe(
  z.pipe(
    z.record(envName, z.union([z.string(), z.number(), z.boolean()])),
    z.transform((map) =>
      Object.entries(map).map(([name, value]) => ({ name, value: String(value) })),
    ),
  ),
  z.array(EnvSpecSchema),
);

const datasetFields = {
  /** Code of the dataset. */
  dataset_id: text,
  /** Path that the web console's check returned. */
  path: text,
  /** Code of the version. */
  version_id: text,
};

/** A dataset of a job spec (page: train.DatasetInfo; wire-facts 7: codes, not ids, from the web console). */
export const DatasetSpecSchema = z.strictObject(datasetFields);

const frameworkFields = {
  /** Full image address, `host/namespace/name:tag` (wire-facts 3.5). */
  image: text,
  /** Where the image comes from: SOURCE_OFFICIAL, SOURCE_PUBLIC or SOURCE_PRIVATE. */
  image_type: z.enum(imageTypes),
  /** Number of nodes. The command runs once on each. */
  instance_count: z.int().check(z.minimum(1, byRule("no_node"))),
  /** Shared memory (/dev/shm) per node in GiB, at most the spec's memory. */
  shm_gi: z.number().check(z.minimum(0, byRule("negative_shm"))),
  /** Resource spec of one node; `quota_id` in the detail of a job made in the web console. */
  spec_id: idSchema("", "quota_in_detail"),
};

/** What one group of nodes runs on (page: train.FrameworkConfigOpenAPI). */
export const FrameworkConfigSpecSchema = z.strictObject(frameworkFields);

const oneEntryAtLeast = z.minLength(1, byRule("no_entry"));

const fields = {
  /** Restarts a failed round; needs fault_tolerance_max_retry. */
  auto_fault_tolerance: z.optional(z.boolean()),
  /** Shell command, run by sh (not bash) once per node. */
  command: z.string().check(
    z.refine((value) => value.trim() !== "", byRule("empty")),
    z.refine((value) => !value.includes("\0"), byRule("nul_character")),
  ),
  /** Datasets to mount, as the web console's check returned them. */
  dataset_info: z.optional(z.array(DatasetSpecSchema)),
  /** Sends a Feishu message to the owner's account. */
  enable_notification: z.optional(z.boolean()),
  /** Checks the nodes before the start. */
  enable_troubleshoot: z.optional(z.boolean()),
  /** Environment variables, as a map or as a list of name and value. No place for secrets. */
  envs: z.optional(z.union([z.array(EnvSpecSchema), envMap])),
  /** Most restarts under fault tolerance, 1 to 10. */
  fault_tolerance_max_retry: z.optional(
    z.int().check(z.minimum(0, byRule("negative")), z.maximum(10, byRule("too_many_restarts"))),
  ),
  /** Seconds between restarts. */
  fault_tolerance_retry_interval_sec: z.optional(z.int().check(z.minimum(0, byRule("negative")))),
  /** Framework, in lower case; pytorch is the one in use. */
  framework: text.check(z.refine((value) => value === value.toLowerCase(), byRule("capitals"))),
  /** What the nodes run on; one entry. */
  framework_config: z.array(FrameworkConfigSpecSchema).check(oneEntryAtLeast),
  /** Logical compute group: lcg-<uuid>. */
  logic_compute_group_id: idSchema("lcg-", "detail"),
  /** Longest run, in ms or with a unit (2h). Past it the platform ends the job. Leave out for no limit. */
  max_running_time_ms: z.optional(maxRunningTimeMs),
  /** Name of the job; need not be unique. */
  name: text,
  /** Project: project-<uuid>. */
  project_id: idSchema("project-", "detail"),
  /** Holds the nodes this long after a failure, in ms or with a unit. They stay taken. */
  reserve_on_fail_ms: z.optional(reserveMs),
  /** Holds the nodes this long after a success, in ms or with a unit. They stay taken. */
  reserve_on_success_ms: z.optional(reserveMs),
  /** Priority 1 to 10, larger is more urgent; 1 to 3 can be pre-empted; the project sets the cap. */
  task_priority: z
    .int()
    .check(z.minimum(1, byRule("priority_range")), z.maximum(10, byRule("priority_range"))),
  /** Folder of TensorBoard events on the shared disk. */
  tb_summary_path: z.optional(text),
  /** Workspace: ws-<uuid>. */
  workspace_id: idSchema("ws-", "address_bar"),
};

const retriesAreGiven = z.refine<Record<string, unknown>>(
  (spec) => spec["auto_fault_tolerance"] !== true || Boolean(spec["fault_tolerance_max_retry"]),
  {
    path: ["fault_tolerance_max_retry"],
    ...byRule("restarts_missing"),
    // Also when a field is wrong, so that all problems come at once.
    when: ({ value }) => typeof value === "object" && value !== null,
  },
);

/**
 * A job spec: what a person writes, and after parsing the very body of `train_job/create`
 * (page: pkg_openapi_controller_train.JobOpenapi, plus the two fields it leaves out, wire-facts 2.1).
 * Unknown keys are refused; durations and `envs` also come in friendlier forms.
 */
export const JobSpecSchema = z.strictObject(fields).check(retriesAreGiven);

const makeOpenSchema = () =>
  z
    .looseObject({
      ...fields,
      dataset_info: z.optional(z.array(z.looseObject(datasetFields))),
      envs: z.optional(z.union([z.array(z.looseObject(envFields)), envMap])),
      framework_config: z.array(z.looseObject(frameworkFields)).check(oneEntryAtLeast),
    })
    .check(retriesAreGiven);

let openSchema: ReturnType<typeof makeOpenSchema> | undefined;

/**
 * {@link JobSpecSchema} that lets unknown keys through at every level, for fields newer than this package.
 * Made when it is first asked for, which few do.
 */
export const openJobSpecSchema = () => (openSchema ??= makeOpenSchema());

/** A checked job spec: the body of `train_job/create`. */
export type JobSpec = z.output<typeof JobSpecSchema>;
/** A job spec as a person may write it: durations with units, `envs` as a map. */
export type JobSpecInput = z.input<typeof JobSpecSchema>;
