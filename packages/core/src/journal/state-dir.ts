import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { toStateError } from "./private-file.ts";

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
