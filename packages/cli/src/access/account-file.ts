import { isQizhiError } from "@qizhi/core";
import { readPrivateFile, writePrivateFile } from "@qizhi/core/journal";
import { parseJson, specFingerprint, visibleText } from "@qizhi/core/internal";
import { chmodSync, statSync } from "node:fs";
import { inputError } from "../errors/cli-error.ts";

/** A login that is kept: never the password. */
export interface Account {
  /** What `--account` calls it. */
  readonly name: string;
  readonly username: string;
  /** The platform that issued the token, and the only one it is sent to. */
  readonly baseUrl: string;
  readonly accessToken: string;
  /** Of the token, epoch ms. */
  readonly expiresAt: number | undefined;
  readonly loggedInAt: number;
}

/**
 * Reads the file of an account; `undefined` when there is none.
 * @throws {InputError} it is there and cannot be read, or is not this user's alone.
 */
export function readAccount(name: string, file: string): Account | undefined {
  let text: string | undefined;
  try {
    text = withFolderHint(() => readPrivateFile(file));
  } catch (error) {
    if (!isQizhiError(error) || error.rule !== "state_writable") throw error;
    throw inputError(error, ["account.tighten", visibleText(file)]);
  }
  if (text === undefined) return undefined;
  const account = toAccount(name, text);
  if (account !== undefined) return account;
  throw inputError(
    ["account.damaged", visibleText(name), visibleText(file)],
    ["account.again", name],
  );
}

/** Writes the file of an account: 0600 in a 0700 folder, at once or not at all. */
export function writeAccount(file: string, account: Omit<Account, "name">): void {
  const text = JSON.stringify({ version: 1, ...account, sum: sumOf(account) }, undefined, 2);
  withFolderHint(() => writePrivateFile(file, `${text}\n`));
}

function toAccount(name: string, text: string): Account | undefined {
  const fields: Partial<Record<keyof Account | "sum", unknown>> = Object(parseJson(text));
  const { username, baseUrl, accessToken, expiresAt, loggedInAt, sum } = fields;
  if (typeof username !== "string" || typeof baseUrl !== "string") return undefined;
  if (typeof accessToken !== "string" || !URL.canParse(baseUrl)) return undefined;
  // Without the checksum, a changed address would get the token; files of earlier versions have none.
  if (sum !== undefined && sum !== sumOf({ username, baseUrl, accessToken })) return undefined;
  return {
    name,
    username,
    baseUrl,
    accessToken,
    expiresAt: typeof expiresAt === "number" ? expiresAt : undefined,
    loggedInAt: typeof loggedInAt === "number" ? loggedInAt : 0,
  };
}

type Summed = Pick<Account, "username" | "baseUrl" | "accessToken">;

function sumOf({ username, baseUrl, accessToken }: Summed): string {
  return specFingerprint({ username, baseUrl, accessToken });
}

/** Permissions of a file as `chmod` takes them, and whether others than its owner have any. */
export function readMode(file: string): { mode: string; isLoose: boolean } {
  const { mode = 0o600 } = statSync(file, { throwIfNoEntry: false }) ?? {};
  const isLoose = process.platform !== "win32" && (mode & 0o077) !== 0;
  return { mode: (mode & 0o7777).toString(8).padStart(4, "0"), isLoose };
}

/** Makes a file readable for its owner alone. @returns whether the system allows it. */
export function tighten(file: string): boolean {
  try {
    chmodSync(file, 0o600);
    return true;
  } catch {
    return false;
  }
}

/** Gives an error about a file the hint for the configuration folder, in place of that for the journal's. */
export function withFolderHint<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!isQizhiError(error) || error.rule !== "state_file") throw error;
    throw inputError(error, "account.folderHint");
  }
}
