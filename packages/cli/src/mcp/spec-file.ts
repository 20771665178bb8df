import { stateDir } from "@qizhi/core/journal";
import { existsSync, realpathSync, statSync } from "node:fs";
import { extname, isAbsolute, relative, resolve, sep } from "node:path";
import { configDir } from "../access/accounts.ts";
import { inputError } from "../errors/cli-error.ts";
import type { Io } from "../terminal/io.ts";

const suffixes = new Set([".yaml", ".yml", ".json"]);

/** A spec as a tool gets it. */
interface SpecInput {
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

/**
 * The path of a spec file that a tool may read: below the working folder, also once every link on the way is
 * followed, with a name of a spec, in no hidden folder, and not where this program keeps its own files.
 * @throws {InputError} it may not be read.
 */
function toReadableSpec(file: string, { env }: Pick<Io, "env">): string {
  const refuse = () => inputError("mcp.fileOutside");
  const cwd = realpathSync(process.cwd());
  // The reader names a missing file; the answer for a forbidden one does not say whether it exists.
  if (!existsSync(file) && isWithin(resolve(file), process.cwd())) return file;
  const real = existsSync(file) ? realpathSync(file) : resolve(file);
  const below = relative(cwd, real);
  // `..` counts as hidden.
  const isHidden = below.split(sep).some((step) => step.startsWith("."));
  const isSpec = suffixes.has(extname(real).toLowerCase());
  if (isAbsolute(below) || isHidden || !isSpec) throw refuse();
  // A pipe without a writer would hold the tool for ever.
  if (existsSync(real) && !statSync(real).isFile()) throw refuse();
  for (const folder of ownFolders(env)) if (isWithin(real, folder)) throw refuse();
  return below;
}

function ownFolders(env: Io["env"]): string[] {
  return [() => configDir(env), () => stateDir(env)].flatMap((find) => {
    try {
      return [realpathSync(find())];
    } catch {
      // A missing folder holds no file.
      return [];
    }
  });
}

function isWithin(file: string, folder: string): boolean {
  const way = relative(folder, file);
  return !way.startsWith("..") && !isAbsolute(way);
}
