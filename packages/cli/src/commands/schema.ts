import type { Run } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { printJson } from "../io.ts";
import { specSchema } from "../spec-schema.ts";

/** `qizhi schema`: the JSON Schema of a job spec. */
export const schema: Run = async ({ io }) => {
  printJson(io, specSchema);
  return exitCode.ok;
};
