import { isQizhiError, type JobSpec, type KnownError } from "@qizhi/core";
import {
  findCreated,
  type IdentifiedJob,
  jobUrl,
  mayTryAgain,
  visibleText,
} from "@qizhi/core/internal";
import type { CommandInput } from "../../context/command.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode, exitCodeOf, gravest, toErrorJson } from "../../errors/exit-code.ts";
import { createJob, type CreateOptions } from "../../history/submit-journal.ts";
import type { Outcome } from "../../jobs/poll-jobs.ts";
import { exitCodeOfOutcome, nextSteps } from "../../jobs/print-outcomes.ts";
import { type EndOfWait, waitForJobs, whileCreating } from "../../jobs/wait-for-jobs.ts";
import { readWaitSettings, waitsForOutcome } from "../../jobs/wait-settings.ts";
import { followLogs } from "../../logs/print-logs.ts";
import type { Connection } from "../../terminal/connection.ts";
import { type Io, printError, printJson, printNote, printResult } from "../../terminal/io.ts";
import { createTheme } from "../../terminal/style.ts";
import { toJobJson, toSeenJob } from "../../view/job-output.ts";

/** How a job is created at first. */
type First = Pick<CreateOptions, "allowUnknown" | "before">;

/** A try of a job that has failed, and is followed by another. */
interface FailedTry {
  readonly job: IdentifiedJob;
  /** Prints it as the result, where there is no other in the end. */
  readonly end: EndOfWait;
}

/**
 * Sends one create for a checked spec, and waits when asked; with `--retries` once more for each try that failed, by
 * the rule that sweeps have. A create of unknown outcome ends it, as does one that fails: the try before is the result.
 */
export async function submitTo(
  connection: Connection,
  spec: JobSpec,
  input: CommandInput,
  first: First,
): Promise<number> {
  const { options, io } = input;
  const retries = options.integer("retries", 0) ?? 0;
  const startedAt = connection.client.clock.now();
  let last: FailedTry | undefined;
  for (let tries = 1; ; tries += 1) {
    // What was checked once is sent as it was, under a name of its own.
    const sent = last === undefined ? spec : { ...spec, name: `${spec.name}-try${tries}` };
    const job = await createTry(connection, sent, last ?? first, input);
    if (typeof job === "number") return job;
    printCreated(connection, sent, job, io);
    if (!waitsForOutcome(connection, options)) return printSubmitted(connection, sent, job, input);
    const ended = await waitForTry(connection, sent, job, input, { tries, retries, startedAt });
    if (typeof ended === "number") return ended;
    last = ended;
    printNote(io, io.t.triesJobAgain(last.job.job_id, tries + 1, retries + 1));
  }
}

/** Creates the job of a try. @returns the job, or the exit code where there is none and the try before is the result. */
async function createTry(
  connection: Connection,
  spec: JobSpec,
  before: First | FailedTry,
  { options, io }: CommandInput,
): Promise<IdentifiedJob | number> {
  const how = {
    again: options.flag("allowDuplicate"),
    json: options.flag("json"),
    onSignal: whileCreating(connection, { options, io }),
  };
  if (!("job" in before)) return createJob(connection, spec, { ...before, ...how }, io);
  const beforeSend = () => {
    const { job_id: jobId } = before.job;
    if (isStopped(connection, jobId)) throw inputError(["stoppedSince", jobId]);
  };
  const again = { ...how, allowUnknown: true, isRetry: true, beforeSend };
  return createJob(connection, spec, again, io).catch((error: unknown) => {
    if (!isQizhiError(error)) throw error;
    return endUntried(before, error, io);
  });
}

