import { localZone, toLocalTime } from "../local-time.ts";
import { excerpt, visibleText } from "../text.ts";
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
      `The job "${name}" may or may not exist: it was sent at ${toSentText(job.sentAt)}, and then: ${came}`,
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

function toSentText(sentAt: string): string {
  const at = Date.parse(sentAt);
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
    limitText: string;
    status: string | undefined;
  }) {
    const stands =
      facts.status === undefined
        ? `Nothing is known about job ${visibleText(facts.jobId)} after ${facts.limitText}`
        : `Job ${visibleText(facts.jobId)} ${facts.limit === "queue" ? "is still queued" : "is still active"} after ${facts.limitText} (${excerpt(facts.status, 60)} when last seen)`;
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
