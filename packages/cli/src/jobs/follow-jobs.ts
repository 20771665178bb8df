import type { JobsUpdate, KnownError, WaitOptions } from "@qizhi/core";
import { isQizhiError, WaitLostError, WaitTimeoutError } from "@qizhi/core";
import type { Connection } from "../terminal/connection.ts";
import type { SeenJob } from "../view/job-output.ts";
import { createSeenKeeper, findKnownOrNone, toLastSeen } from "../history/history.ts";

/** The result of a poll of a job or of a wait for it. */
export interface Outcome {
  readonly jobId: string;
  readonly seen?: SeenJob;
  readonly error?: KnownError | undefined;
}

/** Whether a job has ended for certain; one that was given up may go on. */
export function isOver({ seen, error }: Partial<Outcome> = {}): boolean {
  if (seen !== undefined || error?.code === "job_ended") return true;
  return error?.code === "job_gone" && error.hasEnded === true;
}

/**
 * Follows jobs to their ends, and records in the history what is seen as it is seen: a wait may be killed.
 * @param onUpdate called for every poll.
 * @param outcomes filled as jobs end.
 * @returns an outcome for each, in order.
 * @throws the signal's own reason.
 */
export async function followJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: WaitOptions & { signal: AbortSignal },
  onUpdate: (update: JobsUpdate) => void,
  outcomes: Map<string, Outcome>,
): Promise<Outcome[]> {
  let failure: KnownError | undefined;
  const known = findKnownOrNone(connection, jobIds);
  const keep = createSeenKeeper(connection, known);
  try {
    for await (const update of connection.client.watchJobs(jobIds, {
      ...options,
      lastSeen: toLastSeen(known),
      everyPoll: true,
    })) {
      if (update.type === "lost") {
        const { jobId, error: lost } = update;
        const error = lost instanceof WaitTimeoutError ? connection.toLimitError(lost) : lost;
        outcomes.set(jobId, { jobId, error });
        // The error of a single job is printed at the end.
        if (jobIds.length > 1) onUpdate({ ...update, error });
        continue;
      }
      if (update.type === "job") keep(update);
      onUpdate(update);
      if (update.type === "job" && update.isLast) {
        const { jobId, job, report } = update;
        outcomes.set(jobId, { jobId, seen: { job, report } });
      }
    }
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    failure = error;
  }
  return jobIds.map((jobId) => outcomes.get(jobId) ?? { jobId, error: ownError(jobId, failure) });
}

/** What ended the wait for all, as the error of one of them. */
function ownError(jobId: string, failure: KnownError | undefined): KnownError | undefined {
  if (!(failure instanceof WaitLostError) || !isQizhiError(failure.cause)) return failure;
  return new WaitLostError(jobId, failure.forText, failure.cause);
}
