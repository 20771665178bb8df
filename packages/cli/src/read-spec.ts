import type { ReadSpec, ReadSpecOptions } from "@qizhi/core";
import { readJobSpec, toSpecSource } from "@qizhi/core";
import type { Io } from "./io.ts";
import { readStdin } from "./io.ts";
import type { Options } from "./options.ts";

/** Reads a spec from a file, or from stdin for `-`, with the overrides of the command line. */
export async function readSpec(
  file: string,
  options: Options,
  rest: readonly string[],
  io: Io,
): Promise<ReadSpec> {
  const name = options.text("name");
  const overrides: ReadSpecOptions = {
    allowUnknown: options.flag("allowUnknown"),
    set: options.list("set"),
    env: options.list("env"),
    ...(name !== undefined && { name }),
    ...(rest.length > 0 && { command: [...rest] }),
  };
  return readJobSpec(file === "-" ? toSpecSource(await readStdin(io), file) : file, overrides);
}
