import { once } from "node:events";
import { isQizhiError, type JobsUpdate } from "@qizhi/core";
import {
  readFailedNode,
  readLogs,
  type ReadLogsOptions,
  toNodeRuns,
  visibleText,
} from "@qizhi/core/internal";
import { connect } from "../../access/connect.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import type { Options } from "../../context/options.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode, exitCodeOf, gravest, joinCodes } from "../../errors/exit-code.ts";
import { followJobs, type Outcome } from "../../jobs/follow-jobs.ts";
import { selectOfAnyStatus } from "../../jobs/select-jobs.ts";
import { exitCodeOfOutcome } from "../../jobs/wait-for-jobs.ts";
import {
  createLogOpener,
  type JobLogs,
  type JobsLogs,
  openLogs,
  openLogsOfJobs,
} from "../../logs/open-logs.ts";
import { createJsonPrinter, createLogPrinter, nameOf } from "../../logs/print-logs.ts";
import type { Connection } from "../../terminal/connection.ts";
import { untilInterrupted } from "../../terminal/signals.ts";
import { type Io, printJobErrors, printNote } from "../../terminal/io.ts";
import { toPhaseText } from "../../view/job-output.ts";
import { escapeCommands } from "../../text/unsafe-text.ts";

// Of several jobs, where `--tail` says nothing else.
const tailOfSeveral = 20;
// Each is looked at every second.
const mostFollowed = 50;
const mostNamed = 20;

/** `qizhi logs`: what the nodes of jobs print. */
export const logs: Run = async (input) => {
  const { options, io } = input;
  const connection = await connect(options, io);
  const place = { client: connection.client, open: async () => connection };
  const { jobIds, count, isSet, code } = await selectOfAnyStatus(place, input);
  if (jobIds.length === 0) {
    const statuses = visibleText(options.list("status").join(", "));
    if (code === exitCode.ok) printNote(io, io.t.logs.noneOfStatus(count, statuses));
    return code;
  }
  const isFollow = options.flag("follow");
  if (isFollow && jobIds.length > mostFollowed) {
    throw inputError(["logs.tooMany", jobIds.length, mostFollowed], "logs.tooManyHint");
  }
  const settings = readSettings(options, isSet);
  const opener = createLogOpener(options, io);
  try {
    const opened: JobsLogs = isSet
      ? await openLogsOfJobs(connection, jobIds, opener)
      : { jobs: [await openLogs(connection, jobIds[0] ?? "", opener)], failed: [] };
    if (isSet && options.text("tail") === undefined) {
      printNote(io, io.t.logs.tailOfSeveral(tailOfSeveral));
    }
    const print = createPrint(opened.jobs, input);
    const shown = await (isFollow
      ? follow(connection, opened, { settings, print }, io)
      : show(opened, { settings, print }, io));
    return joinCodes(code, shown);
  } finally {
    opener.close();
  }
};

function readSettings(options: Options, isSet: boolean): ReadLogsOptions {
  const ageMs = options.duration("since");
  return {
    node: options.text("node"),
    tail: options.integer("tail", 0) ?? (isSet ? tailOfSeveral : undefined),
    allRounds: options.flag("allRounds"),
    since: ageMs === undefined ? undefined : Date.now() - ageMs,
  };
}

/** Prints the logs of a job until they end, or until nobody reads them. @returns whether there was a line. */
type Print = (job: JobLogs, settings: ReadLogsOptions) => Promise<boolean>;

interface Reading {
  readonly settings: ReadLogsOptions;
  readonly print: Print;
}

function createPrint(jobs: readonly JobLogs[], { options, io }: CommandInput): Print {
  const { stdout } = io;
  const isNode = options.text("node") !== undefined;
  const hasNames = jobs.some(({ name, isSeveral }) => name !== undefined || (isSeveral && !isNode));
  const isInCi = io.env["GITHUB_ACTIONS"] === "true";
  const write = (text: string) => stdout.write(isInCi ? escapeCommands(text) : text);
  const asText = createLogPrinter({ hasNames, stream: stdout, write }, io);
  const asJson = options.flag("json") ? createJsonPrinter(io) : undefined;
  return async ({ jobId, name, source }, settings) => {
    let hasLines = false;
    for await (const chunk of readLogs(source, settings)) {
      if (settings.signal?.aborted) break;
      hasLines = true;
      if (asJson === undefined) asText(chunk, name);
      else asJson(chunk, jobId);
      if (stdout.isGone?.()) break;
      await stdout.drain?.();
    }
    return hasLines;
  };
}

