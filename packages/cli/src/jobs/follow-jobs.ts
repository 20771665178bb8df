import {
  isQizhiError,
  type JobsUpdate,
  type KnownError,
  WaitLostError,
  type WaitOptions,
  WaitTimeoutError,
} from "@qizhi/core";
import type { Connection } from "../terminal/connection.ts";
import type { SeenJob } from "../view/job-output.ts";
import { createSeenKeeper, findKnownOrNone, toLastSeen } from "../history/history.ts";

/** The result of a poll of a job or of a wait for it. */
export interface Outcome {
  readonly jobId: string;
  readonly seen?: SeenJob | undefined;
  readonly error?: KnownError | undefined;
  /** The last poll of a job that was not seen to end. */
  readonly last?: SeenJob | undefined;
}

/** Whether a job has ended for certain; one that was given up may go on. */
export function isOver({ seen, error }: Partial<Outcome> = {}): boolean {
  if (seen !== undefined || error?.code === "job_ended") return true;
  return error?.code === "job_gone" && error.hasEnded === true;
}

/**
 * Follows jobs to their ends, and records in the history what is seen as it is seen: a wait may be killed.
 * @param onUpdate called for every poll.
 * @param outcomes what is known of each, while it is followed, too.
 * @returns an outcome for each, in order.
 * @throws the signal's own reason.
 */
export async function followJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: WaitOptions & { signal: AbortSignal },
  onUpdate: (update: JobsUpdate) => void,
  outcomes = new Map<string, Outcome>(),
): Promise<Outcome[]> {
  let failure: KnownError | undefined;
  const known = findKnownOrNone(connection, jobIds);
  const keep = createSeenKeeper(connection, known);
  const watch = { ...options, lastSeen: toLastSeen(known), everyPoll: true };
  try {
    for await (const update of connection.client.watchJobs(jobIds, watch)) {
      if (update.type === "lost") {
        const { jobId, error: lost } = update;
        const error = lost instanceof WaitTimeoutError ? connection.toLimitError(lost) : lost;
        outcomes.set(jobId, { ...outcomes.get(jobId), jobId, error });
        // The error of a single job is printed at the end.
        if (jobIds.length > 1) onUpdate({ ...update, error });
        continue;
      }
      if (update.type === "job") {
        const { jobId, job, report, isLast } = update;
        keep(update);
        outcomes.set(jobId, { jobId, [isLast ? "seen" : "last"]: { job, report } });
      }
      onUpdate(update);
    }
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    failure = error;
  }
  return jobIds.map((jobId) => {
    const outcome = outcomes.get(jobId);
    if (outcome?.seen !== undefined || outcome?.error !== undefined) return outcome;
    return { ...outcome, jobId, error: ownError(jobId, failure) };
  });
}

/** What ended the wait for all, as the error of one of them. */
function ownError(jobId: string, failure: KnownError | undefined): KnownError | undefined {
  if (!(failure instanceof WaitLostError) || !isQizhiError(failure.cause)) return failure;
  return new WaitLostError(jobId, failure.forText, failure.cause);
}
