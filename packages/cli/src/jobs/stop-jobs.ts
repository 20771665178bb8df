import type { JobStop, StopOptions } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { isQizhiError, type QizhiError } from "@qizhi/core";
import { classifyStatus, excerpt } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { Connection } from "../terminal/connection.ts";
import { toErrorJson } from "../errors/exit-code.ts";
import type { Messages } from "../messages/en.ts";

/** The outcome of a stop, as far as it is known. */
export interface StoppedJob {
  readonly jobId: string;
  /** Whether the platform accepted a stop. */
  readonly isSent: boolean;
  /** Whether the job had ended by itself. */
  readonly hasEnded: boolean;
  /** The job before the stop, where it was polled. */
  readonly before?: IdentifiedJob | undefined;
  /** The job after it, where it was polled. */
  readonly after?: IdentifiedJob | undefined;
  readonly error?: QizhiError | undefined;
}

/** Whether a stop does something: the job is active, or still holds nodes. */
export function canStop({ status }: IdentifiedJob): boolean {
  const { isTerminal, holdsNodes } = classifyStatus(status);
  return !isTerminal || holdsNodes;
}

/** Stops jobs, in their order. @param options.known those that were polled before. */
export async function stopJobs(
  { client }: Connection,
  jobIds: readonly string[],
  options: StopOptions & { known?: ReadonlyMap<string, IdentifiedJob> } = {},
): Promise<StoppedJob[]> {
  const { known, ...settings } = options;
  const stops = await client.stopJobs(jobIds, settings);
  return stops.map((stop) => toStoppedJob(stop, known?.get(stop.jobId)));
}

function toStoppedJob(stop: JobStop, known: IdentifiedJob | undefined): StoppedJob {
  const { jobId } = stop;
  if (stop.outcome === "failed") {
    const { error } = stop;
    if (!isQizhiError(error)) throw error;
    return { jobId, isSent: false, hasEnded: false, before: known, error };
  }
  const { outcome, isSent, before = known, after } = stop;
  return { jobId, isSent, hasEnded: outcome === "ended", before, after };
}

/** The outcome of a stop in one line; nothing where it failed, which is reported as an error. */
export function toStopText(
  { jobId, hasEnded, before, after, error }: StoppedJob,
  t: Messages,
): string | undefined {
  if (error !== undefined) return undefined;
  if (hasEnded) return t.hasEnded(jobId, toStatus(after ?? before, t));
  if (after !== undefined) return toAfterText(after, t);
  if (before === undefined) return t.stop.unseen(jobId);
  return t.isStopping(jobId, toStatus(before, t));
}

/** The status of a job after a stop: "is stopping" only when a poll says so. */
export function toAfterText(job: IdentifiedJob, t: Messages): string {
  const { job_id: jobId, status = "" } = job;
  const isDone = classifyStatus(status).isTerminal || /stopping$/i.test(status);
  return (isDone ? t.nowIs : t.stop.still)(jobId, toStatus(job, t));
}

function toStatus(job: IdentifiedJob | undefined, t: Messages): string {
  return excerpt(job?.status ?? t.noStatus, 60);
}

/** Why a stop failed, in one line. */
export function toFailureText(jobId: string, error: QizhiError, t: Messages): string {
  return t.couldNotStop(jobId, sayError(error, t).summary);
}

/** The outcome of a stop as `--json` gives it. */
export function toStopJson({ jobId, isSent, before, after, error }: StoppedJob): object {
  return {
    job_id: jobId,
    stop_sent: isSent,
    status: (isSent ? before : (after ?? before))?.status,
    ...(isSent && after && { status_after: after.status }),
    ...(error && { error: toErrorJson(error) }),
  };
}
