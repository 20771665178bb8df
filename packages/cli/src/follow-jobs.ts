import type { JobsUpdate, JobUpdate, QizhiError, WaitOptions } from "@qizhi/core";
import { isQizhiError, WaitLostError, WaitTimeoutError } from "@qizhi/core";
import type { Connection } from "./connect.ts";
import { toSeenJob } from "./job-output.ts";
import type { SeenJob } from "./job-times.ts";
import { toLocalTimeout } from "./local-timeout.ts";

/** What a look at a job or a wait for it gave. */
export interface Outcome {
  readonly jobId: string;
  readonly seen?: SeenJob;
  readonly error?: QizhiError | undefined;
}

/** What a wait tells of a job, or of all: also that one is given up while others go on. */
export type FollowUpdate = JobUpdate | Extract<JobsUpdate, { type: "lost" }>;

/** Told of every look; without a job id it is about all jobs. */
export type OnUpdate = (jobId: string | undefined, update: FollowUpdate) => void;

/**
 * Follows jobs to their ends, one by itself and several over one schedule.
 * @param outcomes filled as they come.
 * @returns an outcome for each, in order.
 * @throws the signal's own reason.
 */
export async function followJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: WaitOptions & { signal: AbortSignal },
  onUpdate: OnUpdate,
  outcomes: Map<string, Outcome>,
): Promise<Outcome[]> {
  const follow = jobIds.length === 1 ? followOne : followSeveral;
  let failure: QizhiError | undefined;
  try {
    await follow(connection, jobIds, { ...options, everyLook: true }, onUpdate, outcomes);
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    const isLocalEnd = connection.local !== undefined && error instanceof WaitTimeoutError;
    failure = isLocalEnd ? toLocalTimeout(error) : error;
  }
  return jobIds.map((jobId) => outcomes.get(jobId) ?? { jobId, error: ownError(jobId, failure) });
}

async function followOne(
  connection: Connection,
  [jobId = ""]: readonly string[],
  options: WaitOptions,
  onUpdate: OnUpdate,
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const job = await connection.client.waitForJob(jobId, {
    ...options,
    onUpdate: (update) => onUpdate(jobId, update),
  });
  outcomes.set(jobId, { jobId, seen: toSeenJob(connection, job) });
}

async function followSeveral(
  connection: Connection,
  jobIds: readonly string[],
  options: WaitOptions,
  onUpdate: OnUpdate,
  outcomes: Map<string, Outcome>,
): Promise<void> {
  for await (const update of connection.client.watchJobs(jobIds, options)) {
    onUpdate(update.jobId, update);
    if (update.type === "lost") {
      const { jobId, error } = update;
      outcomes.set(jobId, { jobId, error });
    } else if (update.type === "job" && update.isLast) {
      const { jobId, job } = update;
      outcomes.set(jobId, { jobId, seen: toSeenJob(connection, job) });
    }
  }
}

/** What ended the wait for all, told of one of them. */
function ownError(jobId: string, failure: QizhiError | undefined): QizhiError | undefined {
  if (!(failure instanceof WaitLostError) || !isQizhiError(failure.cause)) return failure;
  return new WaitLostError(jobId, failure.forText, failure.cause);
}
