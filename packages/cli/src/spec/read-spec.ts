import type { ReadSpecOptions, SpecSource } from "@qizhi/core";
import { readSpecSource, toSpecSource } from "@qizhi/core/internal";
import type { Io } from "../terminal/io.ts";
import { readStdin } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

/** Reads the text of a spec from a file, or from stdin for `-`. @throws {SpecError} it cannot be read. */
export async function readSource(file: string, io: Io): Promise<SpecSource> {
  return file === "-" ? toSpecSource(await readStdin(io), file) : readSpecSource(file);
}

/** The overrides of the command line. */
export function readOverrides(options: Options, rest: readonly string[]): ReadSpecOptions {
  const name = options.text("name");
  return {
    allowUnknown: options.flag("allowUnknown"),
    set: options.list("set"),
    env: options.list("env"),
    ...(name !== undefined && { name }),
    ...(rest.length > 0 && { command: [...rest] }),
  };
}
