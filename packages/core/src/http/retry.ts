import type { QizhiError } from "../errors.ts";
import { ApiError, ConnectionError, ResponseError } from "../errors.ts";

/** The longest `Retry-After` that is obeyed, in ms; a longer one is cut to this and told. */
export const longestRetryAfterMs = 60_000;

/** Whether the same call may succeed a little later. */
export function isPassing(error: unknown): error is QizhiError {
  if (error instanceof ConnectionError) return !lasting.has(error.reason);
  if (error instanceof ApiError) {
    return error.status === 429 || (error.status >= 500 && !error.isQuotaRefusal);
  }
  if (!(error instanceof ResponseError)) return false;
  return error.status < 400 || error.status === 408 || error.status >= 500;
}

// A certificate that is refused now is refused in a second, too.
const lasting = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "BODY_TOO_LARGE",
]);

/** Whether it is certain that a failed call had no effect, so that sending it again cannot double it. */
export function hadNoEffect(error: unknown): boolean {
  if (error instanceof ConnectionError) return !error.sent;
  return error instanceof ApiError && error.status === 429;
}

/** Whether a create may have made a job although it failed. */
export function mayHaveHadEffect(error: unknown): error is QizhiError {
  if (error instanceof ConnectionError) return error.sent;
  if (error instanceof ApiError)
    return error.status >= 500 ? !error.isQuotaRefusal : isFault(error);
  if (!(error instanceof ResponseError)) return false;
  return error.status < 400 || error.status === 408 || error.status >= 500;
}

// 500 internal fault, 100000 panic, 408 gave up waiting: the effect may have come first (wire-facts 1.2).
function isFault(error: ApiError): boolean {
  return error.status === 408 || error.platformCode === 500 || error.platformCode === 100000;
}

/**
 * The wait before attempt `attempt + 1`: full jitter under a doubling ceiling of 0.5 s to 20 s, and
 * never less than the platform asked for (up to {@link longestRetryAfterMs}).
 */
export function backoffMs(attempt: number, askedMs: number | undefined): number {
  const ceiling = Math.min(20_000, 500 * 2 ** (attempt - 1));
  const jittered = Math.random() * ceiling;
  return askedMs === undefined
    ? jittered
    : Math.min(askedMs, longestRetryAfterMs) + Math.random() * Math.min(1_000, askedMs * 0.1);
}

/** Reads `Retry-After`, seconds or an HTTP date, as ms from `now` (epoch ms). */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * A purse for retries, shared by all calls of a client: each retry costs, each success pays a little
 * back, so that a fleet asks a sick platform hardly more often than a healthy one.
 */
export class RetryBudget {
  #left: number;
  readonly #size: number;
  readonly #cost: number;

  constructor(size = 100, cost = 5) {
    this.#left = size;
    this.#size = size;
    this.#cost = cost;
  }

  /** Pays for one retry; false when the purse is empty. */
  spend(): boolean {
    if (this.#left < this.#cost) return false;
    this.#left -= this.#cost;
    return true;
  }

  /** Pays back for a success. */
  earn(): void {
    this.#left = Math.min(this.#size, this.#left + 1);
  }
}
