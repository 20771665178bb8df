import { isQizhiError, type JobSpec, type KnownError } from "@qizhi/core";
import { findCreated, type IdentifiedJob, toPlatformKey } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import { exitCodeOf, gravest, toErrorJson } from "../../errors/exit-code.ts";
import { exitCodeOfOutcome } from "../../jobs/print-outcomes.ts";
import type { EndOfWait } from "../../jobs/wait-for-jobs.ts";
import type { Connection } from "../../terminal/connection.ts";
import { type Io, printError, printNote } from "../../terminal/io.ts";

/** A try of a job that has failed, and is followed by another. */
export interface FailedTry {
  readonly job: IdentifiedJob;
  /** Prints it as the result, where there is no other in the end. */
  readonly end: EndOfWait;
}

/**
 * Whether a failed job is left as it is: another process has sent its spec since, a person has stopped it, or the history
 * cannot be read.
 */
export function isLeft(
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

/** @throws {InputError} a person has stopped the job that is about to be tried again. */
export function refuseStopped(connection: Connection, { job_id: jobId }: IdentifiedJob): void {
  if (isStopped(connection, jobId)) throw inputError(["stoppedSince", jobId]);
}

/** Ends with a failed try as the result, as the next one could not be created. @returns the exit code. */
export function endUntried({ job, end }: FailedTry, error: KnownError, io: Io): Promise<number> {
  printError(io, error);
  if (error.code !== "submission_unknown") printNote(io, io.t.nextTryNotSent(job.job_id));
  return end({
    besides: [{ error: toErrorJson(error) }],
    toCode: (outcome) => gravest([exitCodeOfOutcome(outcome), exitCodeOf(error)]),
  });
}

function isStopped({ client, journal }: Connection, jobId: string): boolean {
  return journal.index().isStopped(toPlatformKey(client.baseUrl), jobId);
}

/** Whether another process has submitted a spec since its job was created, or may have. */
function isSentSince({ client, journal }: Connection, spec: JobSpec, jobId: string): boolean {
  const { baseUrl } = client;
  const isOpen = journal.index().findOpen(toPlatformKey(baseUrl), spec).length > 0;
  return isOpen || findCreated(journal, baseUrl, spec)?.jobId !== jobId;
}
