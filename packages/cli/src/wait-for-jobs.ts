import type { IdentifiedJob, JobUpdate, QizhiError, WaitOptions } from "@qizhi/core";
import { isQizhiError, visibleText } from "@qizhi/core";
import { inputError } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { exitCodeOf, exitCodeOfPhase, gravest } from "./exit-code.ts";
import { keepSeen } from "./history.ts";
import { untilInterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { printError, printJson, printNote, printResult } from "./io.ts";
import type { SeenJob } from "./job-times.ts";
import { toJobJson, toJobsText, toSeenJob } from "./job-output.ts";
import type { Messages } from "./messages/en.ts";
import type { Options } from "./options.ts";
import { stopOnInterrupt } from "./stop-on-interrupt.ts";
import { createProgress } from "./view/create-progress.ts";

/** What the command line says about a wait. */
export interface WaitSettings {
  readonly limits: WaitOptions;
  /** What Ctrl-C does to the jobs. */
  readonly onInterrupt: "leave" | "stop";
}

/** Reads the limits of a wait from the command line. @throws {InputError} one is wrong. */
export function readWaitSettings(options: Options): WaitSettings {
  const onInterrupt = options.text("onInterrupt") ?? "leave";
  if (onInterrupt !== "leave" && onInterrupt !== "stop") {
    throw inputError((say) =>
      say.notAChoice("--on-interrupt", visibleText(onInterrupt), "leave, stop"),
    );
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

/** What a look at a job or a wait for it gave. */
export interface Outcome {
  readonly jobId: string;
  readonly seen?: SeenJob;
  readonly error?: QizhiError;
}

/** Waits for jobs together, shows how they go, prints how they ended, and gives the exit code. */
export async function waitForJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: Options,
  io: Io,
): Promise<number> {
  const { limits } = readWaitSettings(options);
  const ended = new Map<string, Outcome>();
  const looks = new Map<string, IdentifiedJob>();
  return untilInterrupted(
    io,
    async (signal) => {
      const progress = createProgress(connection, io, jobIds);
      const waits = jobIds.map(async (jobId) => {
        const onUpdate = (update: JobUpdate) => {
          if (update.type === "job") looks.set(jobId, update.job);
          progress.show(jobId, update);
        };
        const outcome = await waitForOne(connection, jobId, { ...limits, signal, onUpdate });
        if (outcome.seen !== undefined) ended.set(jobId, outcome);
        return outcome;
      });
      // Every wait settles before anything is printed, also when one of them is interrupted.
      const settled = await Promise.allSettled(waits);
      const isCutShort = settled.some(({ status }) => status === "rejected");
      progress.end(isCutShort || !io.stdout.isTTY);
      const outcomes = settled.map((result) => {
        if (result.status === "rejected") throw result.reason;
        return result.value;
      });
      const seen = outcomes.flatMap((outcome) => outcome.seen ?? []);
      if (connection.local === undefined) keepSeen(connection.client.baseUrl, seen, io);
      printOutcomes(outcomes, options, io);
      return gravest(outcomes.map(codeOf));
    },
    ({ exitCode: code }) => endInterrupted(connection, { jobIds, ended, looks, code }, options, io),
  );
}

interface Interrupted {
  readonly jobIds: readonly string[];
  readonly ended: ReadonlyMap<string, Outcome>;
  /** The last look at each. */
  readonly looks: ReadonlyMap<string, IdentifiedJob>;
  readonly code: number;
}

/** Stops what is still active, if that was asked for, and prints the documents. @returns the farewell. */
async function endInterrupted(
  connection: Connection,
  { jobIds, ended, looks, code }: Interrupted,
  options: Options,
  io: Io,
): Promise<string> {
  const open = jobIds.filter((jobId) => !ended.has(jobId));
  const isLocal = connection.platform === "local";
  const isStop = readWaitSettings(options).onInterrupt === "stop" && !isLocal;
  if (isStop) printNote(io, io.t.interruptedAndStops(open.length));
  const stops = await Promise.all(
    isStop ? open.map((jobId) => stopOnInterrupt(connection, jobId, io.t)) : [],
  );
  if (options.flag("json")) {
    const toDocument = (jobId: string) => {
      const outcome = ended.get(jobId);
      if (outcome !== undefined) return toOutcomeJson(outcome);
      const { job = looks.get(jobId), isSent = false } = stops[open.indexOf(jobId)] ?? {};
      return {
        ...(job ? toJobJson(toSeenJob(connection, job)) : { job_id: jobId, status: null }),
        interruption: { exit_code: code, stop_sent: isSent },
      };
    };
    printDocuments(jobIds.map(toDocument), io);
  }
  if (isStop) return stops.map(({ text }) => text).join("\n");
  return isLocal ? io.t.localEnds : farewell(open, io.t);
}

async function waitForOne(
  connection: Connection,
  jobId: string,
  options: WaitOptions & { onUpdate: (update: JobUpdate) => void },
): Promise<Outcome> {
  try {
    const job = await connection.client.waitForJob(jobId, { ...options, everyLook: true });
    return { jobId, seen: toSeenJob(connection, job) };
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    return { jobId, error };
  }
}

function codeOf({ seen, error }: Outcome): number {
  return seen === undefined ? exitCodeOf(error) : exitCodeOfPhase(seen.report.phase);
}

/** Prints jobs on stdout, and errors on stderr; in a document both. */
export function printOutcomes(outcomes: readonly Outcome[], options: Options, io: Io): void {
  for (const { error } of outcomes) if (error !== undefined) printError(io, error);
  if (options.flag("json")) {
    printDocuments(outcomes.map(toOutcomeJson), io);
    return;
  }
  const seen = outcomes.flatMap((outcome) => outcome.seen ?? []);
  if (seen.length > 0) printResult(io, toJobsText(seen, io));
}

function printDocuments(documents: readonly unknown[], io: Io): void {
  printJson(io, documents.length === 1 ? documents[0] : documents);
}

function toOutcomeJson({ jobId, seen, error }: Outcome): unknown {
  if (seen !== undefined) return toJobJson(seen);
  return {
    job_id: jobId,
    error: { ...Object(JSON.parse(JSON.stringify(error))), exit_code: exitCodeOf(error) },
  };
}

function farewell(jobIds: readonly string[], t: Messages): string {
  return `${t.interrupted(jobIds.length)}\n${nextSteps(jobIds, t.toWaitAgain, t)}`;
}

/** The two commands that make sense for jobs that go on. */
export function nextSteps(jobIds: readonly string[], wait: string, t: Messages): string {
  const ids = jobIds.join(" ");
  return `  ${wait}: qizhi wait ${ids}\n  ${t.toStop}: qizhi stop ${ids}`;
}
