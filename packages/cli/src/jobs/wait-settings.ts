import type { WaitOptions } from "@qizhi/core";
import { endsBeforeWait, excerpt, reasonOf, visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";
import { toMomentText } from "../text/time-text.ts";

/** The limits of a wait, and what Ctrl-C does to its jobs. @throws {InputError} one is wrong. */
export function readWaitSettings(options: Options): {
  readonly limits: WaitOptions;
  readonly onInterrupt: "leave" | "stop";
} {
  const onInterrupt = options.text("onInterrupt") ?? "leave";
  if (onInterrupt !== "leave" && onInterrupt !== "stop") {
    throw inputError(["notAChoice", "--on-interrupt", visibleText(onInterrupt), "leave, stop"]);
  }
  return {
    onInterrupt,
    limits: {
      timeoutMs: options.duration("timeout"),
      queueTimeoutMs: options.duration("queueTimeout"),
      errorBudgetMs: options.duration("errorBudget"),
      minIntervalMs: options.duration("pollInterval"),
    },
  };
}

/** Whether outcomes are waited for: asked with `--wait`, and always where jobs end with the command. */
export function waitsForOutcome({ keepsJobs }: Connection, options: Options): boolean {
  return options.flag("wait") || !keepsJobs;
}

/** Warns of a login that expires before the wait's limit, or within a day of a wait without one. */
export function warnOfLoginEnd(
  connection: Connection,
  timeoutMs: number | undefined,
  io: Io,
  say: (when: string, login: string) => string = io.t.loginEnds,
): void {
  const { loginEndsAt } = connection;
  if (loginEndsAt === undefined || !endsBeforeWait(loginEndsAt, timeoutMs)) return;
  printNote(io, say(toMomentText(loginEndsAt, io.t), toCommand(connection, "login")));
}

/** How a wait ended: one line for a person, and the variables of a command. */
export interface EndFacts {
  readonly text: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * What `--notify` and `--then` ask for at the end of a wait: a bell and a desktop notification by the terminal, and
 * a command of the user. The facts reach it as variables alone, so that no name of a job is read as code.
 */
export async function atEnd(
  { text, variables }: EndFacts,
  options: Options,
  io: Io,
): Promise<void> {
  if (options.flag("notify") && io.stderr.isTTY) {
    // OSC 9 is what terminals take through ssh, too; others show nothing of it, and ring.
    // A text that begins with a digit would be another command than a notification.
    io.stderr.write(`\u001b]9;qizhi: ${excerpt(text, 200)}\u0007\u0007`);
  }
  const command = options.text("then");
  if (command === undefined) return;
  const ended = await run(command, { ...io.env, ...variables });
  if (ended !== 0) printNote(io, io.t.thenFailed(visibleText(String(ended))));
}

/** Runs a command line of the user in a shell; what it prints goes to stderr. @returns its exit code or signal. */
async function run(command: string, env: Io["env"]): Promise<number | string> {
  const { spawn } = await import("node:child_process");
  return new Promise<number | string>((resolve) => {
    const child = spawn(command, { shell: true, env, stdio: ["ignore", 2, 2] });
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code ?? signal ?? ""));
  }).catch(reasonOf);
}
