import type { KnownError } from "@qizhi/core";
import type { RunOutcome, RunStatus, Sweep, SweepResult } from "@qizhi/core/sweep";
import { toResultRows } from "@qizhi/core/sweep";
import { excerpt, visibleText } from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import { exitCode, exitCodeOf, gravest, toErrorJson } from "../errors/exit-code.ts";
import { Interruption } from "../terminal/signals.ts";
import { type Io, printError, printNote } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import type { Options } from "../context/options.ts";
import type { EndFacts } from "../jobs/at-end.ts";
import { reportUnknown } from "./settle-runs.ts";
import {
  countStates,
  exitCodeOfSweep,
  printSweep,
  sayLimit,
  type SweepSummary,
  toLimitJson,
} from "./sweep-output.ts";

/** The parts that the steps of a sweep share. */
export interface RunParts {
  readonly connection: Connection;
  readonly options: Options;
  readonly io: Io;
  /** Whether all outcomes are waited for. */
  readonly waits: boolean;
}

/** Prints the result of a sweep and what to do next. @returns the exit code. */
export async function printResultOf(
  sweep: Sweep,
  result: SweepResult | undefined,
  signal: AbortSignal,
  parts: RunParts,
): Promise<number> {
  const { connection, options, io, waits } = parts;
  const { runs } = sweep;
  const limit = result?.limit;
  const summary = toSummary(sweep, { by: signal.reason, result });
  let isWritten = false;
  try {
    isWritten = await printSweep(summary, options, io);
  } finally {
    reportUnknown(connection, runs, io);
    printWaysOn(sweep, limit, parts);
  }
  if (limit !== undefined) return exitCodeAtLimit(runs);
  const code = exitCodeOfSweep(summary);
  const isGood = code === exitCode.ok || (code === exitCode.stillActive && !waits);
  if (!isGood) return code;
  return isWritten ? exitCode.ok : exitCode.output;
}

function printWaysOn(
  sweep: Sweep,
  limit: SweepResult["limit"],
  { connection, io, waits }: RunParts,
): void {
  if (limit !== undefined) {
    printNote(io, `${sayLimit(limit, io.t)}\n${toFarewell(sweep, connection, io)}`);
    return;
  }
  const isStuck = sweep.halted === undefined && sweep.runs.some(({ state }) => state === "waiting");
  if (isStuck) printNote(io, sweep.isPaused ? io.t.sweep.isPaused : io.t.sweep.blocked);
  if (connection.keepsJobs) printNext(sweep, waits, io);
}

/** Prints how a sweep stands that cannot go on, why, and what to do next. @returns the exit code. */
export async function printLost(
  sweep: Sweep,
  error: KnownError,
  signal: AbortSignal,
  { connection, options, io }: RunParts,
): Promise<number> {
  const unknown = hasUnknown(sweep.runs) ? [exitCode.unknownOutcome] : [];
  const code = gravest([exitCodeOf(error), ...unknown]);
  const summary = toSummary(sweep, { by: signal.reason });
  const ended = { ...summary, error: { ...toErrorJson(error), exit_code: code } };
  try {
    await printSweep(ended, options, io);
  } finally {
    reportUnknown(connection, sweep.runs, io);
    printError(io, error);
    printNote(io, toFarewell(sweep, connection, io, error.code === "auth"));
  }
  return code;
}

/** The facts of a sweep for `--notify` and `--then`. */
export function toEndFacts({ id, plan, runs }: Sweep, code: number, { t }: Io): EndFacts {
  const name = visibleText(plan.name);
  const variables = { QIZHI_SWEEP_ID: id, QIZHI_SWEEP_NAME: name, QIZHI_EXIT_CODE: String(code) };
  return { text: `${excerpt(name, 60)}${t.colon}${countStates(toResultRows(runs), t)}`, variables };
}

/** How a sweep stands, as its result or as it was left. */
export function toSummary(
  { id, plan, runs }: Sweep,
  { by, result }: { by: unknown; result?: SweepResult | undefined },
): SweepSummary {
  const limit = result?.limit;
  return {
    id,
    plan,
    runs,
    interruption: by instanceof Interruption ? { exit_code: by.exitCode } : undefined,
    error: limit && toLimitJson(limit, exitCodeAtLimit(runs)),
  };
}

/** At a limit, runs of unknown outcome decide about the exit code. */
function exitCodeAtLimit(runs: readonly RunStatus[]): number {
  return hasUnknown(runs) ? exitCode.unknownOutcome : exitCode.stillActive;
}

function hasUnknown(runs: readonly RunStatus[]): boolean {
  return runs.some(({ state }) => state === "unknown");
}

/** What goes on of a sweep that is left, and the commands for it. */
export function toFarewell(
  sweep: Sweep,
  { keepsJobs }: Connection,
  { t }: Io,
  isLoggedOut = false,
): string {
  if (!keepsJobs) return t.sweep.localEnds;
  const waiting = sweep.runs.filter(({ state }) => state === "waiting").length;
  const login = isLoggedOut ? `  ${t.toLogIn}${t.colon}qizhi login\n` : "";
  return `${t.sweep.left(waiting)}\n${login}${toNext(sweep, t)}`;
}

// Outcomes that `--failed` leaves: a lost run may still go on, a run that ended may have succeeded.
const isWell = new Set<RunOutcome>(["succeeded", "lost", "ended"]);

function printNext(sweep: Sweep, waits: boolean, io: Io): void {
  const isLeft = sweep.runs.some(({ state }) => state === "waiting");
  if (isLeft || !waits) {
    if (!isLeft) printNote(io, io.t.sweep.allSent);
    printNote(io, toNext(sweep, io.t));
    return;
  }
  const isFailed = sweep.runs.some(({ outcome = "succeeded" }) => !isWell.has(outcome));
  const again = `  ${io.t.sweep.toMakeAgain}${io.t.colon}qizhi rerun ${sweep.id} --failed --wait\n`;
  printNote(
    io,
    `${isFailed ? again : ""}  ${io.t.sweep.toReport}${io.t.colon}qizhi report ${sweep.id}`,
  );
}

function toNext({ id, halted }: Sweep, t: Messages): string {
  const how = halted ? "--failed --wait" : "--wait";
  return [
    `  ${t.sweep.toResume}${t.colon}qizhi rerun ${id} ${how}`,
    `  ${t.sweep.toReport}${t.colon}qizhi report ${id}`,
    `  ${t.toStop}${t.colon}qizhi stop ${id}`,
  ].join("\n");
}
