import type { ApiError, AuthError, ConnectionError, ResponseError } from "./call-errors.ts";
import type { InputError, SpecError } from "./input-errors.ts";
import type {
  JobEndedError,
  JobGoneError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "./job-errors.ts";

export * from "./call-errors.ts";
export * from "./input-errors.ts";
export * from "./job-errors.ts";
export type { CallFacts, QizhiErrorCode } from "./error-record.ts";
export { QizhiError } from "./qizhi-error.ts";
export type { ErrorFacts } from "./rules/sentences.ts";
export type { SpecIssue } from "./rules/spec-rules.ts";

/** Every error of this library, told apart by `code`. */
export type KnownError =
  | ApiError
  | AuthError
  | ConnectionError
  | InputError
  | JobEndedError
  | JobGoneError
  | ResponseError
  | SpecError
  | SubmissionUnknownError
  | WaitLostError
  | WaitTimeoutError;

/** Tells whether a value is one of this library's errors, also across two copies of it; `code` says which. */
export function isQizhiError(value: unknown): value is KnownError {
  return value instanceof Error && "summary" in value && "hint" in value && "code" in value;
}
