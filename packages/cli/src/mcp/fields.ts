import * as z from "zod/mini";
import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";

/** The most jobs of a call: at three polls a second more would take longer than a client waits. */
export const mostJobs = 50;

/**
 * Refuses what means more jobs than a call takes, such as a pattern or a sweep.
 * @param given the command that takes them all, and the words that mean them.
 */
export function refuseMany(
  jobIds: readonly string[],
  connection: Connection,
  ...given: readonly string[]
): void {
  if (jobIds.length <= mostJobs) return;
  const command = toCommand(connection, ...given.map(visibleText));
  throw inputError(["mcp.tooManyJobs", jobIds.length, mostJobs], ["mcp.fewerJobs", command]);
}

/** The hints of a tool that changes nothing. */
export const readOnly = { readOnlyHint: true, openWorldHint: true } as const;

const how = "by whole id, by a prefix of it, by name, or @last for the newest of the history";

/** A text that is not empty. */
export const textField = z.string().check(z.minLength(1));

/** One job, as every command takes it. */
export const jobField = textField.check(z.describe(`A job: ${how}`));

/** Several jobs. */
export const jobsField = z
  .array(textField)
  .check(z.minLength(1), z.maxLength(mostJobs), z.describe(`Jobs, each ${how}`));

/** An argument that may be left out. */
export const optional = <Schema extends z.ZodMiniType>(schema: Schema, description: string) =>
  z.optional(schema.check(z.describe(description)));

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
  file: optional(
    z.string(),
    "Path of the job spec (.yaml, .yml or .json), below the server's working folder",
  ),
  spec: optional(
    z.union([z.string(), z.record(z.string(), z.unknown())]),
    `The job spec itself instead of a file: YAML or JSON text, or an object. Such as ${example}. The resource qizhi://job-spec.schema.json holds its JSON Schema.`,
  ),
  set: optional(
    z.array(textField),
    "Values to replace, such as task_priority=5 or framework_config[0].instance_count=4",
  ),
  profile: optional(
    textField,
    "Profile of .qizhi/defaults.yaml, or of the user's own defaults, that the spec builds on",
  ),
  allow_unknown: optional(z.boolean(), "Let keys through that this version does not know"),
};
