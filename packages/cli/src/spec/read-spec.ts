import { type Defaults, readDefaults, type ReadSpecOptions, type SpecSource } from "@qizhi/core";
import type { KnownId } from "@qizhi/core/journal";
import { findHome, mergeIds, readSpecSource, toSpecSource } from "@qizhi/core/internal";
import { join } from "node:path";
import { configDir } from "../access/accounts.ts";
import { listKnownIds, platformOf } from "../access/known-ids.ts";
import { type Io, readStdin } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

/** Reads the text of a spec from a file, or from stdin for `-`. @throws {SpecError} it cannot be read. */
export async function readSource(file: string, io: Io): Promise<SpecSource> {
  return file === "-" ? toSpecSource(await readStdin(io), file) : readSpecSource(file);
}

export function readOverrides(options: Options, rest: readonly string[]): ReadSpecOptions {
  const name = options.text("name");
  const logDir = options.text("logDir");
  return {
    allowUnknown: options.flag("allowUnknown"),
    set: options.list("set"),
    env: options.list("env"),
    ...(logDir !== undefined && { logDir }),
    ...(name !== undefined && { name }),
    ...(rest.length > 0 && { command: [...rest] }),
  };
}

/** What lies below a spec: the defaults, and the ids that its names stand for. */
export async function readBelow(options: Options, io: Pick<Io, "env">) {
  const defaults = await findDefaults(io);
  let known: readonly KnownId[] | undefined;
  return { defaults, ids: () => (known ??= findKnownIds(defaults, options, io)) };
}

/** The overrides of the command line, and what lies below the spec. */
export async function readSpecOptions(
  options: Options,
  rest: readonly string[],
  io: Pick<Io, "env">,
): Promise<ReadSpecOptions> {
  const below = await readBelow(options, io);
  return { ...readOverrides(options, rest), ...below, profile: options.text("profile") };
}

/** The ids of a command's platform: those that jobs have shown, over those of the project's file. */
export function findKnownIds(
  { ids }: Defaults,
  options: Options,
  io: Pick<Io, "env">,
): readonly KnownId[] {
  const platform = platformOf(options, io);
  return mergeIds(ids[platform] ?? [], listKnownIds(platform, io));
}

/**
 * The defaults of the project that the working folder belongs to, over the user's own.
 * @throws {QizhiError} a file of them is wrong or not this user's alone.
 */
export async function findDefaults({ env }: Pick<Io, "env">): Promise<Defaults> {
  let userFile: string | undefined;
  try {
    userFile = join(configDir(env), "defaults.yaml");
  } catch {
    // Without a home folder there are none of the user's own.
  }
  return readDefaults({ userFile, lastFolder: findHome(env) });
}
