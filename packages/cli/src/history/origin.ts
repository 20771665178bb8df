import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type AttemptOrigin, excerpt, visibleText } from "@qizhi/core/internal";
import type { KnownJob } from "@qizhi/core/journal";
import type { Connection } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";

const gitMs = 2_000;

/** What a spec is sent from: the working folder, its file, the commit there, and the note of the command line. */
export async function findOrigin(
  file: string | undefined,
  note: string | undefined,
  { env }: Pick<Io, "env">,
): Promise<AttemptOrigin> {
  const folder = process.cwd();
  const isFile = file !== undefined && file !== "-";
  const at = isFile ? dirname(resolve(file)) : folder;
  const git = async (...args: string[]) => {
    const { execFile } = await import("node:child_process");
    const options = { cwd: at, env, timeout: gitMs, maxBuffer: 16_777_216 };
    // Nothing of the repository may run here, and no hook waits for a lock.
    const reading = promisify(execFile)("git", ["-c", "core.fsmonitor=false", ...args], options);
    return reading.then(({ stdout }) => stdout.trim()).catch(() => undefined);
  };
  const [commit, changes] = !isInRepository(at, env)
    ? []
    : await Promise.all([
        git("rev-parse", "--verify", "HEAD"),
        git("--no-optional-locks", "status", "--porcelain", "--untracked-files=no"),
      ]);
  const isCommit = /^[\da-f]{40,64}$/.test(commit ?? "");
  return {
    folder,
    ...(isFile && { file: resolve(file) }),
    ...(isCommit && { commit, isDirty: changes !== "" }),
    ...(note !== undefined && { note }),
  };
}

/** Whether git may know the folder: to ask git itself takes as long as a create. */
function isInRepository(folder: string, env: Io["env"]): boolean {
  if (env["GIT_DIR"] !== undefined) return true;
  try {
    // Git goes up from where a link leads to.
    return hasRepository(realpathSync(folder));
  } catch {
    return true;
  }
}

function hasRepository(folder: string): boolean {
  if (existsSync(join(folder, ".git"))) return true;
  return dirname(folder) !== folder && hasRepository(dirname(folder));
}

/** A connection whose journal notes with each create what it was sent from. */
export function withOrigin(connection: Connection, origin: AttemptOrigin): Connection {
  const { journal } = connection;
  return {
    ...connection,
    journal: { ...journal, attempt: (entry) => journal.attempt({ ...entry, origin }) },
  };
}

/** What the history knows besides what the platform said of a job, for people. */
export function toOriginText({ attempt }: KnownJob, t: Io["t"]): string | undefined {
  const { file, folder, commit, isDirty } = attempt?.origin ?? {};
  const where = file ?? folder;
  if (where === undefined) return undefined;
  const at = commit && t.history.atCommit(commit.slice(0, 12), isDirty === true);
  return [excerpt(where, 200), ...(at ? [at] : [])].join(" ");
}

/** The same for `--json`. */
export function toOriginJson({ attempt, note }: KnownJob): Record<string, unknown> {
  const { file = null, folder = null, commit = null, isDirty } = attempt?.origin ?? {};
  const origin = { file, folder, commit, is_dirty: isDirty ?? null };
  return {
    ...(note !== undefined && { note: visibleText(note) }),
    ...(attempt?.origin && { origin }),
  };
}
