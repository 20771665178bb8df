import type { SweepState } from "@qizhi/core/sweep";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { exitCode, gravest, toErrorJson } from "../errors/exit-code.ts";
import { followJobs, isOver, type Outcome } from "./poll-jobs.ts";
import { keepSeen } from "../history/history.ts";
import { recordStops } from "../history/tries.ts";
import type { OnSignal } from "../history/submit-journal.ts";
import { untilInterrupted } from "../terminal/signals.ts";
import { type Io, printDocuments, printNote } from "../terminal/io.ts";
import { toJobJson, toSeenJob } from "../view/job-output.ts";
import type { Options } from "../context/options.ts";
import type { LogFollower } from "../logs/print-logs.ts";
import {
  exitCodeOfOutcome,
  nextSteps,
  printOutcomes,
  toEndFacts,
  toOutcomeJson,
} from "./print-outcomes.ts";
import { atEnd, readWaitSettings, waitsForOutcome, warnOfLoginEnd } from "./wait-settings.ts";
import { stopOnInterrupt } from "./after-stop.ts";
import { createProgress } from "../view/progress.ts";

/** What a wait does besides. */
export interface WaitForJobsOptions {
  /** Shows what the nodes print. */
  readonly follower?: LogFollower | undefined;
  /** When the wait began that `--timeout` limits, if another try came before: by the clock of the client. */
  readonly startedAt?: number;
  /** The exit code of an outcome. @default {@link exitCodeOfOutcome} */
  readonly toCode?: (outcome: Outcome) => number;
  /** Whether the jobs are tried again: their outcomes are not printed then unless `end` is called, and nothing follows. */
  readonly isTriedAgain?: (outcomes: readonly Outcome[], end: EndOfWait) => boolean;
  /** What a document says besides, of creates without a job. */
  readonly besides?: readonly unknown[];
  /** The sweeps that were named as a whole, among whose jobs these are. */
  readonly sweeps?: readonly SweepState[];
}

/** Prints how jobs ended that were waited for, and does what follows. @returns the exit code. */
export type EndOfWait = (how: Pick<WaitForJobsOptions, "toCode" | "besides">) => Promise<number>;

/** Waits for jobs together, shows how they go, prints how they ended, and gives the exit code. */
export async function waitForJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: Options,
  io: Io,
  settings: WaitForJobsOptions = {},
): Promise<number> {
  const { follower, startedAt, isTriedAgain } = settings;
  const { limits: given } = readWaitSettings(options);
  const spentMs = startedAt === undefined ? 0 : connection.client.clock.now() - startedAt;
  const limits = {
    ...given,
    // Without any time there is a single look.
    ...(given.timeoutMs && { timeoutMs: Math.max(1, given.timeoutMs - spentMs) }),
  };
  warnOfLoginEnd(connection, limits.timeoutMs, io);
  const known = new Map<string, Outcome>();
  const context = { connection, options, io };
  return untilInterrupted(
    io,
    async (signal) => {
      const progress = createProgress(io, jobIds);
      let followed: readonly Outcome[] | undefined;
      try {
        const watch = { ...limits, signal };
        followed = await followJobs(connection, jobIds, watch, progress.show, known);
        // The log of a job that goes on may never end.
        if (!signal.aborted && followed.every(isOver)) await follower?.end(signal);
      } finally {
        follower?.leave();
        progress.end(followed === undefined || !io.stdout.isTTY);
      }
      const outcomes = followed;
      const endLater: EndOfWait = (how) =>
        untilInterrupted(
          io,
          (until) => endWait(outcomes, { ...how, follower, signal: until }, context),
          () => "",
        );
      if (!signal.aborted && isTriedAgain?.(outcomes, endLater)) return exitCode.jobFailed;
      return endWait(outcomes, { ...settings, signal }, context);
    },
    ({ exitCode: code }) => endInterrupted({ ...settings, jobIds, known, code }, context),
  );
}

interface WaitContext {
  readonly connection: Connection;
  readonly options: Options;
  readonly io: Io;
}

