import type { TokenStore } from "@qizhi/core";
import { homeDir, isQizhiError, readPrivateFile, writePrivateFile } from "@qizhi/core";
import { readdirSync, rmSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { inputError, sayError } from "./cli-error.ts";
import type { Io } from "./io.ts";

/** A login that is kept: never the password. */
export interface Account {
  /** What `--account` calls it. */
  readonly name: string;
  /** Login name. */
  readonly username: string;
  /** The platform that issued the token, and the only one it is sent to. */
  readonly baseUrl: string;
  /** The bearer token. */
  readonly accessToken: string;
  /** When the token lapses, epoch ms. */
  readonly expiresAt: number | undefined;
  /** When it was issued, epoch ms. */
  readonly loggedInAt: number;
}

/** The kept logins of this user. Each has a file of its own, so that processes need no lock. */
export interface Accounts {
  /** The folder that holds them. */
  readonly folder: string;
  /** The file of an account, whether it exists or not. */
  fileOf(name: string): string;
  /** All accounts, by name. */
  all(): Account[];
  find(name: string): Account | undefined;
  /** Keeps an account: 0600 in a 0700 folder, at once or not at all. */
  save(account: Account): void;
  remove(name: string): void;
  /** The account that is used when none is named. */
  defaultName(): string | undefined;
  setDefault(name: string | undefined): void;
}

/**
 * The folder of the configuration: `$QIZHI_CONFIG_DIR`, else `$XDG_CONFIG_HOME/qizhi`, else
 * `~/.config/qizhi`.
 */
export function configDir(env: Readonly<Record<string, string | undefined>>): string {
  if (env["QIZHI_CONFIG_DIR"]) return resolve(env["QIZHI_CONFIG_DIR"]);
  const xdg = env["XDG_CONFIG_HOME"];
  // The XDG specification: a relative path is to be ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, "qizhi");
  return join(homeDir(env), ".config", "qizhi");
}

/**
 * Opens the accounts; nothing is read or made yet.
 * @throws {InputError} from its calls: a file cannot be read or written.
 */
export function openAccounts({ env }: Pick<Io, "env">): Accounts {
  const folder = join(configDir(env), "accounts");
  const defaultFile = join(configDir(env), "default-account");
  const write = (file: string, text: string) => {
    try {
      writePrivateFile(file, text);
    } catch (error) {
      if (!isQizhiError(error)) throw error;
      throw inputError(
        (say) => sayError(error, say).summary,
        (say) => say.account.folderHint,
      );
    }
  };
  const fileOf = (name: string) => join(folder, `${encodeURIComponent(name)}.json`);
  const find = (name: string) => toAccount(name, readPrivateFile(fileOf(name)));
  const all = () =>
    listNames(folder)
      .map(find)
      .filter((account) => account !== undefined)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    folder,
    fileOf,
    find,
    all,
    save({ name, ...rest }) {
      write(fileOf(name), `${JSON.stringify({ version: 1, ...rest }, undefined, 2)}\n`);
    },
    remove(name) {
      rmSync(fileOf(name), { force: true });
    },
    defaultName() {
      const name = readPrivateFile(defaultFile)?.trim();
      if (name && find(name) !== undefined) return name;
      const names = all();
      return names.length === 1 ? names[0]?.name : undefined;
    },
    setDefault(name) {
      if (name === undefined) rmSync(defaultFile, { force: true });
      else write(defaultFile, `${name}\n`);
    },
  };
}

/** The token of an account as the client keeps it; another process's new login is seen at once. */
export function toTokenStore(accounts: Accounts, name: string): TokenStore {
  return {
    async read() {
      const account = accounts.find(name);
      return account && { value: account.accessToken, expiresAt: account.expiresAt };
    },
    async write({ value, expiresAt }) {
      const account = accounts.find(name);
      if (account) accounts.save({ ...account, accessToken: value, expiresAt });
    },
    // Kept: the login page of a network in between refuses in the same words, and the token is good.
    async remove() {},
  };
}

function listNames(folder: string): string[] {
  try {
    const files = readdirSync(folder).filter((file) => /^[\w.!~*'()%-]+\.json$/.test(file));
    return files.map((file) => decodeURIComponent(file.slice(0, -".json".length)));
  } catch {
    return [];
  }
}

function toAccount(name: string, text: string | undefined): Account | undefined {
  const fields = readFields(text);
  const { username, baseUrl, accessToken, expiresAt, loggedInAt } = fields;
  if (typeof username !== "string" || typeof baseUrl !== "string") return undefined;
  if (typeof accessToken !== "string") return undefined;
  return {
    name,
    username,
    baseUrl,
    accessToken,
    expiresAt: typeof expiresAt === "number" ? expiresAt : undefined,
    loggedInAt: typeof loggedInAt === "number" ? loggedInAt : 0,
  };
}

function readFields(text: string | undefined): Partial<Record<keyof Account, unknown>> {
  try {
    return Object(JSON.parse(text ?? ""));
  } catch {
    // A damaged file is as good as no login.
    return {};
  }
}
