import type { JobsUpdate } from "@qizhi/core";
import type { SweepState } from "@qizhi/core/sweep";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { exitCode, gravest, toErrorJson } from "../errors/exit-code.ts";
import { atEnd, toEndFacts } from "./at-end.ts";
import { followJobs, isOver, type Outcome } from "./follow-jobs.ts";
import { keepSeen } from "../history/history.ts";
import { recordStops } from "../history/record-stops.ts";
import type { OnSignal } from "../history/submit-journal.ts";
import { untilInterrupted } from "../terminal/signals.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import { toJobJson, toSeenJob } from "../view/job-output.ts";
import type { SeenJob } from "../view/job-output.ts";
import type { Options } from "../context/options.ts";
import type { LogFollower } from "../logs/follow-logs.ts";
import {
  exitCodeOfOutcome,
  nextSteps,
  printDocuments,
  printOutcomes,
  toOutcomeJson,
} from "./print-outcomes.ts";
import { readWaitSettings, waitsForOutcome, warnOfLoginEnd } from "./wait-settings.ts";
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
  const { follower, startedAt, isTriedAgain, besides, sweeps } = settings;
  const { limits: given } = readWaitSettings(options);
  const spentMs = startedAt === undefined ? 0 : connection.client.clock.now() - startedAt;
  const limits = {
    ...given,
    // Without any time there is a single look.
    ...(given.timeoutMs && { timeoutMs: Math.max(1, given.timeoutMs - spentMs) }),
  };
  warnOfLoginEnd(connection, limits.timeoutMs, io);
  const known = new Map<string, Outcome>();
  const polls = new Map<string, SeenJob>();
  return untilInterrupted(
    io,
    async (signal) => {
      const progress = createProgress(io, jobIds);
      const onUpdate = (update: JobsUpdate) => {
        progress.show(update);
        if (update.type === "job") polls.set(update.jobId, update);
      };
      let outcomes: readonly Outcome[] | undefined;
      try {
        outcomes = await followJobs(connection, jobIds, { ...limits, signal }, onUpdate, known);
        // The log of a job that goes on may never end.
        if (!signal.aborted && outcomes.every(isOver)) await follower?.end(signal);
      } finally {
        follower?.leave();
        progress.end(outcomes === undefined || !io.stdout.isTTY);
      }
      const ended = { outcomes, polls, isFollowed: follower !== undefined };
      const context = { connection, options, io };
      const endLater: EndOfWait = (how) =>
        untilInterrupted(
          io,
          (until) => endWait(ended, { ...how, signal: until }, context),
          () => "",
        );
      if (!signal.aborted && isTriedAgain?.(outcomes, endLater)) return exitCode.jobFailed;
      return endWait(ended, { ...settings, signal }, context);
    },
    ({ exitCode: code }) =>
      endInterrupted(connection, { jobIds, known, polls, code, besides, sweeps }, options, io),
  );
}

/** Prints how jobs ended, the commands that go on, and does what was asked for at the end. @returns the exit code. */
async function endWait(
  {
    outcomes,
    polls,
    isFollowed,
  }: {
    readonly outcomes: readonly Outcome[];
    readonly polls: ReadonlyMap<string, SeenJob>;
    readonly isFollowed: boolean;
  },
  how: Pick<WaitForJobsOptions, "toCode" | "besides" | "sweeps"> & { readonly signal: AbortSignal },
  { connection, options, io }: { connection: Connection; options: Options; io: Io },
): Promise<number> {
  const { toCode = exitCodeOfOutcome, besides, signal, sweeps } = how;
  let code: number = exitCode.output;
  try {
    await printOutcomes(connection, outcomes, { options, io, isFollowed, besides, signal });
    code = gravest(outcomes.map(toCode));
  } finally {
    printNextSteps(connection, outcomes, io, sweeps);
    const facts = { code, baseUrl: connection.client.baseUrl, t: io.t };
    if (!signal.aborted) await atEnd(toEndFacts(outcomes, polls, facts), options, io);
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

interface Interrupted {
  readonly jobIds: readonly string[];
  /** The outcomes that are known. */
  readonly known?: ReadonlyMap<string, Outcome>;
  /** The last poll of each. */
  readonly polls?: ReadonlyMap<string, SeenJob>;
  readonly besides?: readonly unknown[] | undefined;
  readonly sweeps?: readonly SweepState[] | undefined;
  readonly code: number;
}

interface Creating {
  readonly options: Options;
  readonly io: Io;
  /** The ids of the jobs that were created before. */
  readonly before?: readonly string[];
  /** What a document says besides, of creates without a job. */
  readonly besides?: readonly unknown[];
}

/** What a signal does to jobs that are being created, those before and the one under way: as in the wait for them. */
export function whileCreating(
  connection: Connection,
  { options, io, before = [], besides = [] }: Creating,
): OnSignal | undefined {
  if (!waitsForOutcome(connection, options)) return undefined;
  const awaitsAnswer = readWaitSettings(options).onInterrupt === "stop" && connection.keepsJobs;
  return {
    awaitsAnswer,
    async end(job, { exitCode: code }, unsent) {
      const jobIds = job === undefined ? before : [...before, job.job_id];
      const ended = { jobIds, code, besides: [...besides, ...unsent] };
      return jobIds.length === 0 ? "" : endInterrupted(connection, ended, options, io);
    },
  };
}

/** Stops the active jobs with `--on-interrupt stop`, and prints the documents. @returns the farewell. */
async function endInterrupted(
  connection: Connection,
  { jobIds, known = new Map(), polls = new Map(), besides = [], sweeps, code }: Interrupted,
  options: Options,
  io: Io,
): Promise<string> {
  const open = jobIds.filter((jobId) => !isOver(known.get(jobId)));
  const { keepsJobs } = connection;
  const isStop = readWaitSettings(options).onInterrupt === "stop" && keepsJobs;
  if (isStop) printNote(io, io.t.interruptedAndStops(open.length));
  if (isStop) recordStops(connection, open, io);
  const stops = isStop ? await stopOnInterrupt(connection, open, io.t) : [];
  const stopped = stops.flatMap(({ job }) => (job ? toSeenJob(connection, job) : []));
  keepSeen(connection, stopped);
  if (options.flag("json")) {
    const toDocument = (jobId: string) => {
      const outcome = known.get(jobId);
      if (outcome !== undefined && isOver(outcome)) return toOutcomeJson(outcome);
      const { job, isSent = false } = stops[open.indexOf(jobId)] ?? {};
      const seen = job ? toSeenJob(connection, job) : polls.get(jobId);
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
