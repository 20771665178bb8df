import type { Client, Journal, RunOutcome, RunStatus, Sweep } from "@qizhi/core";
import { excerpt, isJobId, isQizhiError, jobListUrl, shortAttempt, visibleText } from "@qizhi/core";
import { askText } from "../ask.ts";
import type { Connection } from "../connect.ts";
import { Interruption, untilInterrupted } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { printError, printJson, printNote } from "../io.ts";
import type { Options } from "../options.ts";
import { readWaitSettings, type WaitSettings } from "../wait-for-jobs.ts";
import { exitCode } from "../exit-code.ts";
import { sayLimit, toLimit, toLimitJson, watchLimits } from "./sweep-limits.ts";
import type { SweepSummary } from "./sweep-output.ts";
import { exitCodeOfSweep, printSweep, toSweepJson } from "./sweep-output.ts";
import { createSweepProgress } from "./sweep-progress.ts";

/** What runs a sweep: it gets the signal that leaves it and the waits of the command line. */
export type OpenSweep = (signal: AbortSignal) => Sweep;

/**
 * Runs a sweep until all has ended or a limit is reached, or with no `--wait` until all is submitted, shows
 * how it goes, and prints the result.
 */
export async function runSweep(
  connection: Connection,
  openSweep: OpenSweep,
  options: Options,
  io: Io,
): Promise<number> {
  const settings = readWaitSettings(options);
  const isLocal = connection.local !== undefined;
  const waits = options.flag("wait") || isLocal;
  let sweep: Sweep | undefined;
  let isPrinted = false;
  return untilInterrupted(
    io,
    async (signal) => {
      const leaving = new AbortController();
      sweep = openSweep(leaving.signal);
      await followSweep(sweep, { signal, leaving, waits, settings }, io);
      const { runs } = sweep;
      // Where all have ended, nodes alone were waited for.
      const isOver = runs.every(({ state }) => state === "ended");
      const limit = isOver ? undefined : toLimit(leaving.signal.reason);
      const summary = toSummary(sweep, limit ?? signal.reason);
      const isWritten = await printSweep(summary, options, io);
      isPrinted = true;
      tellUnknown(connection, runs, io);
      if (limit !== undefined) {
        printNote(io, `${sayLimit(limit, io.t)}\n${toFarewell(sweep, isLocal, io)}`);
        return exitCodeAtLimit(runs);
      }
      const isStuck = sweep.halted === undefined && runs.some(({ state }) => state === "waiting");
      if (isStuck) printNote(io, io.t.sweep.blocked);
      if (!isLocal) tellNext(sweep, waits, io);
      signal.throwIfAborted();
      const code = exitCodeOfSweep(summary);
      const isGood = code === exitCode.ok || (code === exitCode.stillActive && !waits);
      if (!isGood) return code;
      return isWritten ? exitCode.ok : exitCode.output;
    },
    (by) => {
      if (sweep === undefined) return io.t.nothingSent;
      // A sweep that was stopped has printed how it ended.
      if (isPrinted) return io.t.sweep.stopped;
      if (options.flag("json")) printJson(io, toSweepJson(toSummary(sweep, by)));
      return toFarewell(sweep, isLocal, io);
    },
  );
}

/** Shows how a sweep goes, until it ends or a limit is reached. @throws {Interruption} it was left. */
async function followSweep(
  sweep: Sweep,
  {
    signal,
    leaving,
    waits,
    settings,
  }: {
    readonly signal: AbortSignal;
    readonly leaving: AbortController;
    readonly waits: boolean;
    readonly settings: WaitSettings;
  },
  io: Io,
): Promise<void> {
  const onInterrupt = () => {
    if (settings.onInterrupt === "leave") leaving.abort(signal.reason);
    // To stop the jobs, the sweep itself has to go on.
    if (leaving.signal.aborted) return;
    printNote(io, io.t.sweep.stopping);
    sweep.halt();
  };
  signal.addEventListener("abort", onInterrupt, { once: true });
  const endLimits = watchLimits(sweep.runs, waits ? settings.limits : {}, (limit) => {
    if (!signal.aborted) leaving.abort(limit);
  });
  const progress = createSweepProgress(sweep, io);
  try {
    for await (const event of sweep.events()) {
      progress.show(event);
      if (!waits && sweep.runs.every(({ state }) => state !== "waiting")) break;
    }
  } catch (error) {
    if (toLimit(error) === undefined) throw error;
  } finally {
    endLimits();
    progress.end();
  }
}

