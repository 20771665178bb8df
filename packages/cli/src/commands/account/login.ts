import { type AccessToken, createClient, type Credentials } from "@qizhi/core";
import { defaultBaseUrl, requireTlsCheck, visibleText } from "@qizhi/core/internal";
import { inputError, keepWords } from "../../errors/cli-error.ts";
import { findGivenUrl, isSamePlatform, readUrl, readVariable } from "../../access/access.ts";
import type { Account } from "../../access/account-file.ts";
import { Accounts, noteEnvironment, toAccountJson } from "../../access/accounts.ts";
import type { Run } from "../../context/command.ts";
import { clientOptions } from "../../access/client-options.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { type Io, printJson, printNote, readStdin } from "../../terminal/io.ts";
import type { Options } from "../../context/options.ts";
import { ask } from "../../access/probe.ts";
import { askSecret, askText, canAsk, requireTerminal } from "../../terminal/ask.ts";
import { holdKeys } from "../../terminal/keys.ts";
import { readSecret } from "../../text/secret-text.ts";
import { toMomentText } from "../../text/time-text.ts";

/** `qizhi login`: asks the platform for a token, once, and keeps the token alone. */
export const login: Run = async ({ options, io }) => {
  const accounts = new Accounts(io);
  const kept = findReadable(accounts, options.text("account") ?? accounts.defaultName());
  const baseUrl = findGivenUrl(options, io) ?? readUrl(kept?.baseUrl ?? defaultBaseUrl, io);
  const known = kept && isSamePlatform(kept.baseUrl, baseUrl) ? kept : undefined;
  const credentials = await readLogin(baseUrl, known, options, io);
  const token = await logIn(baseUrl, credentials, options, io);
  const { username } = credentials;
  const name = options.text("account") ?? chooseName(accounts, username, baseUrl);
  checkName(name);
  const { value: accessToken, expiresAt } = token;
  const account = { name, username, baseUrl, accessToken, expiresAt, loggedInAt: Date.now() };
  const usual = accounts.defaultName();
  accounts.save(account);
  // The default is written even for the only account, so that a second one does not make it unclear.
  accounts.setDefault(usual ?? name);
  report(account, accounts, options, io);
  return exitCode.ok;
};

function findReadable(accounts: Accounts, name: string | undefined): Account | undefined {
  const found = accounts.entries().find((each) => each.name === name);
  return found !== undefined && "account" in found ? found.account : undefined;
}

/** Username and password: as given, else asked for once the platform answers. */
async function readLogin(
  baseUrl: string,
  known: Account | undefined,
  options: Options,
  io: Io,
): Promise<Credentials> {
  const read = async () => {
    const username = await readUsername(options, io, known);
    return { username, password: await readPassword(options, io, username) };
  };
  if (!canAsk(io)) return read();
  // The keys are held before the probe: what is typed during it goes to the questions alone.
  return holdKeys(io, async (signal) => {
    if (!isGiven(options, io)) await requireAnswer(baseUrl, signal, io);
    return read();
  });
}

async function readUsername(options: Options, io: Io, known: Account | undefined): Promise<string> {
  const { t, env } = io;
  const given = options.text("username") ?? readVariable("QIZHI_USERNAME", env);
  if (given !== undefined) return given;
  if (known !== undefined && options.text("account") !== undefined) return known.username;
  requireTerminal(io, "account.needsUsername", "account.usernameHint");
  return (await askText(io, { message: t.account.askUsername, initial: known?.username })).trim();
}

async function readPassword(options: Options, io: Io, username: string): Promise<string> {
  const { t, env, stdin } = io;
  if (options.flag("passwordStdin") && !stdin.isTTY) {
    const password = readSecret(await readStdin(io), "stdin");
    if (password !== "") {
      printNote(io, t.account.passwordFrom("stdin"));
      return password;
    }
    throw inputError("account.emptyPassword", "account.passwordHint");
  }
  const password = readVariable("QIZHI_PASSWORD", env);
  if (password !== undefined) {
    printNote(io, t.account.passwordFrom("QIZHI_PASSWORD"));
    return password;
  }
  requireTerminal(io, "account.needsPassword", "account.passwordHint");
  return askSecret(io, t.account.askPassword(visibleText(username)));
}

/** Whether both values are given; the login itself then shows whether the platform answers. */
function isGiven(options: Options, { env }: Io): boolean {
  const username = options.text("username") ?? env["QIZHI_USERNAME"];
  return Boolean(username && env["QIZHI_PASSWORD"]);
}

const answerMs = 5_000;

/** Checks that the platform answers before a person types a password. @throws {ConnectionError} it does not. */
async function requireAnswer(baseUrl: string, signal: AbortSignal, { env }: Io): Promise<void> {
  requireTlsCheck(env);
  const answer = await ask(new URL(baseUrl), env, { signal, timeoutMs: answerMs });
  signal.throwIfAborted();
  if (!("failure" in answer)) return;
  const { failure } = answer;
  // A rule with a hint of its own says what to do; for all others the doctor finds more.
  if (failure.code === "input" || failure.why.hint) throw failure;
  throw keepWords(failure, failure, "account.askDoctor");
}

async function logIn(
  baseUrl: string,
  credentials: Credentials,
  options: Options,
  io: Io,
): Promise<AccessToken> {
  let token: AccessToken | undefined;
  const client = createClient({
    ...clientOptions(options, io, baseUrl),
    credentials,
    tokenStore: {
      read: async () => undefined,
      write: async (issued) => void (token = issued),
      remove: async () => {},
    },
  });
  await client.authenticate();
  if (token === undefined) throw new Error("the client has logged in without a token");
  return token;
}

/** The account of this login if there is one, else a free name. */
function chooseName(accounts: Accounts, username: string, baseUrl: string): string {
  const entries = accounts.entries();
  const same = entries.find((each) => {
    if (!("account" in each)) return false;
    const { account } = each;
    return account.username === username && isSamePlatform(account.baseUrl, baseUrl);
  });
  if (same !== undefined) return same.name;
  const isTaken = entries.some((each) => each.name === username && "account" in each);
  if (!isTaken) return username;
  return `${username}@${new URL(baseUrl).host}`;
}

function checkName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}_.@:+-]{0,63}$/u.test(name)) return;
  throw inputError(["account.badName", visibleText(name)], "account.nameForm");
}

function report(account: Account, accounts: Accounts, options: Options, io: Io): void {
  const { t } = io;
  const { name, username, baseUrl, expiresAt } = account;
  const file = accounts.fileOf(name);
  const usual = accounts.defaultName();
  if (options.flag("json")) {
    printJson(io, toAccountJson(account, accounts));
  } else {
    const until = expiresAt === undefined ? t.account.untilUnknown : toMomentText(expiresAt, t);
    const { host } = new URL(baseUrl);
    printNote(io, t.account.loggedIn(visibleText(username), visibleText(host), until));
    printNote(io, t.account.kept(visibleText(file)));
  }
  if (usual !== undefined && usual !== name) {
    printNote(io, t.account.staysDefault(visibleText(usual), visibleText(name)));
  }
  noteEnvironment(io);
}
