export { ApiError, AuthError, ConnectionError, ResponseError } from "./call-errors.ts";
export type { AuthReason, CallFacts, ErrorFacts, QizhiErrorCode } from "./error-record.ts";
export { formatSpecIssue, InputError, SpecError } from "./input-errors.ts";
export type { SpecIssue } from "./spec-rules.ts";
export {
  JobEndedError,
  JobGoneError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "./job-errors.ts";
export { isQizhiError, QizhiError } from "./qizhi-error.ts";
export type { KnownError } from "./known-error.ts";
