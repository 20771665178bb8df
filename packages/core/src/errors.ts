import { excerpt, visibleText } from "./text.ts";

/** Which kind of error it is; switch on this, not on the class, which may exist twice in a bundle. */
export type QizhiErrorCode =
  | "spec"
  | "input"
  | "auth"
  | "api"
  | "connection"
  | "response"
  | "submission_unknown"
  | "wait_timeout"
  | "wait_lost";

/**
 * Base of every error that this library throws for a reason outside itself: a wrong spec, a refusal,
 * the network, a deadline. Not covered: an abort (rejects with the signal's own reason) and faults of
 * the caller's code. `message` holds what failed, with what, and the next step; platform text in it
 * is made harmless. No error holds a password, a token or an authorization header.
 */
export abstract class QizhiError extends Error {
  /** Which kind of error it is. */
  abstract readonly code: QizhiErrorCode;
  /** What failed, with what: the first part of `message`. */
  readonly summary: string;
  /** What to do next: the last part of `message`. */
  readonly hint: string | undefined;

  constructor(summary: string, hint?: string, cause?: unknown) {
    super(hint ? `${summary} ${hint}` : summary, cause === undefined ? undefined : { cause });
    this.summary = summary;
    this.hint = hint;
  }

  /** The error as plain data for `--json` and logs. */
  toJSON(): Record<string, unknown> {
    const { code, name, summary, hint } = this;
    return { code, name, summary, ...(hint && { hint }), ...this.details() };
  }

  /** Facts of this kind of error, for {@link toJSON}. */
  protected details(): Record<string, unknown> {
    return {};
  }
}

/** Tells whether a value is one of this library's errors, also across two copies of it. */
export function isQizhiError(value: unknown): value is QizhiError {
  return value instanceof Error && "summary" in value && "hint" in value && "code" in value;
}

/** One problem of a job spec. */
export interface SpecIssue {
  /** Where in the spec: keys and indexes from the top. */
  path: (string | number)[];
  /** What is wrong and what is wanted. */
  message: string;
  /** Line in the file, from 1. */
  line?: number;
  /** Column in the file, from 1. */
  column?: number;
}

/** The job spec is unreadable or wrong; nothing was sent. Holds **all** problems found. */
export class SpecError extends QizhiError {
  override readonly name = "SpecError";
  readonly code = "spec";
  /** Every problem, in the order of the file. */
  readonly issues: readonly SpecIssue[];
  /** The file, `-` for stdin, `undefined` for a spec given as an object. */
  readonly file: string | undefined;

  constructor(issues: readonly SpecIssue[], file?: string) {
    const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
    const lines = issues.map((issue) => `  ${formatSpecIssue(issue, file)}`);
    super([`The job spec has ${count}:`, ...lines].join("\n"));
    this.issues = issues;
    this.file = file;
  }

  protected override details() {
    return { issues: this.issues, ...(this.file !== undefined && { file: this.file }) };
  }
}

