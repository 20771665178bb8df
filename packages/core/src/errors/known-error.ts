import type { ApiError, AuthError, ConnectionError, ResponseError } from "./call-errors.ts";
import type { InputError, SpecError } from "./input-errors.ts";
import type {
  JobEndedError,
  JobGoneError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "./job-errors.ts";

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
