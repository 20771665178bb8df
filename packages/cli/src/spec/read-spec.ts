import type { ReadSpec, ReadSpecOptions, SpecSource } from "@qizhi/core";
import { readJobSpec } from "@qizhi/core";
import { readSpecSource, toSpecSource } from "@qizhi/core/internal";
import type { Io } from "../terminal/io.ts";
import { readStdin } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

/** Reads a spec from a file, or from stdin for `-`, with the overrides of the command line. */
export async function readSpec(
  file: string,
  options: Options,
  rest: readonly string[],
  io: Io,
): Promise<ReadSpec> {
  return readOverridden(await readSource(file, io), options, rest);
}

/** Reads the text of a spec from a file, or from stdin for `-`. @throws {SpecError} it cannot be read. */
export async function readSource(file: string, io: Io): Promise<SpecSource> {
  return file === "-" ? toSpecSource(await readStdin(io), file) : readSpecSource(file);
}

/** Reads a spec from its text, with the overrides of the command line. @throws {SpecError} it is wrong. */
export async function readOverridden(
  source: SpecSource,
  options: Options,
  rest: readonly string[],
): Promise<ReadSpec> {
  return readJobSpec(source, readOverrides(options, rest));
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
