import type { KnownError } from "@qizhi/core";
import type { RunState, RunStatus, Sweep, SweepLimit } from "@qizhi/core/sweep";
import { toResultRows } from "@qizhi/core/sweep";
import { excerpt, jobListUrl, runStates, shortAttempt, visibleText } from "@qizhi/core/internal";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { exitCode, exitCodeOf, gravest, toErrorJson } from "../errors/exit-code.ts";
import { Interruption } from "../terminal/signals.ts";
import { type Io, printError, printNote } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import type { Options } from "../context/options.ts";
import type { EndFacts } from "../jobs/wait-settings.ts";
import {
  countStates,
  exitCodeOfSweep,
  printSweep,
  sayLimit,
  type SweepSummary,
  toLimitJson,
} from "./sweep-output.ts";

/** The parts that the steps of a sweep share. */
interface RunParts {
  readonly connection: Connection;
  readonly options: Options;
  readonly io: Io;
  /** Whether all outcomes are waited for. */
  readonly waits: boolean;
}

/** What cut a sweep short: a limit, or an error after which it cannot go on. */
export interface CutShort {
  readonly limit?: SweepLimit | undefined;
  readonly error?: KnownError;
}

/**
 * Prints how a sweep has ended, or stands where it was cut short, and what to do next.
 * @returns the exit code.
 */
export async function printEnd(
  sweep: Sweep,
  cut: CutShort,
  signal: AbortSignal,
  parts: RunParts,
): Promise<number> {
  const { connection, options, io, waits } = parts;
  const { error, limit } = cut;
  const code = exitCodeOfCut(sweep, cut);
  const why = error
    ? { ...toErrorJson(error), exit_code: code }
    : limit && toLimitJson(limit, code);
  let isWritten = false;
  try {
    isWritten = await printSweep({ ...toSummary(sweep, signal.reason), error: why }, options, io);
  } finally {
    reportUnknown(connection, sweep.runs, io);
    if (error !== undefined) {
      printError(io, error);
      printNote(io, toFarewell(sweep, connection, io, error.code === "auth"));
    } else if (limit !== undefined) {
      printNote(io, `${sayLimit(limit, io.t)}\n${toFarewell(sweep, connection, io)}`);
    } else printWaysOn(sweep, parts);
  }
  if (why !== undefined) return code;
  const isGood = code === exitCode.ok || (code === exitCode.stillActive && !waits);
  if (!isGood) return code;
  return isWritten ? exitCode.ok : exitCode.output;
}

/** The exit code of a sweep; where it was cut short, runs of unknown outcome decide about it, too. */
function exitCodeOfCut(sweep: Sweep, { error, limit }: CutShort): number {
  if (error === undefined && limit === undefined) return exitCodeOfSweep(sweep);
  const isUnknown = sweep.runs.some(({ state }) => state === "unknown");
  const code = error ? exitCodeOf(error) : exitCode.stillActive;
  return gravest(isUnknown ? [code, exitCode.unknownOutcome] : [code]);
}

/** Prints the runs that only a person can settle, and how. */
export function reportUnknown(
  connection: Pick<Connection, "client" | "flags">,
  runs: readonly RunStatus[],
  io: Io,
): void {
  const { t } = io;
  const track = toCommand(connection, "track");
  const unknown = runs.filter(({ state }) => state === "unknown");
  const [first] = unknown;
  if (first === undefined) return;
  const blocks = unknown.map(({ run, attempt }) => {
    return `${excerpt(run.name, 100)}\n${t.sweep.settle(track, shortAttempt(attempt ?? ""))}`;
  });
  const url = visibleText(jobListUrl(connection.client.baseUrl, first.run.spec.workspace_id));
  printNote(io, [t.sweep.toSettle, t.sweep.lookAt(url), ...blocks].join("\n"));
}

