import type { WaitOptions } from "@qizhi/core";
import { isQizhiError } from "@qizhi/core";
import type { Connection } from "./connect.ts";
import { exitCodeOf, exitCodeOfPhase, gravest } from "./exit-code.ts";
import { untilInterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { printError, printJson, printResult } from "./io.ts";
import type { SeenJob } from "./job-output.ts";
import { toJobJson, toJobText, toSeenJob } from "./job-output.ts";
import type { Messages } from "./messages/en.ts";
import type { Options } from "./options.ts";
import { createProgress } from "./progress.ts";

/** Reads the limits of a wait from the command line. */
export function readWaitOptions(options: Options): WaitOptions {
  return {
    timeoutMs: options.duration("timeout"),
    queueTimeoutMs: options.duration("queueTimeout"),
    minIntervalMs: options.duration("pollInterval"),
  };
}

type Outcome = { jobId: string; seen?: SeenJob; error?: Error; code: number };

/** Waits for jobs together, shows how they go, prints how they ended, and gives the exit code. */
export async function waitForJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: Options,
  io: Io,
): Promise<number> {
  const limits = readWaitOptions(options);
  const progress = createProgress(connection, io, jobIds.length > 1);
  return untilInterrupted(
    io,
    async (signal) => {
      const waits = jobIds.map((jobId) =>
        waitForOne(connection, jobId, progress, { ...limits, signal }),
      );
      // Every wait settles before anything is printed, also when one of them is interrupted.
      const settled = await Promise.allSettled(waits);
      progress.end();
      const outcomes = settled.map((result) => {
        if (result.status === "rejected") throw result.reason;
        return result.value;
      });
      printOutcomes(outcomes, options, io);
      return gravest(outcomes.map(({ code }) => code));
    },
    () => farewell(jobIds, connection, io.t),
  );
}

async function waitForOne(
  connection: Connection,
  jobId: string,
  progress: ReturnType<typeof createProgress>,
  limits: WaitOptions,
): Promise<Outcome> {
  try {
    const job = await connection.client.waitForJob(jobId, {
      ...limits,
      everyLook: true,
      onUpdate: (update) => progress.show(jobId, update),
    });
    const seen = toSeenJob(connection, job);
    return { jobId, seen, code: exitCodeOfPhase(seen.report.phase) };
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    return { jobId, error, code: exitCodeOf(error) };
  }
}

function printOutcomes(outcomes: readonly Outcome[], options: Options, io: Io): void {
  for (const { error } of outcomes) if (error !== undefined) printError(io, error);
  if (options.flag("json")) {
    const documents = outcomes.map(toOutcomeJson);
    printJson(io, documents.length === 1 ? documents[0] : documents);
    return;
  }
  const texts = outcomes.flatMap(({ seen }) => (seen === undefined ? [] : [toJobText(seen, io.t)]));
  if (texts.length > 0) printResult(io, texts.join("\n\n"));
}

function toOutcomeJson({ jobId, seen, error, code }: Outcome): unknown {
  if (seen !== undefined) return toJobJson(seen);
  return {
    job_id: jobId,
    error: { ...Object(JSON.parse(JSON.stringify(error))), exit_code: code },
  };
}

function farewell(jobIds: readonly string[], { platform }: Connection, t: Messages): string {
  if (platform === "local") return t.localEnds;
  return `${t.interrupted(jobIds.length)}\n${nextSteps(jobIds, t.toWaitAgain, t)}`;
}

/** The two commands that make sense for jobs that go on. */
export function nextSteps(jobIds: readonly string[], wait: string, t: Messages): string {
  const ids = jobIds.join(" ");
  return `  ${wait}: qizhi wait ${ids}\n  ${t.toStop}: qizhi stop ${ids}`;
}