function toSummary({ id, plan, runs }: Sweep, by: unknown): SweepSummary {
  const interruption = by instanceof Interruption ? { exit_code: by.exitCode } : undefined;
  const limit = toLimit(by);
  const error = limit && toLimitJson(limit, exitCodeAtLimit(runs));
  return { id, name: plan.name, variables: plan.variables, runs, interruption, error };
}

/** A doubt outweighs a limit. */
function exitCodeAtLimit(runs: readonly RunStatus[]): number {
  const isDoubt = runs.some(({ state }) => state === "unknown");
  return isDoubt ? exitCode.unknownOutcome : exitCode.stillActive;
}

function toFarewell(sweep: Sweep, isLocal: boolean, io: Io): string {
  if (isLocal) return io.t.sweep.localEnds;
  const waiting = sweep.runs.filter(({ state }) => state === "waiting").length;
  return `${io.t.sweep.left(waiting)}\n${toNext(sweep, io)}`;
}

// What `--anew` leaves as it is: who is lost may still go on.
const isWell = new Set<RunOutcome>(["succeeded", "lost"]);

function tellNext(sweep: Sweep, waits: boolean, io: Io): void {
  const isLeft = sweep.runs.some(({ state }) => state === "waiting");
  if (isLeft || !waits) {
    if (!isLeft) printNote(io, io.t.sweep.allSent);
    printNote(io, toNext(sweep, io));
    return;
  }
  const isFailed = sweep.runs.some(({ outcome = "succeeded" }) => !isWell.has(outcome));
  const again = `  ${io.t.sweep.toMakeAgain}: qizhi sweep resume ${sweep.id} --anew --wait\n`;
  printNote(io, `${isFailed ? again : ""}  ${io.t.sweep.toReport}: qizhi report ${sweep.id}`);
}

function toNext({ id, halted }: Sweep, { t }: Io): string {
  const how = halted ? "--anew --wait" : "--wait";
  return [
    `  ${t.sweep.toResume}: qizhi sweep resume ${id} ${how}`,
    `  ${t.sweep.toReport}: qizhi report ${id}`,
    `  ${t.toStop}: qizhi stop ${id}`,
  ].join("\n");
}

/** Names the runs that only a person can settle, and how. */
export function tellUnknown(
  { client }: Pick<Connection, "client">,
  runs: readonly RunStatus[],
  io: Io,
): void {
  const { t } = io;
  const unknown = runs.filter(({ state }) => state === "unknown");
  const [first] = unknown;
  if (first === undefined) return;
  const blocks = unknown.map(({ run, attempt }) => {
    return `${excerpt(run.name, 100)}\n${t.sweep.settle(shortAttempt(attempt ?? ""))}`;
  });
  const url = visibleText(jobListUrl(client.baseUrl, first.run.spec.workspace_id));
  printNote(io, [t.sweep.toSettle, t.sweep.lookAt(url), ...blocks].join("\n"));
}

/** Asks about each unknown run of a sweep, and writes the answers down. */
export async function askUnknown(
  { client }: Pick<Connection, "client">,
  journal: Journal,
  runs: readonly RunStatus[],
  io: Io,
): Promise<void> {
  for (const { state, attempt, run } of runs) {
    if (state !== "unknown" || attempt === undefined) continue;
    const url = visibleText(jobListUrl(client.baseUrl, run.spec.workspace_id));
    const answer = await askJob(client, io.t.sweep.askJob(excerpt(run.name, 100), url), io);
    if (answer !== "later") journal.append({ kind: "resolved", attempt, jobId: answer });
  }
}

/** Asks until the answer is a job that is there, that there is none (`undefined`), or "later". */
async function askJob(client: Client, message: string, io: Io): Promise<string | undefined> {
  for (;;) {
    const check = (text: string) => {
      const said = text.trim();
      return isJobId(said) || /^(no|later)$/i.test(said) ? undefined : io.t.sweep.askForm;
    };
    const said = (await askText(io, { message, check })).trim();
    if (/^later$/i.test(said)) return "later";
    if (/^no$/i.test(said)) return undefined;
    try {
      return (await client.getJob(said)).job_id;
    } catch (error) {
      if (!isQizhiError(error)) throw error;
      printError(io, error);
    }
  }
}
