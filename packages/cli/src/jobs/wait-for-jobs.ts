import type { JobsUpdate, WaitOptions } from "@qizhi/core";
import type { KnownJob } from "@qizhi/core/journal";
import { endsBeforeWait, excerpt, visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import type { Connection } from "../terminal/connection.ts";
import {
  exitCode,
  exitCodeOf,
  exitCodeOfPhase,
  gravest,
  toErrorJson,
} from "../errors/exit-code.ts";
import { atEnd, toEndFacts } from "./at-end.ts";
import { followJobs, isOver, type Outcome } from "./follow-jobs.ts";
import { toOriginJson, toOriginText } from "../history/origin.ts";
import { findKnownOrNone, keepSeen } from "../history/history.ts";
import type { OnSignal } from "../history/submit-journal.ts";
import { printJobNotes } from "./job-notes.ts";
import { untilInterrupted } from "../terminal/signals.ts";
import type { Io } from "../terminal/io.ts";
import { printJobErrors, printJson, printNote, printResult } from "../terminal/io.ts";
import { toJobJson, toJobsText, toSeenJob } from "../view/job-output.ts";
import type { SeenJob } from "../view/job-output.ts";
import type { Messages } from "../messages/en.ts";
import type { Options } from "../context/options.ts";
import { toMomentText } from "../text/time-text.ts";
import { printFailures, readFailures, toFailureJson } from "../logs/failed-nodes.ts";
import type { LogFollower } from "../logs/follow-logs.ts";
import { stopOnInterrupt } from "./stop-on-interrupt.ts";
import { createProgress } from "../view/live-view.ts";

/** The settings of a wait. */
export interface WaitSettings {
  readonly limits: WaitOptions;
  /** What Ctrl-C does to the jobs. */
  readonly onInterrupt: "leave" | "stop";
}

/** Reads the limits of a wait from the command line. @throws {InputError} one is wrong. */
export function readWaitSettings(options: Options): WaitSettings {
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

/** What a wait does besides. */
export interface WaitForJobsOptions {
  /** Shows what the nodes print. */
  readonly follower?: LogFollower | undefined;
  /** When the wait began that `--timeout` limits, if another try came before: by the clock of the client. */
  readonly startedAt?: number;
  /** The exit code of an outcome. @default {@link exitCodeOfOutcome} */
  readonly toCode?: (outcome: Outcome) => number;
  /** Whether the jobs are tried again: their outcomes are not printed then, and nothing follows them. */
  readonly isTriedAgain?: (outcomes: readonly Outcome[]) => boolean;
  /** What a document says besides, of creates without a job. */
  readonly besides?: readonly unknown[];
}

/** Waits for jobs together, shows how they go, prints how they ended, and gives the exit code. */
export async function waitForJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: Options,
  io: Io,
  settings: WaitForJobsOptions = {},
): Promise<number> {
  const { follower, startedAt, toCode = exitCodeOfOutcome, isTriedAgain, besides } = settings;
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
      if (!signal.aborted && isTriedAgain?.(outcomes)) return exitCode.jobFailed;
      let code: number = exitCode.output;
      try {
        const isFollowed = follower !== undefined;
        await printOutcomes(connection, outcomes, { options, io, isFollowed, besides });
        code = gravest(outcomes.map(toCode));
      } finally {
        printNextSteps(connection, outcomes, io);
        const facts = { code, baseUrl: connection.client.baseUrl, t: io.t };
        if (!signal.aborted) await atEnd(toEndFacts(outcomes, polls, facts), options, io);
      }
      return code;
    },
    ({ exitCode: code }) =>
      endInterrupted(connection, { jobIds, known, polls, code, besides }, options, io),
  );
}

/** Warns of a login that expires before the wait's limit, or within a day of a wait without one. */
export function warnOfLoginEnd(
  { loginEndsAt }: Connection,
  timeoutMs: number | undefined,
  io: Io,
  say: (when: string) => string = io.t.loginEnds,
): void {
  if (loginEndsAt === undefined || !endsBeforeWait(loginEndsAt, timeoutMs)) return;
  printNote(io, say(toMomentText(loginEndsAt, io.t)));
}

