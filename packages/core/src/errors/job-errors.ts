import { formatDuration } from "../text/duration.ts";
import { localZone, toLocalTime } from "../text/local-time.ts";
import { excerpt, visibleText } from "../text/text.ts";
import type { ApiError } from "./call-errors.ts";
import { isQizhiError, QizhiError } from "./qizhi-error.ts";

/**
 * A create was sent and its outcome is not known: the job **may exist** and hold GPUs. It was not sent
 * again, and must not be before someone has looked (the API has no list call, wire-facts 5).
 */
export class SubmissionUnknownError extends QizhiError {
  override readonly name = "SubmissionUnknownError";
  readonly code = "submission_unknown";
  /** Name of the job that may exist. */
  readonly jobName: string;
  /** When the create was sent, ISO 8601. */
  readonly sentAt: string;
  /** Page of the web console that lists the workspace's jobs. */
  readonly listUrl: string;

  /** @param cause what came instead of an answer; the reason of a signal that aborted the call. */
  constructor(job: { jobName: string; sentAt: string; listUrl: string }, cause: unknown) {
    const name = excerpt(job.jobName, 100);
    const came = isQizhiError(cause) ? cause.summary : "it was interrupted before an answer came.";
    super(
      `The job "${name}" may or may not exist: it was sent at ${toTimeText(Date.parse(job.sentAt))}, and then: ${came}`,
      `Look for "${name}" made at that time on ${job.listUrl} before you submit it again; a second submit may be a second bill.`,
      cause,
    );
    this.jobName = job.jobName;
    this.sentAt = job.sentAt;
    this.listUrl = job.listUrl;
  }

  protected override details() {
    return { job_name: this.jobName, sent_at: this.sentAt, list_url: this.listUrl };
  }
}

function toTimeText(at: number): string {
  return `${toLocalTime(at)} (${localZone(at)})`;
}

/** A wait reached its limit; the job itself goes on. */
export class WaitTimeoutError extends QizhiError {
  override readonly name = "WaitTimeoutError";
  readonly code = "wait_timeout";
  /** The job that was waited for. */
  readonly jobId: string;
  /** Which limit ended the wait: the queue's or the whole wait's. */
  readonly limit: "queue" | "total";
  /** The limit in ms. */
  readonly limitMs: number;
  /** The job's raw status when last seen. */
  readonly status: string | undefined;

  constructor(facts: {
    jobId: string;
    limit: "queue" | "total";
    limitMs: number;
    status: string | undefined;
  }) {
    const after = formatDuration(facts.limitMs);
    const stands =
      facts.status === undefined
        ? `Nothing is known about job ${visibleText(facts.jobId)} after ${after}`
        : `Job ${visibleText(facts.jobId)} ${facts.limit === "queue" ? "is still queued" : "is still active"} after ${after} (${excerpt(facts.status, 60)} when last seen)`;
    super(`${stands}; the wait ended, the job goes on.`, "Wait again or stop the job.");
    this.jobId = facts.jobId;
    this.limit = facts.limit;
    this.limitMs = facts.limitMs;
    this.status = facts.status;
  }

  protected override details() {
    const { jobId, limit, limitMs, status } = this;
    return { job_id: jobId, limit, limit_ms: limitMs, status };
  }
}

/** A wait could not ask about its job for longer than its error budget; the job itself goes on. */
export class WaitLostError extends QizhiError {
  override readonly name = "WaitLostError";
  readonly code = "wait_lost";
  /** The job that was waited for. */
  readonly jobId: string;
  /** How long it could not ask, for people. */
  readonly forText: string;

  constructor(jobId: string, forText: string, cause: QizhiError) {
    super(
      `Could not ask about job ${visibleText(jobId)} for ${forText}: ${cause.summary} The job itself goes on.`,
      "Wait again when the platform can be reached.",
      cause,
    );
    this.jobId = jobId;
    this.forText = forText;
  }

  protected override details() {
    return { job_id: this.jobId };
  }
}

/** Facts about a job that is waited for no longer. */
interface LastSeen {
  readonly jobId: string;
  /** Its page in the web console. */
  readonly url: string;
  /** Its raw status when last seen. */
  readonly status: string | undefined;
}

/** The platform does not know a job any more that it has shown before, or that was just created. */
export class JobGoneError extends QizhiError {
  override readonly name = "JobGoneError";
  readonly code = "job_gone";
  readonly jobId: string;
  /** Its page in the web console. */
  readonly url: string;
  /** Its raw status when last seen; `undefined` where it was only created. */
  readonly status: string | undefined;
  /** When that was, epoch ms. */
  readonly seenAtMs: number;
  /** The platform's code for it, if its answer held one. */
  readonly platformCode: number | undefined;

  constructor(job: LastSeen & { readonly seenAtMs: number }, cause: ApiError) {
    const { jobId, status, seenAtMs } = job;
    const stood = status === undefined ? "created" : excerpt(status, 60);
    const said = excerpt(cause.platformMessage, 200) || `HTTP ${cause.status}`;
    super(
      `Job ${visibleText(jobId)} is gone: it was ${stood} at ${toTimeText(seenAtMs)}; since then the platform does not know it (${said}). It was deleted, or this account may not see it any more.`,
      `Whether it still runs is not known; look at its page: ${job.url}`,
      cause,
    );
    this.jobId = jobId;
    this.url = job.url;
    this.status = status;
    this.seenAtMs = seenAtMs;
    this.platformCode = cause.platformCode;
  }

  protected override details() {
    const seenAt = new Date(this.seenAtMs).toISOString();
    const { jobId, url, status, platformCode } = this;
    return { job_id: jobId, url, status, seen_at: seenAt, platform_code: platformCode };
  }
}

/** A job has ended with a status that this version does not know, so that its outcome is not known. */
export class JobEndedError extends QizhiError {
  override readonly name = "JobEndedError";
  readonly code = "job_ended";
  readonly jobId: string;
  /** Its page in the web console. */
  readonly url: string;
  /** Its raw status. */
  readonly status: string | undefined;
  /** When it ended, epoch ms on the platform's clock. */
  readonly endedAtMs: number;

  constructor(job: LastSeen & { readonly endedAtMs: number }) {
    const { jobId, status, endedAtMs } = job;
    const stands = status ? excerpt(status, 60) : "none";
    super(
      `The platform says that job ${visibleText(jobId)} ended at ${toTimeText(endedAtMs)}, with a status that this version does not know: ${stands}. Whether it succeeded is not known.`,
      `Look at its page: ${job.url}`,
    );
    this.jobId = jobId;
    this.url = job.url;
    this.status = status;
    this.endedAtMs = endedAtMs;
  }

  protected override details() {
    const { jobId, url, status } = this;
    return { job_id: jobId, url, status, ended_at: new Date(this.endedAtMs).toISOString() };
  }
}
