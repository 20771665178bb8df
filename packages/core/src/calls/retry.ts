import { backoff } from "../async/clock.ts";
import {
  type KnownError,
  ApiError,
  ConnectionError,
  isQizhiError,
  ResponseError,
} from "../errors/errors.ts";
import type { ConnectionRule } from "../errors/rules/connection-rules.ts";
import { isCertificateCode } from "../transport/failure.ts";

// The platform understood and said no; asked again it says the same (wire 1.2).
const refusalCodes = new Set([-100000, 100001, 100002, 100003, 100004, 200006, 2000, 2001, 2005]);
// An internal fault and a panic, whatever the HTTP status says (wire 1.1, 1.2).
const faultCodes = new Set([500, 100000]);

/** Whether the same call may succeed a little later. */
export function isPassing(error: unknown): error is KnownError {
  if (error instanceof ConnectionError) return !isLasting(error);
  if (error instanceof ApiError) {
    if (error.isQuotaRefusal || refusalCodes.has(error.platformCode ?? 0)) return false;
    return error.status === 429 || isFault(error);
  }
  // The platform has answered well; what it says is another thing than the operation's schema takes.
  return error instanceof ResponseError && isTrouble(error.status) && error.rule !== "wrong_fields";
}

const lastingReasons = new Set(["BODY_TOO_LARGE", "PROXY_INVALID", "CA_INVALID"]);
// A refused login is refused in a second, too; and repeated wrong logins may lock an account.
const lastingRules: ReadonlySet<ConnectionRule> = new Set([
  "transport_threw",
  "tls_too_old",
  "tls_client_certificate",
  "not_tls",
  "proxy_wants_login",
  "proxy_login_refused",
  "proxy_login_method",
  "proxy_denied",
  "proxy_no_tunnel",
  "proxy_not_socks",
]);

function isLasting({ reason, rule }: ConnectionError): boolean {
  if (isCertificateCode(reason) || lastingReasons.has(reason)) return true;
  return rule !== undefined && lastingRules.has(rule);
}

/** Whether it is certain that a failed call had no effect, so that sending it again cannot double it. */
export function hadNoEffect(error: unknown): boolean {
  if (error instanceof ConnectionError) return !error.sent;
  return error instanceof ApiError && error.status === 429;
}

/**
 * Whether a call may have acted although it failed. A login that fails on the way to it says no: the
 * call itself was not sent, or was refused for its token. The call may be that of a client of another copy of
 * this package.
 */
export function mayHaveHadEffect(error: unknown, operation: string): boolean {
  if (!isQizhiError(error)) return false;
  if (error.code === "connection") return error.call.operation === operation && error.sent;
  if (error.code === "api") {
    if (error.call.operation !== operation || error.isQuotaRefusal) return false;
    return isFault(error) || isConflict(error);
  }
  if (error.code !== "response" || error.call.operation !== operation) return false;
  return error.rule === "contradiction" || isTrouble(error.status) || error.status === 409;
}

// A gateway that takes the request for a repeated one may have let the first one through.
function isConflict({ status, platformCode, platformErrorName }: ApiError): boolean {
  return status === 409 && platformCode === undefined && platformErrorName === undefined;
}

function isFault({ status, platformCode: code = 0 }: ApiError): boolean {
  // A gateway that answers 200 puts its own status in the place of the code.
  const isGateway = code < 600 && isNoVerdict(code);
  return isNoVerdict(status) || isGateway || faultCodes.has(code);
}

// A page, a redirect or cut-off JSON with a good status is a reply that went wrong.
function isTrouble(status: number): boolean {
  return status < 400 || isNoVerdict(status);
}

/** Whether by a status a gateway or the connection gave up on the request, which may have worked. */
export function isNoVerdict(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 499;
}

const ceilingMs = backoff(500, 20_000);

/**
 * The wait before attempt `attempt + 1`: full jitter under a doubling ceiling of 0.5 s to 20 s, and
 * never less than the platform asked for.
 */
export function backoffMs(attempt: number, askedMs = 0): number {
  const ceiling = ceilingMs(attempt);
  // Clients that got the same `Retry-After` must not come back at the same instant.
  return Math.max(
    Math.random() * ceiling,
    askedMs + Math.random() * Math.min(1_000, askedMs * 0.1),
  );
}

const httpDate = /^[A-Za-z]{3,9},? /;

/**
 * Reads `Retry-After`, seconds or an HTTP date, as ms.
 * @param sentAt the answer's `Date`: with it a date can be read even where this machine's clock is wrong.
 */
export function retryAfterMs(
  value: string | undefined,
  sentAt: string | undefined,
): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const until = httpDate.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const from = Date.parse(sentAt ?? "");
  return Math.max(0, until - (Number.isNaN(from) ? Date.now() : from));
}

const budgetSize = 100;
const retryCost = 5;

/**
 * A budget of retries, shared by all calls of a client: each retry costs, each success pays a little
 * back, so that many clients load a failing platform hardly more than a healthy one.
 */
export class RetryBudget {
  #left = budgetSize;

  spend(): boolean {
    if (this.#left < retryCost) return false;
    this.#left -= retryCost;
    return true;
  }

  earn(): void {
    this.#left = Math.min(budgetSize, this.#left + 1);
  }
}

/** Whether a call's or an attempt's time was over before it was answered. */
export function isTimeout(error: unknown): boolean {
  return error instanceof ConnectionError && error.reason === "TIMEOUT";
}

/** The failure before says more about the platform than one that the end of a call or a wait cut short. */
export function toTelling(error: unknown, before: KnownError | undefined, isCutShort = false) {
  return isCutShort && isTimeout(error) ? (before ?? error) : error;
}
