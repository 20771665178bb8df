import * as z from "zod/mini";
import { inputError } from "../cli-error.ts";

const described = <Schema extends z.ZodMiniType>(schema: Schema, description: string) =>
  schema.check(z.describe(description));

/** How a tool is given a spec. */
export const specFields = {
  file: z.optional(
    described(z.string(), "Path of the job spec (YAML or JSON), from the server's working folder"),
  ),
  spec: z.optional(
    described(
      z.union([z.string(), z.record(z.string(), z.unknown())]),
      "The job spec itself instead of a file: YAML or JSON text, or an object",
    ),
  ),
  set: z.optional(
    described(
      z.array(z.string()),
      "Values to replace, such as task_priority=5 or framework_config[0].instance_count=4",
    ),
  ),
  allow_unknown: z.optional(
    described(z.boolean(), "Let keys through that this version does not know"),
  ),
};

/** A spec as a tool is given it. */
export interface SpecInput {
  readonly file?: string | undefined;
  readonly spec?: string | Record<string, unknown> | undefined;
}

/**
 * The spec as a command line gives it: a file, or `-` with the text on stdin.
 * @throws {InputError} not exactly one of the two is given.
 */
export function toSpecArgument({ file, spec }: SpecInput): { file: string; stdin?: string } {
  if ((file === undefined) === (spec === undefined)) throw inputError((say) => say.mcp.oneSpec);
  if (file !== undefined) return { file };
  return { file: "-", stdin: typeof spec === "string" ? spec : JSON.stringify(spec) };
}
