import { textOf } from "./json-value.ts";

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return textOf(error instanceof Error && "code" in error ? error.code : undefined);
}

/** Why something failed, in few words: the code of a system error, else the error as text. */
export function reasonOf(error: unknown): string {
  return codeOf(error) ?? String(error);
}

/** Whether an error of the system says that there is no such file. */
export function isNotFound(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR";
}
