import { neededGpus, type JobRecord, type JobRequest } from "./job-record.ts";

/** A job as the platform itself sees it. Times are ms epochs. */
export interface LocalJobView {
  jobId: string;
  /** The raw status. */
  status: string;
  /** Why it waits or how it ended. */
  reason: string;
  /** What was submitted. */
  request: Readonly<JobRequest>;
  /** GPUs of all its nodes. */
  gpus: number;
  /** GPUs that it holds now. */
  heldGpus: number;
  /** Which round runs or ran last, from 1. */
  round: number;
  createdAt: number;
  preparedAt: number | undefined;
  runAt: number | undefined;
  finishedAt: number | undefined;
}

/** A copy of a job for the caller. */
export function toView(job: JobRecord, waitReason: string | undefined): LocalJobView {
  const { jobId, status, heldGpus, round, createdAt, preparedAt, runAt, finishedAt } = job;
  const request = structuredClone(job.request);
  const reason = waitReason ?? job.subMsg;
  const times = { createdAt, preparedAt, runAt, finishedAt };
  return { jobId, status, reason, request, gpus: neededGpus(job), heldGpus, round, ...times };
}
