import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve, isAbsolute, join } from "node:path";
import { homedir, userInfo } from "node:os";
import { codeOf, isNotFound } from "../text/error-code.ts";
import { InputError, inputError } from "../errors/input-errors.ts";
import type { StateAction } from "../errors/rules/input-rules.ts";
import { excerpt } from "../text/text.ts";

/**
 * Creates a folder for this user alone (0700), with those above it. One that exists keeps its mode.
 * @throws {InputError} it cannot be created, or is not this user's alone; see {@link checkPrivateFolder}.
 */
export function makePrivateFolder(folder: string): void {
  refuseSudo(resolve(folder));
  try {
    makeFolders(resolve(folder), 0o700);
  } catch (error) {
    throw toStateError("make_folder", folder, error);
  }
  checkPrivateFolder(folder);
}

/**
 * Refuses a folder that belongs to another user or that others can write to, as ssh does: what lies in it
 * may be theirs. A folder that is not there passes, and so does a symbolic link of this user's or root's.
 * @throws {InputError} it is not this user's alone.
 */
export function checkPrivateFolder(folder: string): void {
  try {
    const link = lstatSync(folder, { throwIfNoEntry: false });
    const target = statSync(folder, { throwIfNoEntry: false });
    // Nobody can write to a link itself, whatever its mode.
    if (link?.isSymbolicLink()) refuseForeign(folder, { uid: link.uid, mode: 0 });
    if (target !== undefined) refuseForeign(folder, target);
  } catch (error) {
    // Other failures are reported when the folder is used.
    if (!isNotFound(error)) throw toStateError("read", folder, error);
  }
}

/** Refuses what is another user's, apart from root's, or what others can write to. */
function refuseForeign(path: string, { uid, mode }: Pick<Stats, "uid" | "mode">): void {
  const own = process.getuid?.();
  if (own === undefined) return;
  const file = excerpt(path);
  if (uid !== own && uid !== 0)
    throw inputError("state_owner", { file, owner: uid, isRoot: own === 0 });
  if ((mode & 0o022) !== 0) throw inputError("state_writable", { file, mode: toModeText(mode) });
}

/** Permissions as `chmod` takes them. */
function toModeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

/** With `sudo -E`, root would leave folders in the home of another user that this user cannot use. */
function refuseSudo(folder: string): void {
  if (process.getuid?.() !== 0 || Number(process.env["SUDO_UID"] ?? 0) === 0) return;
  try {
    refuseForeign(folder, { uid: statSync(folder).uid, mode: 0 });
  } catch (error) {
    if (!isNotFound(error)) throw toStateError("make_folder", folder, error);
    if (dirname(folder) !== folder) refuseSudo(dirname(folder));
  }
}

/**
 * Opens a file of this user's alone. It never blocks: what is no regular file, such as a pipe, and a
 * symbolic link are refused. Error codes of the system pass through.
 * @param flags of `fs.constants`; a file that is created is 0600.
 * @throws {InputError} it is another user's, or others can write to it.
 */
export function openPrivateFile(file: string, flags: number): number {
  // Windows has neither of the two flags.
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const handle = openSync(file, flags | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) {
      const code = stats.isDirectory() ? "EISDIR" : "NOT_A_FILE";
      throw Object.assign(new Error("not a regular file"), { code });
    }
    refuseForeign(file, stats);
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/**
 * Creates a folder with those above it, and throws as the system does. Not `recursive`: below an automounted /home or
 * /proc, which know no new names, Node would try for ever, and on a read-only disk it says ENOENT.
 * @param folder an absolute path; one that exists keeps its mode.
 */
export function makeFolders(folder: string, mode = 0o777): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder), mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Another process may have created the folder first.
    if (codeOf(error) !== "EEXIST" || !statSync(folder).isDirectory()) throw error;
  }
}

/**
 * Writes a whole file for this user alone (0600, in a 0700 folder). A reader sees the old text or the new
 * one, also after a crash.
 * @throws {InputError} it cannot be written.
 */
export function writePrivateFile(file: string, text: string): void {
  makePrivateFolder(dirname(file));
  const next = `${file}.${crypto.randomUUID()}.tmp`;
  try {
    writeFileSync(next, text, { mode: 0o600, flag: "wx", flush: true });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw toStateError("write", file, error);
  }
  syncFolder(dirname(file));
}

/** What `read` makes of a file that {@link readPrivateFile} would read. */
export function usePrivateFile<Value>(
  file: string,
  read: (handle: number) => Value,
): Value | undefined {
  checkPrivateFolder(dirname(file));
  try {
    const handle = openPrivateFile(file, constants.O_RDONLY);
    try {
      return read(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw toStateError("read", file, error);
  }
}

/**
 * The text of a file of this user's, `undefined` when there is none.
 * @throws {InputError} it is there and cannot be read, or it or its folder is not this user's alone.
 */
export function readPrivateFile(file: string): string | undefined {
  // A text of more than half a GiB is none.
  return usePrivateFile(file, (handle) => readFileSync(handle).toString());
}

/** The bytes of such a file. @throws {InputError} as {@link readPrivateFile} does. */
export function readPrivateBytes(file: string): Buffer | undefined {
  return usePrivateFile(file, (handle) => readFileSync(handle));
}

/** Writes a folder's entries to the disk; where the system cannot, the file itself still is. */
export function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Windows and some network file systems refuse this.
  }
}

/** An error about a file of the state folder, with its hint. */
export function toStateError(action: StateAction, file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const reason = codeOf(error) ?? (error instanceof Error ? error.message : String(error));
  return inputError("state_file", { action, file: excerpt(file), reason: excerpt(reason, 100) });
}

/**
 * The folder for what outlives a process, such as the journal and a token: `$QIZHI_STATE_DIR`, else
 * `$XDG_STATE_HOME/qizhi`, else `~/.local/state/qizhi`. It need not exist yet.
 * @throws {InputError} the user has no home folder and neither variable is set.
 */
export function stateDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env["QIZHI_STATE_DIR"]) return resolve(env["QIZHI_STATE_DIR"]);
  const xdg = env["XDG_STATE_HOME"];
  // The XDG specification: a relative path is to be ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, "qizhi");
  return join(homeDir(env), ".local", "state", "qizhi");
}

/**
 * The user's home folder: `$HOME`, or what the system knows where that is empty or no absolute path, because
 * what is kept below the working folder is not found again from another.
 * @throws {InputError} there is none.
 */
export function homeDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env["HOME"] && isAbsolute(env["HOME"])) return env["HOME"];
  try {
    const home = homedir();
    return isAbsolute(home) ? home : userInfo().homedir;
  } catch (error) {
    throw toStateError("no_home", "what qizhi keeps", error);
  }
}

/** {@link homeDir}, where there is one. */
export function findHome(env?: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    return homeDir(env);
  } catch {
    return undefined;
  }
}