/** One problem on one line: `file:line:column path message`. */
export function formatSpecIssue(issue: SpecIssue, file?: string): string {
  const place = [file, issue.line, issue.column].filter((part) => part !== undefined).join(":");
  const path = issue.path.map((key, index) =>
    typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`,
  );
  return visibleText([place, path.join(""), issue.message].filter(Boolean).join(" "));
}

/** An option or argument is wrong: a bad base URL, half of the credentials, a cut-off job id. Nothing was sent. */
export class InputError extends QizhiError {
  override readonly name = "InputError";
  readonly code = "input";
}

/** Why no token is to be had. */
export type AuthReason = "missing" | "login_refused" | "token_refused";

/** Credentials are missing or refused. Never retried: repeated wrong logins may lock an account. */
export class AuthError extends QizhiError {
  override readonly name = "AuthError";
  readonly code = "auth";
  /** Whether nothing was given, the login was refused, or a token was. */
  readonly reason: AuthReason;

  constructor(reason: AuthReason, summary: string, hint: string) {
    super(summary, hint);
    this.reason = reason;
  }

  protected override details() {
    return { reason: this.reason };
  }
}

/** Facts about the call that failed; shared by the errors below. */
export interface CallFacts {
  /** Name of the operation: `token`, `create`, `detail`, `stop`. */
  operation: string;
  /** Host and port that were asked. */
  host: string;
  /** How often the request was sent or tried. */
  attempts: number;
}

/** The platform answered no: HTTP 400 and above, or a code other than 0 (wire-facts 1.2). */
export class ApiError extends QizhiError {
  override readonly name = "ApiError";
  readonly code = "api";
  /** HTTP status. */
  readonly status: number;
  /** The platform's code, if its answer held one (wire-facts 1.2). */
  readonly platformCode: number | undefined;
  /** What the platform said, made harmless and cut at 500 characters. */
  readonly platformMessage: string;
  /** Whether it is the project's quota: waiting helps, editing the spec does not (wire-facts 5). */
  readonly isQuotaRefusal: boolean;
  /** The failed call. */
  readonly call: CallFacts;

  constructor(
    call: CallFacts,
    answer: { status: number; platformCode: number | undefined; platformMessage: string },
    hint?: string,
  ) {
    const said = excerpt(answer.platformMessage) || "nothing more";
    const code = answer.platformCode === undefined ? "" : `, code ${answer.platformCode}`;
    super(`${call.host} refused ${call.operation} (HTTP ${answer.status}${code}): ${said}`, hint);
    this.call = call;
    this.status = answer.status;
    this.platformCode = answer.platformCode;
    this.platformMessage = excerpt(answer.platformMessage);
    this.isQuotaRefusal = /配额不足|提交配额限制/.test(answer.platformMessage);
  }

  protected override details() {
    const { status, platformCode, platformMessage } = this;
    return { ...this.call, status, platform_code: platformCode, platform_message: platformMessage };
  }
}

/** No answer came: refused, DNS, TLS, reset, deadline. */
export class ConnectionError extends QizhiError {
  override readonly name = "ConnectionError";
  readonly code = "connection";
  /** System code such as `ECONNREFUSED`, or `TIMEOUT`. */
  readonly reason: string;
  /** False only when it is certain that no byte of the request arrived. */
  readonly sent: boolean;
  /** The failed call. */
  readonly call: CallFacts;

  constructor(call: CallFacts, failure: { reason: string; text: string; sent: boolean }) {
    super(
      `No answer from ${call.host} to ${call.operation}: ${excerpt(failure.text)} (${failure.reason}).`,
      "Check the network, the VPN and the proxy.",
    );
    this.call = call;
    this.reason = failure.reason;
    this.sent = failure.sent;
  }

  protected override details() {
    return { ...this.call, reason: this.reason, sent: this.sent };
  }
}

/** An answer came that is not the agreed shape: a login page, a gateway page, cut-off JSON. */
export class ResponseError extends QizhiError {
  override readonly name = "ResponseError";
  readonly code = "response";
  /** HTTP status. */
  readonly status: number;
  /** The failed call. */
  readonly call: CallFacts;

  constructor(call: CallFacts, status: number, came: string, hint?: string) {
    super(`${call.host} answered ${call.operation} with ${came} (HTTP ${status}).`, hint);
    this.call = call;
    this.status = status;
  }

  protected override details() {
    return { ...this.call, status: this.status };
  }
}

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

  constructor(job: { jobName: string; sentAt: string; listUrl: string }, cause: QizhiError) {
    const name = excerpt(job.jobName, 100);
    super(
      `The job "${name}" may or may not exist: it was sent at ${job.sentAt}, and then: ${cause.summary}`,
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
    const what = facts.limit === "queue" ? "is still queued after" : "is still active after";
    const status = facts.status === undefined ? "" : ` (${excerpt(facts.status, 60)})`;
    super(
      `Job ${visibleText(facts.jobId)} ${what} ${facts.limitText}${status}; the wait ended, the job goes on.`,
      "Wait again or stop the job.",
    );
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

  constructor(jobId: string, forText: string, cause: QizhiError) {
    super(
      `Could not ask about job ${visibleText(jobId)} for ${forText}: ${cause.summary} The job itself goes on.`,
      "Wait again when the platform can be reached.",
      cause,
    );
    this.jobId = jobId;
  }

  protected override details() {
    return { job_id: this.jobId };
  }
}
