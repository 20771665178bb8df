import { type ClientOptions, type Credentials, formatDuration } from "@qizhi/core";
import { readBaseUrl, toPlatformKey, defaultBaseUrl, visibleText } from "@qizhi/core/internal";
import { inputError, missingLogin } from "../errors/cli-error.ts";
import type { Account } from "./account-file.ts";
import { Accounts, toTokenStore } from "./accounts.ts";
import type { Io } from "../terminal/io.ts";
import { type Options, toFlag } from "../context/options.ts";
import { readSecret } from "../text/secret-text.ts";

/** The platform and the login of a command, and where each comes from. */
export interface Access {
  readonly baseUrl: string;
  /** Where it comes from, as `doctor` and `whoami` name it. */
  readonly baseUrlFrom: "--base-url" | "QIZHI_BASE_URL" | "account" | "default";
  readonly username: string | undefined;
  readonly way:
    | { readonly by: "token"; readonly accessToken: string; readonly credentials?: Credentials }
    | { readonly by: "password"; readonly credentials: Credentials }
    | { readonly by: "account"; readonly account: Account; readonly accounts: Accounts }
    | { readonly by: "nothing" };
  /** An account that was asked for and lost to the environment. */
  readonly overruled: string | undefined;
}

/**
 * Finds the platform and the login. The environment always wins over kept accounts.
 * A kept token goes to the platform that issued it and to no other.
 * @throws {InputError} a wrong base URL, half of a login, no such account, or one of another platform.
 */
export function findAccess(options: Options, { env }: Pick<Io, "env">): Access {
  const givenUrl = findGivenUrl(options, { env });
  const username = options.text("username") ?? readVariable("QIZHI_USERNAME", env);
  const password = readVariable("QIZHI_PASSWORD", env);
  const accessToken = readVariable("QIZHI_TOKEN", env);
  const accountName = findGivenAccount(options, { env });
  const base = {
    baseUrl: givenUrl ?? defaultBaseUrl,
    baseUrlFrom: options.text("baseUrl") ? "--base-url" : givenUrl ? "QIZHI_BASE_URL" : "default",
    username,
    overruled: accountName,
  } as const;
  const credentials = username && password ? { username, password } : undefined;
  if (accessToken !== undefined) {
    return {
      ...base,
      // A username alone chooses a saved login; it does not say whose this token is.
      username: credentials?.username,
      overruled: accountName ?? (credentials ? undefined : options.text("username")),
      way: { by: "token", accessToken, ...(credentials && { credentials }) },
    };
  }
  if (credentials !== undefined) return { ...base, way: { by: "password", credentials } };
  if (password !== undefined) {
    throw inputError(["halfALogin", "QIZHI_USERNAME"], "waysOn");
  }
  const accounts = new Accounts({ env });
  const account = choose(accounts, { name: accountName, username, givenUrl });
  if (account === undefined) {
    if (username !== undefined) throw inputError(["halfALogin", "QIZHI_PASSWORD"], "waysOn");
    return { ...base, way: { by: "nothing" } };
  }
  return {
    baseUrl: account.baseUrl,
    baseUrlFrom: givenUrl === undefined ? "account" : base.baseUrlFrom,
    username: account.username,
    overruled: undefined,
    way: { by: "account", account, accounts },
  };
}

/** The platform of {@link findAccess}, as the history names it. */
export function findPlatform(options: Options, io: Pick<Io, "env">): string {
  return toPlatformKey(findAccess(options, io).baseUrl);
}

/**
 * The platform that a flag or the environment names, by its address or by an account, if one does.
 * @throws {InputError} its base URL is wrong, or there is no such account.
 */
export function findGivenPlatform(options: Options, io: Pick<Io, "env">): string | undefined {
  const url = findGivenUrl(options, io);
  if (url !== undefined) return toPlatformKey(url);
  return findGivenAccount(options, io) === undefined ? undefined : findPlatform(options, io);
}

