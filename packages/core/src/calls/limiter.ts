import { onAbort } from "../async/abort.ts";
import type { Clock } from "../async/clock.ts";
import { systemClock } from "../async/clock.ts";

/** Turns that all processes of a user share. */
export interface RateSlots {
  /** Takes a turn: 0 when it is taken now, else how many ms to wait before the next try. */
  claim(): number;
  /** Holds the turns of all processes back for `ms`. */
  pause(ms: number): void;
}

/** Which of two queues a request waits in; `urgent` goes first, and never takes more than its share. */
export type Lane = "usual" | "urgent";

/** How to take a turn. */
export interface TakeOptions {
  /** `either` where a request for each waits for the turn. @default "usual" */
  lane?: Lane | "either" | undefined;
  signal?: AbortSignal | undefined;
  /** How long to wait for it at most. @default no limit */
  timeoutMs?: number | undefined;
}

/** There was no turn in time. */
export class TurnTimeoutError extends Error {
  override readonly name = "TurnTimeoutError";
}

/** Lets requests pass one by one, so that their rate stays below a limit. */
export interface RateLimiter {
  /**
   * Resolves when one request may be sent. First come, first served within a lane; the urgent lane goes
   * first, but while others wait it gets two turns of three at most.
   * @returns the lane that got the turn.
   * @throws {TurnTimeoutError} there was no turn within `timeoutMs`.
   * @throws the signal's own reason; the turn goes to the next one.
   */
  take(options?: TakeOptions): Promise<Lane>;
  /**
   * Holds every request back for `ms`, because the platform asked for it; for a minute at most, so that a stop
   * gets through. What was told so obeys it to the end by itself: the call, the wait, the sweep.
   */
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
  readonly lanes: readonly Lane[];
  readonly go: (lane: Lane) => void;
  readonly giveUp: () => void;
  /** When it waits no longer, on the limiter's clock. */
  readonly until: number;
}

/** The longest pause of all requests, in ms. */
export const longestPauseMs = 60_000;

// At most two urgent requests pass in a row while a usual one waits.
const mostUrgentInARow = 2;

/** How many may go at once after a quiet time, where nothing else is said. */
export function defaultBurst(perSecond: number): number {
  return Math.max(1, Math.min(3, Math.floor(perSecond)));
}

/**
 * Makes a limiter. In no stretch of `burst / perSecond` seconds do more than `burst` requests pass; with
 * the defaults that is three in any second, not only on average.
 */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  const { perSecond = 3, slots, clock = systemClock } = options;
  const { burst = defaultBurst(perSecond) } = options;
  const windowMs = (burst * 1_000) / perSecond;
  // When each of the last `burst` requests passed; a ring.
  const passedAt = Array.from({ length: burst }, () => -Infinity);
  const lanes = { urgent: new Set<Waiter>(), usual: new Set<Waiter>() };
  let oldest = 0;
  let pausedUntil = -Infinity;
  let urgentInARow = 0;
  let isServing = false;
  let wake: AbortController | undefined;
  let wakesAt = Infinity;

  const waiters = () => new Set([...lanes.urgent, ...lanes.usual]);
  const isWaitedFor = () => lanes.urgent.size + lanes.usual.size > 0;

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

  /** Which of the lanes that have a request gets the next turn. */
  function pickLane(hasUrgent: boolean, hasUsual: boolean): Lane {
    const takesUrgent = hasUrgent && (!hasUsual || urgentInARow < mostUrgentInARow);
    urgentInARow = takesUrgent && hasUsual ? urgentInARow + 1 : 0;
    return takesUrgent ? "urgent" : "usual";
  }

  function serveNext(): void {
    const lane = pickLane(lanes.urgent.size > 0, lanes.usual.size > 0);
    const [first] = lanes[lane];
    if (first !== undefined && remove(first)) first.go(lane);
  }

  const remove = (waiter: Waiter) =>
    waiter.lanes.map((lane) => lanes[lane].delete(waiter)).includes(true);

  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    while (isWaitedFor()) {
      const waitMs = tryTurn();
      if (waitMs <= 0) {
        serveNext();
        continue;
      }
      const all = [...waiters()];
      const leftMs = Math.min(...all.map(({ until }) => until)) - clock.now();
      if (leftMs > 0) {
        // Ended early when nobody waits any more, or one comes who waits for less: no timer may keep the process alive for nothing.
        wake = new AbortController();
        const sleepMs = Math.min(waitMs, leftMs);
        wakesAt = clock.now() + sleepMs;
        await clock.sleep(sleepMs, wake.signal).catch(() => {});
      }
      for (const { until, giveUp } of all) if (until <= clock.now()) giveUp();
    }
    isServing = false;
  }

  return {
    perSecond,
    get waiting() {
      return waiters().size;
    },
    pause(ms) {
      const cutMs = Math.min(ms, longestPauseMs);
      pausedUntil = Math.max(pausedUntil, clock.now() + cutMs);
      slots?.pause(cutMs);
    },
    async take({ lane = "usual", signal, timeoutMs = Infinity } = {}) {
      signal?.throwIfAborted();
      const own: readonly Lane[] = lane === "either" ? ["urgent", "usual"] : [lane];
      if (!isWaitedFor() && !isServing && tryTurn() === 0) {
        return pickLane(own.includes("urgent"), own.includes("usual"));
      }
      return await new Promise<Lane>((resolve, reject) => {
        const leave = (reason: unknown) => {
          release();
          if (!remove(waiter)) return;
          if (!isWaitedFor()) wake?.abort();
          reject(reason);
        };
        const waiter: Waiter = {
          lanes: own,
          until: clock.now() + timeoutMs,
          go(granted) {
            release();
            resolve(granted);
          },
          giveUp: () => leave(new TurnTimeoutError(`no turn within ${timeoutMs} ms`)),
        };
        const release = onAbort(signal, () => leave(signal?.reason));
        for (const each of own) lanes[each].add(waiter);
        if (waiter.until < wakesAt) wake?.abort();
        void serve();
      });
    },
  };
}
