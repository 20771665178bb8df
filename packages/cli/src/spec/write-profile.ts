import { visibleText } from "@qizhi/core";
import { findUpwards, homeDir, projectDefaults } from "@qizhi/core/internal";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { askYesOrNo, canAsk } from "../terminal/ask.ts";
import { inputError } from "../errors/cli-error.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import { findDefaults } from "./read-spec.ts";
import type { SpecDraft } from "./spec-draft.ts";
import { addProfile } from "./spec-yaml.ts";
import { toWriteError } from "./write-spec.ts";

/** The names of the profiles in the project's defaults and the user's own. */
export async function profileNames(io: Io): Promise<string[]> {
  const { files } = await findDefaults(io);
  return files.flatMap(({ parsed }) => Object.keys(Object(Object(parsed.value).profiles)));
}

/**
 * Writes a profile into the project's defaults: the file that is found upwards, or a new one here.
 * @returns whether it was written; not where a person does not want one of that name replaced.
 * @throws {QizhiError} the defaults are wrong, have the profile already, or cannot be written.
 */
export async function writeProfile(
  name: string,
  draft: Pick<SpecDraft, "fields" | "notes">,
  force: boolean,
  io: Io,
): Promise<boolean> {
  const cwd = process.cwd();
  const file = findUpwards(cwd, projectDefaults, findHome(io)) ?? join(cwd, projectDefaults);
  const [shown, said] = [visibleText(name), visibleText(relative(cwd, file))];
  // A file that is wrong is not written to.
  const known = await profileNames(io);
  if (!force && existsSync(file) && known.includes(name)) {
    if (!canAsk(io)) throw inputError(["write.profileExists", shown, said], "write.forceHint");
    if (!(await askYesOrNo(io, io.t.write.replaceProfile(shown, said)))) return false;
  }
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const written = addProfile(text, name, draft);
  if (written === undefined) throw inputError(["write.noProfiles", said]);
  try {
    // Others may read them, and nobody else may write: a team's file is refused otherwise.
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    writeFileSync(file, written, { mode: 0o644 });
  } catch (error) {
    throw toWriteError(file, error);
  }
  printNote(io, io.t.write.profile(shown, said));
  return true;
}

function findHome({ env }: Io): string | undefined {
  try {
    return homeDir(env);
  } catch {
    return undefined;
  }
}
