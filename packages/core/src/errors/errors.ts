export { ApiError, AuthError, ConnectionError, ResponseError } from "./call-errors.ts";
export type { AuthReason } from "./auth-rules.ts";
export type { CallFacts } from "./call-errors.ts";
export { formatSpecIssue, InputError, SpecError } from "./input-errors.ts";
export type { SpecIssue } from "./input-errors.ts";
export {
  JobEndedError,
  JobGoneError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "./job-errors.ts";
export { isQizhiError, QizhiError } from "./qizhi-error.ts";
export type { ErrorFacts, QizhiErrorCode } from "./qizhi-error.ts";
export type { KnownError } from "./known-error.ts";
