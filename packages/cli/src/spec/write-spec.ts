import {
  excerpt,
  findHome,
  findUpwards,
  isMapping,
  makeFolders,
  maskSpec,
  projectDefaults,
  reasonOf,
  visibleText,
} from "@qizhi/core/internal";
import type { InputError } from "@qizhi/core";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { askYesOrNo, canAsk } from "../terminal/ask.ts";
import { inputError } from "../errors/cli-error.ts";
import { type Io, printNote } from "../terminal/io.ts";
import { specSchema } from "./spec-schema.ts";
import { findDefaults } from "./read-spec.ts";
import type { SpecDraft } from "./spec-draft.ts";
import { addProfile, type SpecFrame, toSpecText } from "./spec-yaml.ts";

const schemaFile = join(".qizhi", "job-spec.schema.json");

/** Checks that a file may be written. @throws {InputError} it exists, and `--force` is not given. */
export async function mayWrite(file: string, force: boolean, io: Io): Promise<boolean> {
  if (force || !existsSync(file)) return true;
  const shown = visibleText(file);
  if (!canAsk(io)) {
    throw inputError(["write.exists", shown], "write.forceHint");
  }
  return askYesOrNo(io, io.t.write.replace(shown));
}

/**
 * Writes a spec, and beside it the schema that its first line names, which editors then find without a
 * network. One that holds what looks like a secret is this user's alone, as the history is, and a note says so.
 */
export function writeSpec(
  file: string,
  draft: SpecDraft,
  frame: Omit<SpecFrame, "schema">,
  io: Io,
): void {
  const folder = dirname(resolve(file));
  const isPrivate = holdsSecret(draft.fields);
  try {
    makeFolders(folder);
    const text = toSpecText(file, draft, { ...frame, schema: placeSchema(folder) });
    // The mode of a write is for a new file alone.
    if (isPrivate && existsSync(file)) chmodSync(file, 0o600);
    writeFileSync(file, text, isPrivate ? { mode: 0o600 } : {});
  } catch (error) {
    throw toWriteError(file, error);
  }
  if (isPrivate) printNote(io, io.t.write.isPrivate(visibleText(file)));
}

/** Writes a team's file: others may read it and nobody else may write, or it is refused. @throws {InputError} it cannot. */
export function writeShared(file: string, text: string): void {
  try {
    makeFolders(dirname(resolve(file)), 0o755);
    writeFileSync(file, text, { mode: 0o644 });
  } catch (error) {
    throw toWriteError(file, error);
  }
}

/** The error of a file that cannot be written. */
export function toWriteError(file: string, error: unknown): InputError {
  return inputError(["write.failed", visibleText(file), toReason(error)]);
}

/** Why a file cannot be written, as far as can be known before the attempt. */
export function findWriteTrouble(file: string): string | undefined {
  try {
    if (!existsSync(file)) accessSync(dirname(resolve(file)), constants.W_OK);
    else if (statSync(file).isDirectory()) return "EISDIR";
    else accessSync(file, constants.W_OK);
    return undefined;
  } catch (error) {
    return toReason(error);
  }
}

function toReason(error: unknown): string {
  return visibleText(reasonOf(error));
}

// The schema is copied beside the specs: everyone with the repository has it, and npx does not clean it up.
function placeSchema(folder: string): string {
  const file = join(findRoot(folder), schemaFile);
  const text = `${JSON.stringify(specSchema, undefined, 2)}\n`;
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    // Not for a group to write, or the defaults in it would be refused.
    makeFolders(dirname(file), 0o755);
    writeFileSync(file, text);
  }
  return relative(folder, file).replaceAll("\\", "/");
}

/** The nearest folder with a schema from the spec's up to the working folder, or where it should be. */
function findRoot(folder: string): string {
  const cwd = process.cwd();
  const way = relative(cwd, folder);
  if (way.startsWith("..") || isAbsolute(way)) return folder;
  for (let at = folder; at.startsWith(cwd); at = dirname(at)) {
    if (existsSync(join(at, schemaFile))) return at;
    if (at === dirname(at)) break;
  }
  return cwd;
}

/** The names of the profiles in the project's defaults and the user's own. */
export async function profileNames(io: Io): Promise<string[]> {
  return (await profilesByFile(io)).flat();
}

/** The names of the profiles in each file of defaults, the project's last. */
async function profilesByFile(io: Io): Promise<string[][]> {
  const { files } = await findDefaults(io);
  return files.map(({ parsed }) => Object.keys(Object(Object(parsed.value).profiles)));
}

/**
 * Writes a profile into the project's defaults: the file that is found upwards, or a new one here. What looks like
 * a secret is left out of a team's file, and a note says so.
 * @returns what was left out; `undefined` where a person does not want one of that name replaced.
 * @throws {QizhiError} the defaults are wrong, have the profile already, or cannot be written.
 */
export async function writeProfile(
  name: string,
  draft: SpecDraft,
  force: boolean,
  io: Io,
): Promise<SpecDraft["fields"] | undefined> {
  const cwd = process.cwd();
  const file = findUpwards(cwd, projectDefaults, findHome(io.env)) ?? join(cwd, projectDefaults);
  const [shown, said] = [visibleText(name), visibleText(relative(cwd, file))];
  // A file that is wrong is not written to.
  const profiles = await profilesByFile(io);
  if (!force && existsSync(file) && profiles.at(-1)?.includes(name)) {
    if (!canAsk(io)) throw inputError(["write.profileExists", shown, said], "write.forceHint");
    if (!(await askYesOrNo(io, io.t.write.replaceProfile(shown, said)))) return undefined;
  }
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const { shared, own } = partSecrets(draft.fields);
  const written = addProfile(text, name, { ...draft, fields: shared });
  if (written === undefined) throw inputError(["write.noProfiles", said]);
  writeShared(file, written);
  printNote(io, io.t.write.profile(shown, said));
  noteLeft(own, io);
  return own;
}

/** Says of variables how many, and of other fields which are left out of a profile. */
function noteLeft({ envs, ...others }: SpecDraft["fields"], io: Io): void {
  const variables = Object.keys(Object(envs)).length;
  if (variables > 0) printNote(io, io.t.write.secretsLeft(variables));
  const paths = Object.entries(others).flatMap(([key, value]) =>
    isMapping(value) ? Object.keys(value).map((name) => `${key}.${name}`) : key,
  );
  if (paths.length > 0) printNote(io, io.t.write.fieldsLeft(excerpt(paths.join(io.t.comma), 300)));
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether a spec's fields hold what looks like a secret. */
function holdsSecret(fields: Fields): boolean {
  return maskSpec(fields).masked > 0;
}

/** Parts fields into those that others may read and its owner's own; `envs` and `extra` name by name. */
function partSecrets(fields: Fields): { readonly shared: Fields; readonly own: Fields } {
  const shared: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    const isOwn = (part: unknown) => holdsSecret({ [key]: part });
    if (!isOwn(value)) shared[key] = value;
    else if (!isMapping(value)) own[key] = value;
    else {
      const parts = Object.entries(value);
      const secret = parts.filter(([name, held]) => isOwn({ [name]: held }));
      const open = parts.filter((part) => !secret.includes(part));
      own[key] = Object.fromEntries(secret);
      if (open.length > 0) shared[key] = Object.fromEntries(open);
    }
  }
  return { shared, own };
}