/** Prints the commands that go on with jobs that are active after the wait. */
function printNextSteps(connection: Connection, outcomes: readonly Outcome[], io: Io): void {
  const { t } = io;
  const open = outcomes.filter(({ error }) => error !== undefined && waysOn.has(error.code));
  if (open.length === 0 || !connection.keepsJobs) return;
  const isLoggedOut = open.some(({ error }) => error?.code === "auth");
  const login = isLoggedOut ? `  ${t.toLogIn}${t.colon}qizhi login\n` : "";
  const ids = open.map(({ jobId }) => jobId);
  printNote(io, login + nextSteps(ids, t.toWaitAgain, t));
}

const waysOn = new Set<string>(["auth", "wait_timeout", "wait_lost"]);

interface Interrupted {
  readonly jobIds: readonly string[];
  /** The outcomes that are known. */
  readonly known?: ReadonlyMap<string, Outcome>;
  /** The last poll of each. */
  readonly polls?: ReadonlyMap<string, SeenJob>;
  readonly besides?: readonly unknown[] | undefined;
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
  { jobIds, known = new Map(), polls = new Map(), besides = [], code }: Interrupted,
  options: Options,
  io: Io,
): Promise<string> {
  const open = jobIds.filter((jobId) => !isOver(known.get(jobId)));
  const { keepsJobs } = connection;
  const isStop = readWaitSettings(options).onInterrupt === "stop" && keepsJobs;
  if (isStop) printNote(io, io.t.interruptedAndStops(open.length));
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
  return keepsJobs ? farewell(open, io.t) : io.t.localEnds;
}

/** The exit code of a job's outcome. */
export function exitCodeOfOutcome({ seen, error }: Outcome): number {
  return seen === undefined ? exitCodeOf(error) : exitCodeOfPhase(seen.report.phase);
}

/**
 * Prints jobs on stdout and errors on stderr; in a document both. Of jobs that failed and keep logs also the
 * last lines of the node that failed first, unless these were printed before.
 */
export async function printOutcomes(
  connection: Connection,
  outcomes: readonly Outcome[],
  {
    options,
    io,
    isFollowed = false,
    besides = [],
  }: {
    options: Options;
    io: Io;
    isFollowed?: boolean;
    besides?: readonly unknown[] | undefined;
  },
): Promise<void> {
  printJobErrors(io, outcomes);
  const seen = outcomes.flatMap((outcome) => outcome.seen ?? []);
  const known = findKnownOrNone(
    connection,
    seen.map(({ report }) => report.jobId),
  );
  printJobNotes(connection, seen, known, io);
  const failures = await readFailures(connection, seen);
  if (options.flag("json")) {
    const documents = outcomes.map((outcome) => {
      const failure = failures.get(outcome.jobId);
      const job = known.get(outcome.jobId);
      return {
        ...toOutcomeJson(outcome),
        ...(job && toOriginJson(job)),
        ...(failure && toFailureJson(failure)),
      };
    });
    printDocuments([...documents, ...besides], io);
    return;
  }
  try {
    if (seen.length > 0)
      printResult(io, toJobsText(connection, seen, io, toKnownRows(known, io.t)));
  } finally {
    if (!isFollowed) printFailures(failures, io);
  }
}

/** What the history knows of a job besides what the platform said; of several it is in `--json` alone. */
function toKnownRows(known: ReadonlyMap<string, KnownJob>, t: Messages): [string, string][] {
  const [job] = known.values();
  if (job === undefined || known.size > 1) return [];
  const [from, note] = [toOriginText(job, t), job.note];
  return [
    ...(from === undefined ? [] : [[t.labels.from, from] as [string, string]]),
    ...(note === undefined ? [] : [[t.labels.note, excerpt(note, 300)] as [string, string]]),
  ];
}

/** Prints one document alone, and several as a list. */
export function printDocuments(documents: readonly unknown[], io: Io): void {
  printJson(io, documents.length === 1 ? documents[0] : documents);
}

function toOutcomeJson({ jobId, seen, error }: Outcome): Record<string, unknown> {
  if (seen !== undefined) return toJobJson(seen);
  return { job_id: jobId, error: error && toErrorJson(error) };
}

function farewell(jobIds: readonly string[], t: Messages): string {
  return `${t.interrupted(jobIds.length)}\n${nextSteps(jobIds, t.toWaitAgain, t)}`;
}

/** The two commands that make sense for jobs that go on. */
export function nextSteps(jobIds: readonly string[], wait: string, t: Messages): string {
  const ids = jobIds.join(" ");
  return `  ${wait}${t.colon}qizhi wait ${ids}\n  ${t.toStop}${t.colon}qizhi stop ${ids}`;
}
