import { isQizhiError, type WaitOptions } from "@qizhi/core";
import { followSweep } from "@qizhi/core/internal";
import type { RunStatus, Sweep } from "@qizhi/core/sweep";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { exitCode } from "../errors/exit-code.ts";
import { untilInterrupted } from "../terminal/signals.ts";
import { type Io, printJson, printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";
import { atEnd, readWaitSettings, waitsForOutcome, warnOfLoginEnd } from "../jobs/wait-settings.ts";
import {
  type CutShort,
  printEnd,
  reportUnknown,
  toEndFacts,
  toFarewell,
  toResume,
  toSummary,
} from "./print-result.ts";
import { toSweepJson } from "./sweep-output.ts";
import { createSweepProgress } from "./sweep-progress.ts";

/** Opens a sweep with the signal that leaves it and the limits of the command line. */
export type OpenSweep = (how: WaitOptions) => Sweep;

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
  const { timeoutMs, errorBudgetMs, minIntervalMs } = limits;
  const waits = waitsForOutcome(connection, options);
  const parts = { connection, options, io, waits };
  let sweep: Sweep | undefined;
  let isPrinted = false;
  return untilInterrupted(
    io,
    async (signal) => {
      const leaving = new AbortController();
      const opened = openSweep({
        ...(waits ? limits : { errorBudgetMs, minIntervalMs }),
        signal: leaving.signal,
      });
      sweep = opened;
      if (waits) {
        const resume = toCommand(connection, ...toResume(opened));
        const say = (when: string, login: string) => io.t.sweep.loginEnds(when, login, resume);
        warnOfLoginEnd(connection, timeoutMs, io, say);
      }
      const onSignal = () =>
        onInterrupt === "stop" ? stop(opened, io) : leaving.abort(signal.reason);
      signal.addEventListener("abort", onSignal, { once: true });
      const cut = await showToEnd(opened, waits, io).catch(toCut);
      let code: number = exitCode.output;
      try {
        code = await printEnd(opened, cut, signal, parts);
        if (cut.error !== undefined) return code;
        isPrinted = true;
        signal.throwIfAborted();
      } finally {
        if (waits && !signal.aborted) await atEnd(toEndFacts(opened, code, io), options, io);
      }
      return code;
    },
    (by) => {
      if (sweep === undefined) return io.t.nothingSent;
      // The result is printed already.
      if (isPrinted) return hasStopped(sweep) ? io.t.sweep.stopped : "";
      reportUnknown(connection, sweep.runs, io);
      if (options.flag("json")) printJson(io, toSweepJson(toSummary(sweep, by)));
      return toFarewell(sweep, connection, io);
    },
  );
}

/** Stops the jobs of a sweep, for which it has to go on itself. */
function stop(sweep: Sweep, io: Io): void {
  printNote(io, io.t.sweep.stopping);
  sweep.halt();
}

/** Shows the progress of a sweep until it ends. @returns the limit that was reached. @throws {Interruption} it was left. */
async function showToEnd(sweep: Sweep, waits: boolean, io: Io): Promise<CutShort> {
  const progress = createSweepProgress(sweep, io);
  try {
    const result = await followSweep(sweep, waits, progress.show);
    return { limit: result?.limit };
  } finally {
    progress.end();
  }
}

/** @throws what is no error of the library. */
function toCut(error: unknown): CutShort {
  if (!isQizhiError(error)) throw error;
  return { error };
}

/** Whether a sweep was stopped, and none of its jobs may still run. */
function hasStopped({ halted, runs }: Sweep): boolean {
  const isOver = ({ state, outcome }: RunStatus) =>
    state === "waiting" || (state === "ended" && outcome !== "lost");
  return halted !== undefined && runs.every(isOver);
}
