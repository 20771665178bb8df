import { backoff } from "../async/clock.ts";
import {
  type KnownError,
  ApiError,
  AuthError,
  ConnectionError,
  ResponseError,
  WaitTimeoutError,
} from "../errors/errors.ts";
import { isPassing } from "../calls/retry.ts";
import type { WaitOptions } from "./updates.ts";
import type { WatchedJob } from "./watched-job.ts";

/**
 * How long the platform may say that there is no such job before that is believed, in ms: of a job that was
 * just created (wire 5), and of one that it has shown before.
 */
export const notFoundGraceMs = 30_000;
/** How many polls must have had that answer. */
export const fewestRefusals = 3;
const notFoundCodes = new Set<number | undefined>([100002, 100003, 100004]);
const notFoundNames = new Set(["resourcenotfound", "notfound", "accessforbidden", "forbidden"]);
const notFoundStatuses = new Set([403, 404, 410]);

/** How many answers in a row must have an unknown status and an end before the wait ends. */
export const fewestEnds = 3;

/** How much longer than its end a wait asks for a turn, or for an answer where its error budget ends, in ms. */
export const lastTurnMs = 5_000;

/** Whether a wait goes on after a poll that failed. @param isReached the platform has answered before. */
export function isTolerable(error: unknown, isReached: boolean): error is KnownError {
  if (isPassing(error)) return true;
  // Once the platform has answered, the address, the certificates and the account were right.
  if (!isReached) return false;
  if (error instanceof AuthError) return error.isAfterLogin;
  // Each poll would be a wrong login at the proxy, and many of them lock an account out.
  if (error instanceof ConnectionError) return !error.rule?.match(/^proxy_(?:wants_)?login/);
  return error instanceof ResponseError;
}

/**
 * Whether the platform says that there is no such job, or none that this account may see. An HTTP status alone is that of
 * a gateway, which knows no jobs.
 */
export function saysNotFound({ platformCode, platformErrorName, status }: ApiError): boolean {
  if (platformCode === undefined && platformErrorName === undefined) return false;
  const name = platformErrorName?.toLowerCase() ?? "";
  return notFoundCodes.has(platformCode) || notFoundNames.has(name) || notFoundStatuses.has(status);
}

const loginPauseMs = backoff(1_000, 60_000);
/** The longest pause that a wait makes because the platform asks for it, in ms. */
const longestAskedMs = 6 * 3_600_000;

/** How long to leave the platform alone after a poll that failed, in ms. @param failures in a row, with it. */
export function toRetryAfter(error: KnownError, failures: number): number {
  // Each poll with a token that is refused costs a login, and a storm of logins locks an account out.
  if (error instanceof AuthError) return loginPauseMs(failures);
  const asks = error instanceof ApiError || error instanceof ResponseError;
  return asks ? Math.min(error.call.retryAfterMs ?? 0, longestAskedMs) : 0;
}

/**
 * The limit that the wait for a job reaches next: of one stay in the queue, or of the whole wait.
 * @returns its length in ms, and when it is reached, on the wait's clock; both `Infinity` where there is none.
 */
export function nextLimit(
  { timeoutMs = Infinity, queueTimeoutMs = Infinity }: WaitOptions,
  { addedAt, queuedSince = Infinity, seen, failing, refused }: WatchedJob,
) {
  // A job that was seen may have left the queue since its last answer.
  const isHeard = seen === undefined || (failing ?? refused) === undefined;
  const queuedUntil = isHeard ? queuedSince + queueTimeoutMs : Infinity;
  const total = { name: "total", at: addedAt + timeoutMs, ms: timeoutMs } as const;
  const queue = { name: "queue", at: queuedUntil, ms: queueTimeoutMs } as const;
  return queue.at < total.at ? queue : total;
}

/** The error of a wait that reached its limit. */
export function toTimeout(
  { jobId, seen }: WatchedJob,
  { name, at, ms }: ReturnType<typeof nextLimit>,
  now: number,
): WaitTimeoutError {
  // Only what is over by a second is worth another number than the one that was asked for.
  const waitedMs = now - at >= 1_000 ? ms + now - at : ms;
  return new WaitTimeoutError({ jobId, limit: name, limitMs: ms, waitedMs, status: seen?.status });
}
