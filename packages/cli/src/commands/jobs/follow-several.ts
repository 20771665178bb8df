import { isQizhiError, type JobsUpdate } from "@qizhi/core";
import {
  readFailedNode,
  type ReadLogsOptions,
  toNodeRuns,
  untilAborted,
  visibleText,
} from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode, exitCodeOf, gravest } from "../../errors/exit-code.ts";
import { followJobs, type Outcome } from "../../jobs/poll-jobs.ts";
import { exitCodeOfOutcome } from "../../jobs/print-outcomes.ts";
import { type Connection, toCommand } from "../../terminal/connection.ts";
import { untilInterrupted } from "../../terminal/signals.ts";
import { type Io, printJobErrors, printNote } from "../../terminal/io.ts";
import { toPhaseText } from "../../view/job-output.ts";
import type { JobLogs, JobsLogs } from "../../logs/open-logs.ts";
import { sayFailedNode } from "../../logs/failed-nodes.ts";

const mostNamed = 20;

/** Prints the logs of a job until they end, or until nobody reads them. @returns whether there was a line. */
export type Print = (job: JobLogs, settings: ReadLogsOptions) => Promise<boolean>;

export interface Reading {
  readonly settings: ReadLogsOptions;
  readonly print: Print;
}

/** The error of one of several jobs. @throws that of a job alone, or of this program. */
export function toErrorOf({ jobId, name }: JobLogs, error: unknown) {
  if (!isQizhiError(error) || name === undefined) throw error;
  return { jobId, error };
}

function aboutJob({ name }: JobLogs, io: Io): string {
  return name === undefined ? "" : `${name}${io.t.colon}`;
}

export async function printFailedNode(job: JobLogs, io: Io): Promise<void> {
  const failed = await readFailedNode(job.source, 0);
  if (failed) printNote(io, aboutJob(job, io) + sayFailedNode(failed, io.t));
}

/** Says why a job's logs have no line to print. @throws {InputError} the job has no such node. */
export async function printWhyNothing(
  job: JobLogs,
  { node, since, tail }: ReadLogsOptions,
  io: Io,
): Promise<void> {
  const runs = toNodeRuns(await job.source.list());
  const isThere = runs.some((run) => run.node === node || run.host === node);
  if (node === undefined || isThere || runs.length === 0) {
    const hasPrinted = runs.some(({ size }) => size > 0);
    if (hasPrinted && tail === 0) return;
    const isOld = since !== undefined && hasPrinted;
    return printNote(io, aboutJob(job, io) + (isOld ? io.t.logs.notSince : io.t.logs.notYet));
  }
  const nodes = [...new Set(runs.map((run) => visibleText(run.node)))];
  const named = nodes.slice(0, mostNamed).join(", ") + (nodes.length > mostNamed ? " …" : "");
  if (job.name === undefined) throw inputError(["logs.noSuchNode", visibleText(node), named]);
  printNote(io, aboutJob(job, io) + io.t.logs.noSuchNode(visibleText(node), named));
}

/** Prints logs until the jobs have ended. @returns the exit code of the gravest outcome. */
export async function followLogsOfJobs(
  connection: Connection,
  opened: JobsLogs,
  reading: Reading,
  io: Io,
): Promise<number> {
  const jobIds = opened.jobs.map(({ jobId }) => jobId);
  printJobErrors(io, [...opened.jobs, ...opened.failed]);
  return untilInterrupted(
    io,
    (signal) =>
      // What is read through ssh may never come.
      untilAborted(followAll(connection, opened, reading, { signal, io }), signal),
    () =>
      `${io.t.interrupted(jobIds.length)}\n  ${toCommand(connection, "logs", ...jobIds, "--follow")}`,
  );
}

async function followAll(
  connection: Connection,
  { jobs, failed }: JobsLogs,
  { settings, print }: Reading,
  { signal, io }: { signal: AbortSignal; io: Io },
): Promise<number> {
  const errors = new Map(failed.map(({ jobId, error }) => [jobId, error]));
  const printed = new Set<JobLogs>();
  const tryRead = async (job: JobLogs, read: () => Promise<unknown>) => {
    try {
      await read();
    } catch (error) {
      signal.throwIfAborted();
      const own = toErrorOf(job, error);
      errors.set(own.jobId, own.error);
      printJobErrors(io, [...jobs, own]);
    }
    return !errors.has(job.jobId);
  };
  const read: ReadJob = (job, how) =>
    tryRead(job, async () => {
      if (await print(job, { ...settings, ...how })) printed.add(job);
    });
  const outcomes = await readUntilEnded(connection, jobs, read, { signal, io });
  const codes = [exitCode.ok, ...[...errors.values()].map(exitCodeOf)];
  if (outcomes === undefined) return gravest(codes);
  const seen = outcomes.flatMap((outcome) => outcome.seen ?? []);
  printJobErrors(io, outcomes);
  for (const job of jobs) {
    if (!errors.has(job.jobId)) {
      await tryRead(job, async () => {
        if (!printed.has(job) && settings.node) await printWhyNothing(job, settings, io);
        await printFailedNode(job, io);
      });
    }
    const report = seen.find((each) => each.report.jobId === job.jobId)?.report;
    const about = job.name ?? visibleText(job.jobId);
    if (report) printNote(io, `${about}${io.t.colon}${toPhaseText(report, io.t)}`);
  }
  return gravest([...codes, ...outcomes.map(exitCodeOfOutcome)]);
}

/** Prints a job's logs. @returns whether they could be read. */
type ReadJob = (job: JobLogs, how: Pick<ReadLogsOptions, "until" | "signal">) => Promise<boolean>;

/** Prints each job's logs until it has ended. @returns how they ended; nothing when nobody reads any more. */
async function readUntilEnded(
  connection: Connection,
  jobs: readonly JobLogs[],
  read: ReadJob,
  { signal, io }: { signal: AbortSignal; io: Io },
): Promise<Outcome[] | undefined> {
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  const ends = new Map<string, () => void>();
  const readings = jobs.map((job) => {
    const until = new Promise<void>((resolve) => ends.set(job.jobId, resolve));
    return { job, until };
  });
  const onUpdate = (update: JobsUpdate) => {
    if (update.type === "lost" || (update.type === "job" && update.isLast))
      ends.get(update.jobId)?.();
  };
  const ended = followJobs(connection, [...ends.keys()], { signal: either }, onUpdate);
  void ended.catch(() => {}).finally(() => ends.forEach((end) => end()));
  try {
    const areRead = await Promise.all(
      readings.map(({ job, until }) => read(job, { until, signal: either })),
    );
    signal.throwIfAborted();
    return io.stdout.isGone?.() || !areRead.includes(true) ? undefined : await ended;
  } finally {
    enough.abort();
  }
}
