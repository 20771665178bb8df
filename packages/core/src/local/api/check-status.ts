import { hasEnded, type JobRecord } from "../jobs/job-record.ts";

/**
 * The job, if it has one of the statuses; `undefined` while it still may get there.
 * @throws Error when there is no such job, or it has ended in another status.
 */
export function checkStatus(
  job: JobRecord | undefined,
  jobId: string,
  statuses: readonly string[],
): JobRecord | undefined {
  if (!job) throw new Error(`The local platform has no job ${jobId}.`);
  if (statuses.includes(job.status)) return job;
  if (!hasEnded(job)) return undefined;
  const reason = job.subMsg && ` (${job.subMsg})`;
  throw new Error(`Job ${jobId} ended as ${job.status}${reason}, not as ${statuses.join(", ")}.`);
}
