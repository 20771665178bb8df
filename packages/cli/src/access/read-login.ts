import { type Credentials } from "@qizhi/core";
import { requireTlsCheck, visibleText } from "@qizhi/core/internal";
import type { Account } from "./account-file.ts";
import { askSecret, askText, canAsk, requireTerminal } from "../terminal/ask.ts";
import { inputError, keepWords } from "../errors/cli-error.ts";
import { ask } from "./probe.ts";
import { type Io, printNote, readStdin } from "../terminal/io.ts";
import { holdKeys } from "../terminal/keys.ts";
import type { Options } from "../context/options.ts";
import { readSecret } from "../text/secret-text.ts";

interface Asking {
  readonly options: Options;
  readonly io: Io;
  /** The account of this platform that is logged in again. */
  readonly known: Account | undefined;
}

/** Username and password: as given, else asked for once the platform answers. */
export async function readLogin(
  baseUrl: string,
  { options, io, known }: Asking,
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
  const given = options.text("username");
  if (given !== undefined) return given;
  if (env["QIZHI_USERNAME"]) return readSecret(env["QIZHI_USERNAME"], "QIZHI_USERNAME");
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
  if (env["QIZHI_PASSWORD"]) {
    const password = readSecret(env["QIZHI_PASSWORD"], "QIZHI_PASSWORD");
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
