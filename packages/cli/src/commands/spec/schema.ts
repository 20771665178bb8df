import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printJson } from "../../terminal/io.ts";
import { specSchema } from "../../spec/spec-schema.ts";

/** `qizhi schema`: the JSON Schema of a job spec. */
export const schema: Run = async ({ io }) => {
  printJson(io, specSchema);
  return exitCode.ok;
};
