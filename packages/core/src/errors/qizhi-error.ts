import type { ErrorRecord, QizhiErrorCode } from "./error-record.ts";
import { sayRecord } from "./say-error.ts";

/**
 * Base of every error that this library throws for a reason outside itself: a wrong spec, a refusal,
 * the network, a deadline. Not covered: an abort (rejects with the signal's own reason) and faults of
 * the caller's code. `message` holds what failed, with what, and the next step; platform text in it
 * is made harmless. No error holds a password, a token or an authorization header.
 */
export abstract class QizhiError extends Error {
  /** Which kind of error it is. */
  declare readonly code: QizhiErrorCode;
  /** What failed, with what: the first part of `message`. */
  readonly summary: string;
  /** What to do next: the last part of `message`. */
  readonly hint: string | undefined;
  /** Stable name of the sentence in `summary`, where its kind of error has several. */
  declare readonly rule?: string;
  /** The facts in that sentence, so that a front end can say it in another language. */
  declare readonly params?: object;

  /** @param record what the error is made of; each of its facts is a property. */
  constructor(record: ErrorRecord, cause?: unknown) {
    const { summary, hint } = sayRecord({ ...record, cause } as ErrorRecord);
    super(hint ? `${summary} ${hint}` : summary, cause === undefined ? undefined : { cause });
    this.summary = summary;
    this.hint = hint;
    Object.assign(this, record);
  }

  /** The error as plain data for `--json` and logs. */
  toJSON(): Record<string, unknown> {
    const { code, name, summary, hint, rule, params } = this;
    const sentence = rule !== undefined && { rule, params };
    return { code, name, summary, ...(hint && { hint }), ...sentence, ...toJsonFacts(this) };
  }
}

/** The facts of each kind of error in its JSON. */
const jsonFacts: Readonly<Record<QizhiErrorCode, readonly string[]>> = {
  spec: ["issues", "file"],
  input: [],
  auth: ["reason"],
  api: ["call", "status", "platformCode", "platformMessage"],
  connection: ["call", "reason", "sent", "via", "status"],
  response: ["call", "status"],
  submission_unknown: ["operation", "jobName", "sentAt", "listUrl"],
  job_gone: ["jobId", "url", "status", "seenAtMs", "platformCode"],
  job_ended: ["jobId", "url", "status", "endedAtMs"],
  wait_timeout: ["jobId", "limit", "limitMs", "status"],
  wait_lost: ["jobId"],
};

const callFacts = ["operation", "host", "attempts", "retryAfterMs"];

/** Facts by the names that JSON has: `job_id` for `jobId`, and `seen_at`, ISO 8601, for `seenAtMs`. */
function toJsonFacts(error: QizhiError): Record<string, unknown> {
  const pick = (from: object, names: readonly string[]): [string, unknown][] =>
    names.flatMap((name): [string, unknown][] => {
      const value: unknown = Reflect.get(from, name);
      if (value === undefined) return [];
      if (name === "call") return pick(Object(value), callFacts);
      const key = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (!key.endsWith("_at_ms")) return [[key, value]];
      return [[key.slice(0, -"_ms".length), new Date(Number(value)).toISOString()]];
    });
  return Object.fromEntries(pick(error, jsonFacts[error.code]));
}
