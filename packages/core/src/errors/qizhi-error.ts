import { english } from "./english.ts";
import type { ErrorRecord, QizhiErrorCode, Said } from "./error-record.ts";
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

  /**
   * @param record what the error is made of; each of its facts is a property.
   * @param said its words, where they are not those of the record.
   */
  constructor(record: ErrorRecord, cause?: unknown, said?: Said) {
    const { summary, hint } = said ?? sayRecord({ ...record, cause } as ErrorRecord, english);
    super(hint ? `${summary} ${hint}` : summary, cause === undefined ? undefined : { cause });
    this.summary = summary;
    this.hint = hint;
    Object.assign(this, record);
  }

  /** The error as plain data for `--json` and logs. */
  toJSON(): Record<string, unknown> {
    const { code, name, summary, hint, rule, params } = this;
    const sentence = rule !== undefined && { rule, params };
    return { code, name, summary, ...(hint && { hint }), ...sentence, ...this.details() };
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
