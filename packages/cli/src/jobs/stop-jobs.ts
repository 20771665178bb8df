import { isQizhiError, type JobStop, type KnownError, type StopOptions } from "@qizhi/core";
import {
  classifyStatus,
  excerpt,
  type IdentifiedJob,
  isStopping,
  jobUrl,
  type LastSeen,
  trustId,
  visibleText,
} from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import { toErrorJson } from "../errors/exit-code.ts";
import { createSeenKeeper, findKnownOrNone, toLastSeen } from "../history/history.ts";
import { toIsoTime, toMomentText } from "../text/time-text.ts";
import type { Messages } from "../messages/en.ts";

/** The outcome of a stop, as far as it is known. */
export interface StoppedJob {
  readonly jobId: string;
  /** What became of the stop: accepted, refused, sent without an answer that says so, not sent; none was needed. */
  readonly answer: "accepted" | "refused" | "lost" | "unsent" | undefined;
  /** Whether the job had ended by itself. */
  readonly hasEnded: boolean;
  /** The job before the stop, where it was polled. */
  readonly before?: IdentifiedJob | undefined;
  /** The job after it, where it was polled. */
  readonly after?: IdentifiedJob | undefined;
  readonly error?: KnownError | undefined;
  /** How the job of a stop that failed stands, where it is known. */
  readonly sighting?: Sighting | undefined;
}

/** How a job was seen last; one that was only submitted has no status. */
interface Sighting extends LastSeen {
  readonly url: string;
  /** Whether it was polled during the stop. */
  readonly isNow: boolean;
}

/** Stops jobs, in their order. @param options.known those that were polled before, at `knownAt`. */
export async function stopJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: StopOptions & { known?: ReadonlyMap<string, IdentifiedJob>; knownAt?: number } = {},
): Promise<StoppedJob[]> {
  const { known, knownAt = Date.now(), ...settings } = options;
  const { lastSeen } = createSeenKeeper(connection, jobIds);
  const stops = await connection.client.stopJobs(jobIds, { ...settings, lastSeen });
  return stops.map((stop) => toStoppedJob(stop, known?.get(stop.jobId), knownAt, connection));
}

function toStoppedJob(
  stop: JobStop,
  known: IdentifiedJob | undefined,
  knownAt: number,
  connection: Connection,
): StoppedJob {
  const { jobId } = stop;
  if (stop.outcome === "failed") {
    const { error, isSent, mayHaveWorked, seen = known, seenAtMs = knownAt } = stop;
    if (!isQizhiError(error)) throw error;
    const { baseUrl } = connection.client;
    const sighting = seen
      ? {
          status: seen.status,
          atMs: seenAtMs,
          url: jobUrl(baseUrl, jobId, seen.workspace_id),
          isNow: stop.seen !== undefined,
        }
      : findSighting(jobId, connection);
    if (sighting !== undefined) trustId(error);
    const answer = mayHaveWorked ? "lost" : isSent ? "refused" : "unsent";
    return { jobId, answer, hasEnded: false, before: known, error, sighting };
  }
  const { outcome, isSent, before = known, after } = stop;
  const answer = isSent ? "accepted" : undefined;
  return { jobId, answer, hasEnded: outcome === "ended", before, after };
}

/** What the history knows of a job. */
function findSighting(jobId: string, connection: Connection): Sighting | undefined {
  const job = findKnownOrNone(connection, [jobId]).get(jobId);
  if (job === undefined) return undefined;
  const url = jobUrl(job.platform, jobId, job.workspaceId);
  return { ...toLastSeen(job), url, isNow: false };
}

/** The outcome of a stop in one line; nothing where it failed, which is reported as an error. */
export function toStopText(
  { jobId, hasEnded, before, after, error }: StoppedJob,
  t: Messages,
): string | undefined {
  if (error !== undefined) return undefined;
  if (hasEnded) return t.hasEnded(jobId, toStatus((after ?? before)?.status, t));
  if (after !== undefined) return toAfterText(after, t);
  if (before === undefined) return t.stop.unseen(jobId);
  return t.isStopping(jobId, toStatus(before.status, t));
}

/** The status of a job after a stop: "is stopping" only when a poll says so. */
export function toAfterText(job: IdentifiedJob, t: Messages): string {
  const { job_id: jobId, status = "" } = job;
  const isDone = classifyStatus(status).isTerminal || isStopping(status);
  return (isDone ? t.nowIs : t.stop.still)(jobId, toStatus(status, t));
}

/** A status in the reader's words; one that is not known as the platform says it. */
function toStatus(status: string | undefined, t: Messages): string {
  if (isStopping(status)) return t.stop.stopping;
  const { phase } = classifyStatus(status);
  return phase === "unknown" ? excerpt(status ?? t.noStatus, 60) : t.phases[phase];
}

/** How the job of a stop, or of the wait after it, stands that failed; nothing where nobody knows. */
export function toStandText(
  { jobId, answer, after, sighting }: StoppedJob,
  t: Messages,
): string | undefined {
  if (answer === undefined) return undefined;
  if (answer === "accepted") {
    return after ? t.stop.accepted(jobId, toStatus(after.status, t)) : t.stop.unseen(jobId);
  }
  if (sighting === undefined) return answer === "lost" ? t.stop.unsure(jobId) : undefined;
  const { status, atMs, isNow, url } = sighting;
  const how = status === undefined ? "submitted" : isNow ? "still" : "was";
  const stood = t.stop.stood[how](jobId, toMomentText(atMs, t), toStatus(status, t));
  return `${t.stop.failed(stood, t.stop.answers[answer])}\n  ${visibleText(url)}`;
}

/** The outcome of a stop as `--json` gives it. */
export function toStopJson(stop: StoppedJob): object {
  const { jobId, answer, before, after, error, sighting } = stop;
  if (answer !== undefined && answer !== "accepted") {
    return {
      job_id: jobId,
      stop_sent: answer !== "unsent",
      may_have_worked: answer === "lost",
      ...(sighting?.status !== undefined && {
        status: sighting.status,
        last_seen_at: toIsoTime(sighting.atMs),
      }),
      error: error && toErrorJson(error),
    };
  }
  const isSent = answer === "accepted";
  return {
    job_id: jobId,
    stop_sent: isSent,
    status: (isSent ? before : (after ?? before))?.status,
    ...(isSent && after && { status_after: after.status }),
    ...(error && { error: toErrorJson(error) }),
  };
}