function printWaysOn(sweep: Sweep, parts: RunParts): void {
  const { connection, io } = parts;
  const isStuck = sweep.halted === undefined && sweep.runs.some(({ state }) => state === "waiting");
  if (isStuck) printNote(io, sweep.isPaused ? io.t.sweep.isPaused : io.t.sweep.blocked);
  if (connection.keepsJobs) printNext(sweep, parts);
}

/** The facts of a sweep for `--notify` and `--then`. */
export function toEndFacts({ id, plan, runs }: Sweep, code: number, { t }: Io): EndFacts {
  const name = visibleText(plan.name);
  const variables = { QIZHI_SWEEP_ID: id, QIZHI_SWEEP_NAME: name, QIZHI_EXIT_CODE: String(code) };
  return { text: `${excerpt(name, 60)}${t.colon}${countStates(toResultRows(runs), t)}`, variables };
}

/** How a sweep stands. @param by what cut it short, if it was a signal. */
export function toSummary({ id, plan, runs }: Sweep, by: unknown): SweepSummary {
  const interruption = by instanceof Interruption ? { exit_code: by.exitCode } : undefined;
  return { id, plan, runs, interruption };
}

/** What goes on of a sweep that is left, and the commands for it. */
export function toFarewell(
  sweep: Sweep,
  connection: Connection,
  { t }: Io,
  isLoggedOut = false,
): string {
  if (!connection.keepsJobs) return t.sweep.localEnds;
  const waiting = sweep.runs.filter(({ state }) => state === "waiting").length;
  const left = t.sweep.left(waiting, goesOn(sweep));
  const login = isLoggedOut ? [toStep(connection, t, t.toLogIn, "login")] : [];
  return [left, ...login, ...toNext(sweep, connection, t)].filter((line) => line !== "").join("\n");
}

// What `--failed` makes again: a lost run may still go on, a run that ended may have succeeded.
const isMadeAgain: ReadonlySet<RunState> = new Set(["failed", "stopped", "refused"]);

function printNext(sweep: Sweep, { connection, io, waits }: RunParts): void {
  const { t } = io;
  const isLeft = sweep.runs.some(({ state }) => state === "waiting");
  if (isLeft || (!waits && goesOn(sweep))) {
    if (!isLeft) printNote(io, t.sweep.allSent);
    const { retries = 0, failFast = false } = sweep.settings;
    if (!isLeft && (retries > 0 || failFast)) printNote(io, t.sweep.unattended);
    printNote(io, toNext(sweep, connection, t).join("\n"));
    return;
  }
  const isFailed = toResultRows(sweep.runs).some(({ state }) => isMadeAgain.has(state));
  const again = ["rerun", sweep.id, "--failed", "--wait"];
  if (isFailed) printNote(io, toStep(connection, t, t.sweep.toMakeAgain, ...again));
  printNote(io, toStep(connection, t, t.sweep.toReport, "report", sweep.id));
}

/** Whether a job of a sweep goes on, or may. */
function goesOn({ runs }: Sweep): boolean {
  return toResultRows(runs).some(
    ({ state }) => state === "unknown" || (state !== "waiting" && !runStates[state].isOver),
  );
}

/** The commands for a sweep that is not over. */
function toNext(sweep: Sweep, connection: Connection, t: Messages): string[] {
  return [
    toStep(connection, t, t.sweep.toResume, ...toResume(sweep)),
    toStep(connection, t, t.sweep.toReport, "report", sweep.id),
    ...(goesOn(sweep) ? [toStep(connection, t, t.toStop, "stop", sweep.id)] : []),
  ];
}

/** What a person may do next, and the command that does it. */
function toStep(connection: Connection, t: Messages, what: string, ...words: string[]): string {
  return `  ${what}${t.colon}${toCommand(connection, ...words)}`;
}

/** The words of the command that goes on with a sweep. */
export function toResume({ id, halted }: Sweep): string[] {
  return ["rerun", id, ...(halted ? ["--failed"] : []), "--wait"];
}
