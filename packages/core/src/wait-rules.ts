import type { QizhiError } from "./errors.ts";
import { ApiError, AuthError, ConnectionError, ResponseError } from "./errors.ts";
import { isPassing } from "./http/retry.ts";
import { longestPauseMs } from "./limiter.ts";

/** How long a client's own new job may be unknown to the detail call, in ms (wire-facts 5). */
export const notFoundGraceMs = 30_000;
const notFoundCodes = new Set<number | undefined>([100002, 100003, 100004]);

/** How much longer than the limit of a wait its last look may take, in ms. */
const lastLookMs = 5_000;

/** Whether a wait goes on after a look that failed. @param isKnown the platform has answered before. */
export function isTolerable(error: unknown, isKnown: boolean): error is QizhiError {
  if (isPassing(error)) return true;
  // Where it has answered before, the address, the certificates and the account were right.
  if (!isKnown) return false;
  if (error instanceof AuthError) return error.isAfterLogin;
  return error instanceof ResponseError || error instanceof ConnectionError;
}

/** Whether a job of this client is only too young for the detail call to know it. */
export function isNotKnownYet(error: unknown, ageMs: number): boolean {
  const isUnknown = error instanceof ApiError && notFoundCodes.has(error.platformCode);
  return isUnknown && ageMs < notFoundGraceMs;
}

/**
 * How long a look may take that is made `leftMs` before its wait ends, in ms: a silent platform must not
 * hold a wait past its end.
 */
export function lookTimeoutMs(callTimeoutMs: number, leftMs: number): number {
  return Math.min(callTimeoutMs, Math.max(lastLookMs, leftMs));
}

const longestLoginPauseMs = 60_000;

/** How long to leave the platform alone after a look that failed, in ms. @param failures in a row, with it. */
export function toRetryAfter(error: QizhiError, failures: number): number {
  // Each look with a token that is refused costs a login, and a storm of logins locks an account out.
  if (error instanceof AuthError) return Math.min(1_000 * 2 ** (failures - 1), longestLoginPauseMs);
  const asks = error instanceof ApiError || error instanceof ResponseError;
  return asks ? Math.min(error.call.retryAfterMs ?? 0, longestPauseMs) : 0;
}