function findGivenAccount(options: Options, { env }: Pick<Io, "env">): string | undefined {
  return options.text("account") ?? (env["QIZHI_ACCOUNT"] || undefined);
}

/** The address that a flag or the environment names. @throws {InputError} as {@link readUrl}. */
export function findGivenUrl(options: Options, io: Pick<Io, "env">): string | undefined {
  const typed = options.text("baseUrl") ?? (io.env["QIZHI_BASE_URL"] || undefined);
  return typed === undefined ? undefined : readUrl(typed, io);
}

/** Checks the address of a platform. @throws {InputError} it is wrong, or in clear where that is not allowed. */
export function readUrl(text: string, { env }: Pick<Io, "env">): string {
  return readBaseUrl(text, env["QIZHI_ALLOW_HTTP"] === "1").baseUrl;
}

/** A variable of the login. @throws {InputError} it is no line of text. */
export function readVariable(name: string, env: Io["env"]): string | undefined {
  return env[name] ? readSecret(env[name], name) : undefined;
}

function choose(
  accounts: Accounts,
  { name, username, givenUrl }: Record<"name" | "username" | "givenUrl", string | undefined>,
): Account | undefined {
  const fits = (account: Account) =>
    (givenUrl === undefined || isSamePlatform(givenUrl, account.baseUrl)) &&
    (username === undefined || username === account.username);
  if (name !== undefined) {
    const account = accounts.find(name);
    const shown = visibleText(name);
    if (account === undefined) throw inputError(["account.none", shown], "account.seeAll");
    if (fits(account)) return account;
    const { username: who, baseUrl } = account;
    throw inputError(["account.ofAnother", shown, visibleText(who), visibleText(baseUrl)]);
  }
  const usual = accounts.defaultName();
  const first = usual === undefined ? undefined : accounts.find(usual);
  if (first !== undefined && fits(first)) return first;
  // An unreadable account may be the one that is meant.
  const fitting = accounts.entries().filter((each) => !("account" in each) || fits(each.account));
  const [only, ...more] = fitting;
  if (only === undefined) return undefined;
  if (more.length === 0) return accounts.find(only.name);
  const names = fitting.map((each) => visibleText(each.name)).join(", ");
  throw inputError(["account.several", names], "account.nameOne");
}

export function isSamePlatform(one: string, other: string): boolean {
  return toPlatformKey(one) === toPlatformKey(other);
}

/** What a client logs in with: a token as it is given, or a password, or the token that is kept. */
export function toClientLogin({ way }: Access): ClientOptions {
  if (way.by === "token") return { accessToken: way.accessToken };
  if (way.by === "password") return { credentials: way.credentials };
  if (way.by === "nothing") return {};
  return { tokenStore: toTokenStore(way.accounts, way.account.name) };
}

/** The flags of a command line that chose an access. */
export function toAccessFlags(options: Options, { overruled, way }: Access): string[] {
  // A login that the environment overrules chose nothing; a username may be one half of what overrules it.
  const login = way.by === "password" ? ["username"] : [];
  return givenAccess(options, overruled === undefined ? undefined : login);
}

/** {@link toAccessFlags} without a look at the login. */
export function givenAccess(options: Options, login = ["account", "username"]): string[] {
  return ["baseUrl", ...login].flatMap((name) =>
    options.list(name).flatMap((value) => [toFlag(name), visibleText(value)]),
  );
}

/** Requires a login. @throws {AuthError} there is none, or its token has expired. */
export function requireAccess(access: Access): void {
  const { way, baseUrl } = access;
  if (way.by === "nothing") {
    throw missingLogin(["notLoggedIn", visibleText(baseUrl)], "waysOn");
  }
  if (way.by !== "account") return;
  const { name, expiresAt } = way.account;
  if (expiresAt === undefined || expiresAt > Date.now()) return;
  const ago = formatDuration(Date.now() - expiresAt);
  throw missingLogin(["account.expired", visibleText(name), ago], ["account.again", name]);
}
