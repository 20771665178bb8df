import { InputError, type TokenStore } from "@qizhi/core";
import { readPrivateFile, writePrivateFile } from "@qizhi/core/journal";
import {
  homeDir,
  codeOf,
  isNotFound,
  readBaseUrl,
  reasonOf,
  visibleText,
} from "@qizhi/core/internal";
import { readdirSync, unlinkSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { type Account, readAccount, withFolderHint, writeAccount } from "./account-file.ts";
import { inputError, type Words } from "../errors/cli-error.ts";
import { toIsoTime } from "../text/time-text.ts";
import { type Io, printNote } from "../terminal/io.ts";

/** A file in the accounts folder: an account, or why it cannot be read. */
type AccountEntry = { readonly name: string } & ({ account: Account } | { error: InputError });

/** The folder of the configuration. @throws {InputError} the user has no home folder, and no variable names one. */
export function configDir(env: Io["env"]): string {
  if (env["QIZHI_CONFIG_DIR"]) return resolve(env["QIZHI_CONFIG_DIR"]);
  const xdg = env["XDG_CONFIG_HOME"];
  // The XDG specification: a relative path is to be ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, "qizhi");
  try {
    return join(homeDir(env), ".config", "qizhi");
  } catch {
    throw inputError("account.noHome", "account.noHomeHint");
  }
}

/** The saved logins of this user. Each has a file of its own, so that processes need no lock. */
export class Accounts {
  readonly #folder: string;
  readonly #defaultFile: string;

  /** @throws {InputError} there is no place for them; from the methods also: a file cannot be read or written. */
  constructor({ env }: Pick<Io, "env">) {
    this.#folder = join(configDir(env), "accounts");
    this.#defaultFile = join(configDir(env), "default-account");
  }

  /** The file of an account, whether it exists or not. */
  fileOf(name: string): string {
    return join(this.#folder, `${encode(name)}.json`);
  }

  entries(): AccountEntry[] {
    return this.#names().flatMap((name): AccountEntry[] => {
      try {
        const account = this.find(name);
        return account ? [{ name, account }] : [];
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return [{ name, error }];
      }
    });
  }

  find(name: string): Account | undefined {
    return readAccount(name, this.fileOf(name));
  }

  save({ name, ...fields }: Account): void {
    writeAccount(this.fileOf(name), fields);
  }

  remove(name: string): void {
    removeFile(this.fileOf(name), "account.tokenStays");
  }

  /** The account that is used when none is named; its file may be unreadable. */
  defaultName(): string | undefined {
    const name = withFolderHint(() => readPrivateFile(this.#defaultFile))?.trim();
    const all = this.#names();
    if (name !== undefined && all.includes(name)) return name;
    return all.length === 1 ? all[0] : undefined;
  }

  setDefault(name: string | undefined): void {
    if (name === undefined) removeFile(this.#defaultFile);
    else withFolderHint(() => writePrivateFile(this.#defaultFile, `${name}\n`));
  }

  #names(): string[] {
    try {
      const files = readdirSync(this.#folder).filter((file) => file.endsWith(".json"));
      return files.flatMap((file) => decode(file.slice(0, -5)) ?? []).toSorted();
    } catch (error) {
      if (isNotFound(error)) return [];
      const [folder, code] = [visibleText(this.#folder), codeOf(error) ?? ""];
      throw inputError(["account.unreadable", folder, code], "account.folderHint");
    }
  }
}

/** An account as `--json` gives it, without its token. */
export function toAccountJson({ name, ...account }: Account, accounts: Accounts): object {
  return {
    account: name,
    username: account.username,
    base_url: account.baseUrl,
    is_default: name === accounts.defaultName(),
    file: accounts.fileOf(name),
    expires_at: toIsoTime(account.expiresAt),
  };
}

/** Says that a login in the environment takes precedence over those that are kept. */
export function noteEnvironment(io: Io): void {
  const winner = io.env["QIZHI_TOKEN"] ? "QIZHI_TOKEN" : "QIZHI_PASSWORD";
  if (io.env[winner]) printNote(io, io.t.account.environmentWins(winner));
}

/** The token of an account as the client keeps it; another process's new login is seen at once. */
export function toTokenStore(accounts: Accounts, name: string): TokenStore {
  return {
    async read() {
      const account = accounts.find(name);
      if (account === undefined) return undefined;
      const { username, accessToken: value, expiresAt } = account;
      return { value, expiresAt, username, baseUrl: readBaseUrl(account.baseUrl, true).baseUrl };
    },
    async write({ value, expiresAt }) {
      const account = accounts.find(name);
      if (account) accounts.save({ ...account, accessToken: value, expiresAt });
    },
    // The token stays: a login page between here and the platform refuses in the same words.
    async remove() {},
  };
}

function removeFile(file: string, hint?: Words): void {
  try {
    // rmSync of Node 24 gives no code for a disk that is read-only.
    unlinkSync(file);
  } catch (error) {
    if (isNotFound(error)) return;
    throw inputError(["account.notRemoved", visibleText(file), reasonOf(error)], hint);
  }
}

// A file name that `encode` does not give belongs to no account.
function decode(text: string): string | undefined {
  try {
    const name = decodeURIComponent(text);
    return encode(name) === text ? name : undefined;
  } catch {
    return undefined;
  }
}

function encode(name: string): string {
  // `encodeURIComponent` throws at half of a surrogate pair.
  return encodeURIComponent(name.replaceAll(/\p{Surrogate}/gu, "\uFFFD"));
}