/** Prints how jobs ended, the commands that go on, and does what was asked for at the end. @returns the exit code. */
async function endWait(
  outcomes: readonly Outcome[],
  how: Omit<WaitForJobsOptions, "startedAt" | "isTriedAgain"> & { readonly signal: AbortSignal },
  { connection, options, io }: WaitContext,
): Promise<number> {
  const { toCode = exitCodeOfOutcome, besides, signal, sweeps, follower } = how;
  const isFollowed = follower !== undefined;
  let code: number = exitCode.output;
  try {
    await printOutcomes(connection, outcomes, { options, io, isFollowed, besides, signal });
    code = gravest(outcomes.map(toCode));
  } finally {
    printNextSteps(connection, outcomes, io, sweeps);
    const facts = { code, baseUrl: connection.client.baseUrl, t: io.t };
    if (!signal.aborted) await atEnd(toEndFacts(outcomes, facts), options, io);
  }
  return code;
}

/** Prints the commands that go on with jobs that are active after the wait. */
function printNextSteps(
  connection: Connection,
  outcomes: readonly Outcome[],
  io: Io,
  sweeps: readonly SweepState[] | undefined,
): void {
  const { t } = io;
  const open = outcomes.filter(({ error }) => error !== undefined && waysOn.has(error.code));
  if (open.length === 0 || !connection.keepsJobs) return;
  const isLoggedOut = open.some(({ error }) => error?.code === "auth");
  const login = isLoggedOut ? `  ${t.toLogIn}${t.colon}${toCommand(connection, "login")}\n` : "";
  const ids = open.map(({ jobId }) => jobId);
  printNote(io, login + nextSteps(connection, ids, t.toWaitAgain, t, sweeps));
}

const waysOn = new Set<string>(["auth", "wait_timeout", "wait_lost"]);

/** What a signal does to jobs that are being created, those before and the one under way: as in the wait for them. */
export function whileCreating(
  connection: Connection,
  {
    before = [],
    besides = [],
    ...context
  }: Omit<WaitContext, "connection"> & {
    /** The ids of the jobs that were created before. */
    readonly before?: readonly string[];
    readonly besides?: WaitForJobsOptions["besides"];
  },
): OnSignal | undefined {
  const { options } = context;
  if (!waitsForOutcome(connection, options)) return undefined;
  const awaitsAnswer = readWaitSettings(options).onInterrupt === "stop" && connection.keepsJobs;
  return {
    awaitsAnswer,
    async end(job, { exitCode: code }, unsent) {
      const jobIds = job === undefined ? before : [...before, job.job_id];
      const ended = { jobIds, code, besides: [...besides, ...unsent] };
      return jobIds.length === 0 ? "" : endInterrupted(ended, { connection, ...context });
    },
  };
}

interface Interrupted extends Pick<WaitForJobsOptions, "besides" | "sweeps"> {
  readonly jobIds: readonly string[];
  /** What is known of jobs that were waited for. */
  readonly known?: ReadonlyMap<string, Outcome>;
  readonly code: number;
}

/** Stops the active jobs with `--on-interrupt stop`, and prints the documents. @returns the farewell. */
async function endInterrupted(
  { jobIds, known, besides = [], sweeps, code }: Interrupted,
  { connection, options, io }: WaitContext,
): Promise<string> {
  const open = jobIds.filter((jobId) => !isOver(known?.get(jobId)));
  const { keepsJobs } = connection;
  const isStop = readWaitSettings(options).onInterrupt === "stop" && keepsJobs;
  if (isStop) printNote(io, io.t.interruptedAndStops(open.length));
  if (isStop) recordStops(connection, open, io);
  const stops = isStop ? await stopOnInterrupt(connection, open, io.t) : [];
  const stopped = stops.flatMap(({ job }) => (job ? toSeenJob(connection, job) : []));
  keepSeen(connection, stopped);
  if (options.flag("json")) {
    const toDocument = (jobId: string) => {
      const outcome = known?.get(jobId);
      if (outcome !== undefined && isOver(outcome)) return toOutcomeJson(outcome);
      const { job, isSent = false } = stops[open.indexOf(jobId)] ?? {};
      const seen = job ? toSeenJob(connection, job) : outcome?.last;
      return {
        ...(seen ? toJobJson(seen) : { job_id: jobId, status: null }),
        ...(outcome?.error && { error: toErrorJson(outcome.error) }),
        interruption: { exit_code: code, stop_sent: isSent },
      };
    };
    printDocuments([...jobIds.map(toDocument), ...besides], io);
  }
  if (isStop) return stops.map(({ text }) => text).join("\n");
  if (!keepsJobs) return io.t.localEnds;
  const { interrupted, toWaitAgain } = io.t;
  return `${interrupted(open.length)}\n${nextSteps(connection, open, toWaitAgain, io.t, sweeps)}`;
}
