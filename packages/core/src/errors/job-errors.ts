import type { ApiError } from "./call-errors.ts";
import type { ErrorRecords } from "./error-record.ts";
import { QizhiError } from "./qizhi-error.ts";

/**
 * A create was sent and its outcome is not known: the job **may exist** and hold GPUs. It was not sent
 * again, and must not be before someone has looked (the API has no list call, wire 5). The same goes for any other
 * operation that may be sent only `once`.
 */
export class SubmissionUnknownError extends QizhiError {
  override readonly name = "SubmissionUnknownError";
  declare readonly code: "submission_unknown";
  /** Name of the operation that was sent; `undefined` for the create of a job. */
  declare readonly operation: string | undefined;
  /** Name of the job that may exist: the `name` in the request, empty where it has none. */
  declare readonly jobName: string;
  /** When the create was sent, ISO 8601. */
  declare readonly sentAt: string;
  /** Page of the web console that lists the workspace's jobs; for another operation the address of the platform. */
  declare readonly listUrl: string;

  /** @param cause what came instead of an answer; the reason of a signal that aborted the call. */
  constructor(job: ErrorRecords["submission_unknown"], cause: unknown) {
    super({ code: "submission_unknown", ...job }, cause);
  }
}

/** A wait reached its limit; the job itself goes on. */
export class WaitTimeoutError extends QizhiError {
  override readonly name = "WaitTimeoutError";
  declare readonly code: "wait_timeout";
  /** The job that was waited for. */
  declare readonly jobId: string;
  /** Which limit ended the wait: the queue's or the whole wait's. */
  declare readonly limit: "queue" | "total";
  /** The limit in ms. */
  declare readonly limitMs: number;
  /** How long the wait really took in ms. */
  declare readonly waitedMs: number | undefined;
  /** The job's raw status when last seen. */
  declare readonly status: string | undefined;

  constructor(facts: ErrorRecords["wait_timeout"]) {
    super({ code: "wait_timeout", ...facts });
  }
}

/** A wait could not ask about its job for longer than its error budget; the job itself goes on. */
export class WaitLostError extends QizhiError {
  override readonly name = "WaitLostError";
  declare readonly code: "wait_lost";
  /** The job that was waited for. */
  declare readonly jobId: string;
  /** How long it could not ask, for people. */
  declare readonly forText: string;

  constructor(jobId: string, forText: string, cause: QizhiError) {
    super({ code: "wait_lost", jobId, forText }, cause);
  }
}

/** The platform does not know a job any more that it has shown before, or that was just created. */
export class JobGoneError extends QizhiError {
  override readonly name = "JobGoneError";
  declare readonly code: "job_gone";
  declare readonly jobId: string;
  /** Its page in the web console. */
  declare readonly url: string;
  /** Its raw status when last seen; `undefined` where it was only created. */
  declare readonly status: string | undefined;
  /** When that was, epoch ms. */
  declare readonly seenAtMs: number;
  /** Whether it had ended then, and held no nodes. */
  declare readonly hasEnded: boolean | undefined;
  /** The platform's code for it, if its answer held one. */
  readonly platformCode: number | undefined;

  constructor(job: ErrorRecords["job_gone"], cause: ApiError) {
    super({ code: "job_gone", ...job }, cause);
    this.platformCode = cause.platformCode;
  }
}

/** A job has ended with a status that this version does not know, so that its outcome is not known. */
export class JobEndedError extends QizhiError {
  override readonly name = "JobEndedError";
  declare readonly code: "job_ended";
  declare readonly jobId: string;
  /** Its page in the web console. */
  declare readonly url: string;
  /** Its raw status. */
  declare readonly status: string | undefined;
  /** When it ended, epoch ms on the platform's clock; `undefined` where the platform gives a time without its zone. */
  declare readonly endedAtMs: number | undefined;

  constructor(job: ErrorRecords["job_ended"]) {
    super({ code: "job_ended", ...job });
  }
}
