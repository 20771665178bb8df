export { ApiError, AuthError, ConnectionError, ResponseError } from "./errors/call-errors.ts";
export type { AuthReason, CallFacts } from "./errors/call-errors.ts";
export { formatSpecIssue, InputError, SpecError } from "./errors/input-errors.ts";
export type { SpecIssue } from "./errors/input-errors.ts";
export {
  JobEndedError,
  JobGoneError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "./errors/job-errors.ts";
export { isQizhiError, QizhiError } from "./errors/qizhi-error.ts";
export type { ErrorFacts, QizhiErrorCode } from "./errors/qizhi-error.ts";
export type { KnownError } from "./errors/known-error.ts";