/** Prints what there is, job after job. */
async function show({ jobs, failed }: JobsLogs, { settings, print }: Reading, io: Io) {
  const errors = [...failed];
  for (const job of jobs) {
    try {
      const hasLines = await print(job, settings);
      if (io.stdout.isGone?.()) break;
      if (!hasLines) await printWhyNothing(job, settings, io);
      await printFailedNode(job, io);
    } catch (error) {
      errors.push(toErrorOf(job, error));
    }
  }
  printJobErrors(io, [...jobs, ...errors]);
  return gravest([exitCode.ok, ...errors.map(({ error }) => exitCodeOf(error))]);
}

/** The error of one of several jobs. @throws that of a job alone, or of this program. */
function toErrorOf({ jobId, name }: JobLogs, error: unknown) {
  if (!isQizhiError(error) || name === undefined) throw error;
  return { jobId, error };
}

/** @throws {InputError} the job has no such node. */
async function printWhyNothing(
  job: JobLogs,
  { node, since }: ReadLogsOptions,
  io: Io,
): Promise<void> {
  const runs = toNodeRuns((await job.source.list()) ?? []);
  const isThere = runs.some((run) => run.node === node || run.host === node);
  if (node === undefined || isThere || runs.length === 0) {
    const isOld = since !== undefined && runs.some(({ size }) => size > 0);
    return printNote(io, aboutJob(job, io) + (isOld ? io.t.logs.notSince : io.t.logs.notYet));
  }
  const nodes = [...new Set(runs.map((run) => visibleText(run.node)))];
  const named = nodes.slice(0, mostNamed).join(", ") + (nodes.length > mostNamed ? " …" : "");
  if (job.name === undefined) throw inputError(["logs.noSuchNode", visibleText(node), named]);
  printNote(io, aboutJob(job, io) + io.t.logs.noSuchNode(visibleText(node), named));
}

function aboutJob({ name }: JobLogs, io: Io): string {
  return name === undefined ? "" : `${name}${io.t.colon}`;
}

/** Names the node that failed first on stderr. */
async function printFailedNode(job: JobLogs, io: Io): Promise<void> {
  const failed = await readFailedNode(job.source, 0);
  if (failed === undefined) return;
  const { run, exitCode: code } = failed;
  const host = visibleText(run.host ?? "");
  printNote(io, aboutJob(job, io) + io.t.logs.failedNode(nameOf(run.node, io.t), host, code));
}

/** Prints logs until the jobs have ended. @returns the exit code of the gravest outcome. */
async function follow(
  connection: Connection,
  opened: JobsLogs,
  reading: Reading,
  io: Io,
): Promise<number> {
  const jobIds = opened.jobs.map(({ jobId }) => jobId);
  printJobErrors(io, [...opened.jobs, ...opened.failed]);
  return untilInterrupted(
    io,
    (signal) => {
      const followed = followAll(connection, opened, reading, { signal, io });
      // What is read through ssh may never come.
      return Promise.race([followed, untilAborted(signal)]);
    },
    () => `${io.t.interrupted(jobIds.length)}\n${io.t.logs.follows(jobIds.join(" "))}`,
  );
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  await once(signal, "abort");
  throw signal.reason;
}

async function followAll(
  connection: Connection,
  { jobs, failed }: JobsLogs,
  { settings, print }: Reading,
  { signal, io }: { signal: AbortSignal; io: Io },
): Promise<number> {
  const errors = new Map(failed.map(({ jobId, error }) => [jobId, error]));
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
  const read: ReadJob = (job, how) => tryRead(job, () => print(job, { ...settings, ...how }));
  const outcomes = await readUntilEnded(connection, jobs, read, { signal, io });
  const codes = [exitCode.ok, ...[...errors.values()].map(exitCodeOf)];
  if (outcomes === undefined) return gravest(codes);
  const seen = outcomes.flatMap((outcome) => outcome.seen ?? []);
  printJobErrors(io, outcomes);
  for (const job of jobs) {
    if (!errors.has(job.jobId)) await tryRead(job, () => printFailedNode(job, io));
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
  const ended = followJobs(connection, [...ends.keys()], { signal: either }, onUpdate, new Map());
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
