import { backoff, type Clock } from "../async/clock.ts";
import {
  type KnownError,
  ApiError,
  AuthError,
  ConnectionError,
  ResponseError,
  WaitLostError,
} from "../errors/errors.ts";
import { isPassing } from "../calls/retry.ts";
import { formatDuration } from "../text/time-text.ts";
import type { WaitOptions } from "./updates.ts";

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

interface BudgetTerms {
  readonly clock: Clock;
  readonly options: Pick<WaitOptions, "errorBudgetMs">;
}

/** How long the platform, or one job, may be out of reach before it is given up. */
export class ErrorBudget {
  readonly #clock: Clock;
  readonly #ms: number;
  /** When the first poll that failed began, on the clock. */
  readonly sinceMs: number;
  /** Until when the platform asked for a pause that is longer than the budget. */
  #askedUntil = -Infinity;

  constructor({ clock, options }: BudgetTerms, sinceMs: number) {
    this.#clock = clock;
    this.#ms = options.errorBudgetMs ?? 600_000;
    this.sinceMs = sinceMs;
  }

  /** When it is used up. */
  get endsAt(): number {
    return Math.max(this.sinceMs, this.#askedUntil) + this.#ms;
  }

  /**
   * Counts a failure. A pause that the platform asks for and that is longer than the budget is made once, and the budget
   * begins after it.
   * @returns whether it is used up.
   */
  spend(error: KnownError): boolean {
    const now = this.#clock.now();
    const pauseMs = error instanceof AuthError ? 0 : toRetryAfter(error, 0);
    const isLong = pauseMs > this.#ms;
    const hasPaused = this.#askedUntil !== -Infinity;
    if (isLong && !hasPaused) this.#askedUntil = now + pauseMs;
    return now >= (isLong && hasPaused ? this.#askedUntil : this.endsAt);
  }

  /** What a job is given up with. */
  toLost(jobId: string, error: KnownError): WaitLostError {
    return new WaitLostError(jobId, formatDuration(this.#clock.now() - this.sinceMs), error);
  }
}