/** Waits for a try. @returns the try where another follows, or the exit code. */
async function waitForTry(
  connection: Connection,
  sent: JobSpec,
  job: IdentifiedJob,
  { options, io }: CommandInput,
  at: { readonly tries: number; readonly retries: number; readonly startedAt: number },
): Promise<FailedTry | number> {
  const { clock } = connection.client;
  const { timeoutMs = Infinity } = readWaitSettings(options).limits;
  const isFollowed = options.flag("follow") || !connection.keepsJobs;
  const follower = isFollowed ? followLogs(connection, job.job_id, { options, io }) : undefined;
  let failedTry: FailedTry | undefined;
  const isTriedAgain = ([outcome]: readonly Outcome[], end: EndOfWait) => {
    const failed = outcome?.seen?.report.phase === "failed" ? "failed" : undefined;
    const isInTime = clock.now() - at.startedAt < timeoutMs;
    if (!isInTime || !mayTryAgain(failed, at)) return false;
    if (isLeft(connection, sent, job, { again: options.flag("allowDuplicate"), io })) return false;
    failedTry = { job, end };
    return true;
  };
  const waiting = { follower, isTriedAgain, ...(at.tries > 1 && { startedAt: at.startedAt }) };
  const code = await waitForJobs(connection, [job.job_id], options, io, waiting);
  return failedTry ?? code;
}

/**
 * Whether a failed job is left as it is: another process has sent its spec since, a person has stopped it, or the history
 * cannot be read.
 */
function isLeft(
  connection: Connection,
  spec: JobSpec,
  { job_id: jobId }: IdentifiedJob,
  { again, io }: { readonly again: boolean; readonly io: Io },
): boolean {
  try {
    if (isStopped(connection, jobId)) printNote(io, io.t.stoppedSince(jobId));
    else if (!again && isSentSince(connection, spec, jobId))
      printNote(io, io.t.triedElsewhere(jobId));
    else return false;
  } catch (error) {
    // Nothing is sent that the history cannot tell of; the result of the wait is there all the same.
    if (!isQizhiError(error)) throw error;
    printError(io, error);
    printNote(io, io.t.nextTryNotSent(jobId));
  }
  return true;
}

/** Ends with a failed try as the result, as the next one could not be created. @returns the exit code. */
function endUntried({ job, end }: FailedTry, error: KnownError, io: Io): Promise<number> {
  printError(io, error);
  if (error.code !== "submission_unknown") printNote(io, io.t.nextTryNotSent(job.job_id));
  return end({
    besides: [{ error: toErrorJson(error) }],
    toCode: (outcome) => gravest([exitCodeOfOutcome(outcome), exitCodeOf(error)]),
  });
}

function isStopped({ client, journal }: Connection, jobId: string): boolean {
  return journal.index().isStopped(client.baseUrl, jobId);
}

/** Whether another process has submitted a spec since its job was created, or may have. */
function isSentSince({ client, journal }: Connection, spec: JobSpec, jobId: string): boolean {
  const { baseUrl } = client;
  const isOpen = journal.index().findOpen(baseUrl, spec).length > 0;
  return isOpen || findCreated(journal, baseUrl, spec)?.jobId !== jobId;
}

/** Prints that a job was created, and the address of its page, which a terminal that has links makes one. */
export function printCreated(
  { client, keepsJobs }: Connection,
  { name, workspace_id: workspaceId }: JobSpec,
  { job_id: jobId }: IdentifiedJob,
  io: Io,
): void {
  printNote(io, io.t.submitted(visibleText(name), jobId));
  if (!keepsJobs) return;
  const url = jobUrl(client.baseUrl, jobId, workspaceId);
  printNote(io, `  ${createTheme(io.stderr, io.env).link(visibleText(url), url)}`);
}

function printSubmitted(
  connection: Connection,
  spec: JobSpec,
  job: IdentifiedJob,
  { options, io }: Pick<CommandInput, "options" | "io">,
): number {
  if (options.flag("json")) {
    printJson(io, toJobJson(toSeenJob(connection, { ...spec, ...job })));
  } else {
    printNote(io, nextSteps(connection, [job.job_id], io.t.toWait, io.t));
    printResult(io, job.job_id);
  }
  return exitCode.ok;
}
