import type { AnswerGrace } from "../async/deadline.ts";
import type { Clock, PlatformClock } from "../async/clock.ts";
import type { Patience } from "../async/shared-work.ts";
import type { Refusal } from "../errors/rules/auth-rules.ts";
import type { Lane, RateLimiter } from "./limiter.ts";
import type { ClientEvent, Send } from "../transport/request.ts";
import type { RetryBudget } from "./retry.ts";
import type { Secrets } from "./secrets.ts";

/** What every call of one client shares. */
export interface CallContext {
  readonly baseUrl: string;
  readonly host: string;
  readonly send: Send;
  readonly clock: Clock;
  readonly platformClock: PlatformClock;
  readonly budget: RetryBudget;
  /** The password, and every token so far. */
  readonly secrets: Secrets;
  /** Gives every request its turn; every 429 and `Retry-After` pauses it. */
  readonly limiter: RateLimiter;
  /** Where the access token comes from; none for the token call itself. */
  readonly tokens?: TokenSource | undefined;
  readonly attemptTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly maxAttempts: number;
  readonly onEvent: (event: ClientEvent) => void;
}

/** How long a caller may wait for a token. */
export type TokenWait = Omit<Patience, "toTimeoutError">;

/** A token that takes the place of a refused one. */
export interface Replacement {
  readonly value: string;
  /** Whether it comes from a login of this client: if it is refused as well, another login does not help. */
  readonly isFromLogin: boolean;
}

export interface TokenSource {
  /** A token that has not expired; one login serves any number of callers. */
  get(wait: TokenWait): Promise<string>;
  /** A token other than the refused one; logs in unless another call has done so. */
  replace(refused: string, refusal: Refusal, wait: TokenWait): Promise<Replacement>;
}

/** How one call is sent. */
export interface CallSettings extends AnswerGrace {
  /**
   * The lane of the first attempt, or `prepaid` where the caller has taken that turn. Further attempts are
   * urgent, because the deadline of the call runs. @default "usual"
   */
  readonly turn?: Lane | "prepaid" | undefined;
  /** How long the first turn may be waited for, in ms; then the call fails unsent. @default no limit */
  readonly turnTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Deadline of the call; the wait for its first turn does not count. @default the client's */
  readonly timeoutMs?: number | undefined;
  /** Deadline of one attempt, where it is shorter than the client's. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Most attempts, where it is fewer than the client's. */
  readonly maxAttempts?: number | undefined;
  /** Called right before each send; what it throws ends the call unsent. */
  readonly beforeSend?: (() => void) | undefined;
}
