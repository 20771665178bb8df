import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { InputError } from "./errors.ts";
import { inputError } from "./errors/input-errors.ts";
import type { StateAction } from "./errors/input-rules.ts";
import { excerpt } from "./text.ts";

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
    const os = process.getBuiltinModule("node:os");
    const home = os.homedir();
    return isAbsolute(home) ? home : os.userInfo().homedir;
  } catch (error) {
    throw toStateError("no_home", "what qizhi keeps", error);
  }
}

/**
 * Makes a folder for this user alone (0700), with those above it. One that exists keeps its mode.
 * @throws {InputError} it cannot be made.
 */
export function makePrivateFolder(folder: string): void {
  try {
    makeFolders(resolve(folder));
  } catch (error) {
    throw toStateError("make_folder", folder, error);
  }
}

/** Not `recursive`: below an automounted /home or /proc, which know no new names, Node would try for ever. */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been quicker.
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
  // Not imported: crypto takes 4 ms on Node 20 and 9 on 24 (measured), and who only reads needs none.
  const id = process.getBuiltinModule("node:crypto").randomUUID();
  const next = `${file}.${id}.tmp`;
  try {
    writeFileSync(next, text, { mode: 0o600, flag: "wx", flush: true });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw toStateError("write", file, error);
  }
  syncFolder(dirname(file));
}

/**
 * The text of a file, `undefined` when there is none.
 * @throws {InputError} it is there and cannot be read.
 */
export function readPrivateFile(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw toStateError("read", file, error);
  }
}

/** Puts a new name in a folder on the disk; where the system cannot, the file itself still is. */
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

/** An error about a file of the state folder, with the way out. */
export function toStateError(action: StateAction, file: string, error: unknown): InputError {
  const reason = codeOf(error) ?? (error instanceof Error ? error.message : String(error));
  return inputError("state_file", { action, file: excerpt(file), reason: excerpt(reason, 100) });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
