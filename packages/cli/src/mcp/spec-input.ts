import * as z from "zod/mini";
import { inputError } from "../errors/cli-error.ts";
import type { Io } from "../terminal/io.ts";
import { toReadableSpec } from "./spec-file.ts";

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

/** A spec as a tool gets it. */
export interface SpecInput {
  readonly file?: string | undefined;
  readonly spec?: string | Record<string, unknown> | undefined;
}

/**
 * The spec as a command line gives it: a file, or `-` with the text on stdin.
 * @throws {InputError} not exactly one of the two is given.
 */
export function toSpecArgument(
  { file, spec }: SpecInput,
  io: Pick<Io, "env">,
): { file: string; stdin?: string } {
  if ((file === undefined) === (spec === undefined)) throw inputError("mcp.oneSpec");
  if (file !== undefined) return { file: toReadableSpec(file, io) };
  return { file: "-", stdin: typeof spec === "string" ? spec : JSON.stringify(spec) };
}
