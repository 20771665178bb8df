import { onAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import type { RateSlots } from "./rate-slots.ts";

/** Which of two queues a request waits in; `urgent` goes first, and never takes more than its share. */
export type Lane = "usual" | "urgent";

/** Lets requests pass one by one, so that their rate stays below a limit. */
export interface RateLimiter {
  /**
   * Resolves when one request may be sent. First come, first served within a lane; the urgent lane goes
   * first, but while others wait it gets two turns of three at most.
   * @throws the signal's own reason; the turn goes to the next one.
   */
  take(options?: { lane?: Lane | undefined; signal?: AbortSignal | undefined }): Promise<void>;
  /** Holds every request back for `ms` (60 s at most), because the platform asked for it. */
  pause(ms: number): void;
  /** How many wait. */
  readonly waiting: number;
  /** Requests per second. */
  readonly perSecond: number;
}

/** How to make a limiter. */
export interface RateLimiterOptions {
  /** Requests per second; the platform may refuse from 3 on (wire-facts 1.4). @default 3 */
  perSecond?: number | undefined;
  /** How many may go at once after a quiet time. @default 3, and no more than go in a second */
  burst?: number | undefined;
  /** Turns that are shared with other processes. @default none */
  slots?: RateSlots | undefined;
  /** Another clock; for tests. */
  clock?: Clock | undefined;
}

interface Waiter {
  readonly go: () => void;
}

/** The longest pause that the platform may ask for, in ms; a longer one is cut to this and told. */
export const longestPauseMs = 60_000;

// Of the urgent lane, while the other one waits.
const mostUrgentInARow = 2;

/**
 * Makes a limiter. In no stretch of `burst / perSecond` seconds do more than `burst` requests pass; with
 * the defaults that is three in any second, not only on average.
 */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  const { perSecond = 3, slots, clock = systemClock } = options;
  const { burst = Math.max(1, Math.min(3, Math.floor(perSecond))) } = options;
  const windowMs = (burst * 1_000) / perSecond;
  // When each of the last `burst` requests passed; a ring.
  const passedAt = Array.from({ length: burst }, () => -Infinity);
  const lanes = { urgent: new Set<Waiter>(), usual: new Set<Waiter>() };
  let oldest = 0;
  let pausedUntil = -Infinity;
  let urgentInARow = 0;
  let isServing = false;
  let wake: AbortController | undefined;

  const waiting = () => lanes.urgent.size + lanes.usual.size;

  /** Takes a turn now, or says how long there is none. */
  function tryTurn(): number {
    const now = clock.now();
    const delayMs = Math.max(passedAt[oldest]! + windowMs, pausedUntil) - now;
    const waitMs = delayMs > 0 ? delayMs : (slots?.claim() ?? 0);
    if (waitMs > 0) return waitMs;
    passedAt[oldest] = now;
    oldest = (oldest + 1) % burst;
    return 0;
  }

  function pickNext(): Waiter | undefined {
    const isShared = lanes.urgent.size > 0 && lanes.usual.size > 0;
    const takesUrgent = isShared ? urgentInARow < mostUrgentInARow : lanes.urgent.size > 0;
    urgentInARow = takesUrgent ? urgentInARow + 1 : 0;
    const lane = takesUrgent ? lanes.urgent : lanes.usual;
    const [first] = lane;
    if (first) lane.delete(first);
    return first;
  }

  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    while (waiting() > 0) {
      const waitMs = tryTurn();
      if (waitMs <= 0) {
        pickNext()?.go();
        continue;
      }
      // Ended early when nobody waits any more: no timer may keep the process alive for nothing.
      wake = new AbortController();
      await clock.sleep(waitMs, wake.signal).catch(() => {});
    }
    isServing = false;
  }

  return {
    perSecond,
    get waiting() {
      return waiting();
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.now() + Math.min(ms, longestPauseMs));
    },
    async take({ lane = "usual", signal } = {}) {
      signal?.throwIfAborted();
      if (waiting() === 0 && !isServing && tryTurn() === 0) return;
      await new Promise<void>((resolve, reject) => {
        const waiter: Waiter = {
          go() {
            release();
            resolve();
          },
        };
        const release = onAbort(signal, () => {
          release();
          lanes[lane].delete(waiter);
          if (waiting() === 0) wake?.abort();
          reject(signal?.reason);
        });
        lanes[lane].add(waiter);
        void serve();
      });
    },
  };
}
