import { isQizhiError, type KnownError } from "@qizhi/core";
import type { RunOutcome, RunStatus, RunSweepOptions, Sweep, SweepResult } from "@qizhi/core/sweep";
import { toResultRows } from "@qizhi/core/sweep";
import { excerpt, visibleText } from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import { exitCode, exitCodeOf, gravest, toErrorJson } from "../errors/exit-code.ts";
import { Interruption, untilInterrupted } from "../terminal/signals.ts";
import { type Io, printError, printJson, printNote } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import type { Options } from "../context/options.ts";
import { readWaitSettings, waitsForOutcome, warnOfLoginEnd } from "../jobs/wait-for-jobs.ts";
import { atEnd, type EndFacts } from "../jobs/at-end.ts";
import { reportUnknown } from "./settle-runs.ts";
import {
  countStates,
  exitCodeOfSweep,
  printSweep,
  sayLimit,
  type SweepSummary,
  toLimitJson,
  toSweepJson,
} from "./sweep-output.ts";
import { createSweepProgress } from "./sweep-progress.ts";

/** Opens a sweep with the signal that leaves it and the limits of the command line. */
export type OpenSweep = (
  how: Pick<RunSweepOptions, "signal" | "timeoutMs" | "queueTimeoutMs">,
) => Sweep;

/** The parts that the steps of a sweep share. */
interface RunParts {
  readonly connection: Connection;
  readonly options: Options;
  readonly io: Io;
  /** Whether all outcomes are waited for. */
  readonly waits: boolean;
}

/**
 * Runs a sweep until all runs have ended, a limit is reached or it cannot go on, without `--wait` until all are
 * submitted, shows its progress, and prints the result.
 */
export async function runSweep(
  connection: Connection,
  openSweep: OpenSweep,
  options: Options,
  io: Io,
): Promise<number> {
  const { limits, onInterrupt } = readWaitSettings(options);
  const waits = waitsForOutcome(connection, options);
  const parts: RunParts = { connection, options, io, waits };
  let sweep: Sweep | undefined;
  let isPrinted = false;
  return untilInterrupted(
    io,
    async (signal) => {
      const leaving = new AbortController();
      const { timeoutMs, queueTimeoutMs } = waits ? limits : {};
      sweep = openSweep({ signal: leaving.signal, timeoutMs, queueTimeoutMs });
      const { id } = sweep;
      if (waits) {
        warnOfLoginEnd(connection, timeoutMs, io, (when) => io.t.sweep.loginEnds(when, id));
      }
      const how = { signal, leaving, waits, stopsOnSignal: onInterrupt === "stop" };
      const ended = await followSweep(sweep, how, io).catch(toKnownError);
      if (isQizhiError(ended)) return printLost(sweep, ended, signal, parts);
      let code: number = exitCode.output;
      try {
        code = await printResultOf(sweep, ended, signal, parts);
        isPrinted = true;
        signal.throwIfAborted();
      } finally {
        if (waits && !signal.aborted) await atEnd(toEndFacts(sweep, code, io), options, io);
      }
      return code;
    },
    (by) => {
      if (sweep === undefined) return io.t.nothingSent;
      // The result is printed already.
      if (isPrinted) return hasStopped(sweep) ? io.t.sweep.stopped : "";
      reportUnknown(connection, sweep.runs, io);
      if (options.flag("json")) printJson(io, toSweepJson(toSummary(sweep, { by })));
      return toFarewell(sweep, connection, io);
    },
  );
}

/**
 * Shows the progress of a sweep until it ends or a limit is reached.
 * @returns its result; nothing without a wait.
 * @throws {Interruption} it was left.
 */
async function followSweep(
  sweep: Sweep,
  how: {
    readonly signal: AbortSignal;
    readonly leaving: AbortController;
    readonly waits: boolean;
    readonly stopsOnSignal: boolean;
  },
  io: Io,
): Promise<SweepResult | undefined> {
  const { signal, leaving, waits, stopsOnSignal } = how;
  const onInterrupt = () => {
    if (!stopsOnSignal) return leaving.abort(signal.reason);
    // To stop the jobs, the sweep itself has to go on.
    printNote(io, io.t.sweep.stopping);
    sweep.halt();
  };
  signal.addEventListener("abort", onInterrupt, { once: true });
  const progress = createSweepProgress(sweep, io);
  const events = sweep.events();
  const isSent = () => sweep.isPaused || sweep.runs.every(({ state }) => state !== "waiting");
  // A halted sweep is there to stop what goes on.
  const isLeft = () => !waits && sweep.halted === undefined && isSent();
  try {
    // Where all is submitted already, no event may come for days.
    for (let next = events.next(); !isLeft(); next = events.next()) {
      const { done, value } = await next;
      if (done) return value;
      progress.show(value);
    }
    return undefined;
  } finally {
    await events.return(undefined as never);
    progress.end();
  }
}

/** Prints the result of a sweep and what to do next. @returns the exit code. */
async function printResultOf(
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

/** @throws what is no error of the library. */
function toKnownError(error: unknown): KnownError {
  if (!isQizhiError(error)) throw error;
  return error;
}

/** Prints how a sweep stands that cannot go on, why, and what to do next. @returns the exit code. */
async function printLost(
  sweep: Sweep,
  error: KnownError,
  signal: AbortSignal,
  { connection, options, io, waits }: RunParts,
): Promise<number> {
  const unknown = hasUnknown(sweep.runs) ? [exitCode.unknownOutcome] : [];
  const code = gravest([exitCodeOf(error), ...unknown]);
  const summary = toSummary(sweep, { by: signal.reason });
  const ended = { ...summary, error: { ...toErrorJson(error), exit_code: code } };
  let told: number = exitCode.output;
  try {
    await printSweep(ended, options, io);
    told = code;
  } finally {
    reportUnknown(connection, sweep.runs, io);
    printError(io, error);
    printNote(io, toFarewell(sweep, connection, io, error.code === "auth"));
    if (waits && !signal.aborted) await atEnd(toEndFacts(sweep, told, io), options, io);
  }
  return code;
}

/** The facts of a sweep for `--notify` and `--then`. */
function toEndFacts({ id, plan, runs }: Sweep, code: number, { t }: Io): EndFacts {
  const name = visibleText(plan.name);
  const variables = { QIZHI_SWEEP_ID: id, QIZHI_SWEEP_NAME: name, QIZHI_EXIT_CODE: String(code) };
  return { text: `${excerpt(name, 60)}${t.colon}${countStates(toResultRows(runs), t)}`, variables };
}

function toSummary(
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

/** Whether a sweep was stopped, and none of its jobs may still run. */
function hasStopped({ halted, runs }: Sweep): boolean {
  const isOver = ({ state, outcome }: RunStatus) =>
    state === "waiting" || (state === "ended" && outcome !== "lost");
  return halted !== undefined && runs.every(isOver);
}

function hasUnknown(runs: readonly RunStatus[]): boolean {
  return runs.some(({ state }) => state === "unknown");
}

function toFarewell(
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
