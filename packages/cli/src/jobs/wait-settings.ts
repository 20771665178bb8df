import type { WaitOptions } from "@qizhi/core";
import { endsBeforeWait, visibleText } from "@qizhi/core/internal";
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
