import { onAbort, type Clock, systemClock } from "../async/clock.ts";
import { Bell } from "../async/event-queue.ts";
import { checkOptions } from "../errors/input-errors.ts";

/** Turns that all processes of a user share. */
export interface RateSlots {
  /** Takes a turn: 0 when it is taken now, else how many ms to wait before the next try. */
  claim(): number;
  /** Holds the turns of all processes back for `ms`. */
  pause(ms: number): void;
}

/** Which of two queues a request waits in; `urgent` goes first, and never takes more than its share. */
export type Lane = "usual" | "urgent";

/** Options of a turn. */
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

/** Whether there was no turn in time, also at a limiter of another copy of this library. */
export function isTurnTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TurnTimeoutError";
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
   * gets through. The call, wait or sweep that got the answer waits for the whole time itself.
   */
  pause(ms: number): void;
  /** How many wait. */
  readonly waiting: number;
  /** Requests per second. */
  readonly perSecond: number;
}

/** Options of `createRateLimiter`. */
export interface RateLimiterOptions {
  /** Requests per second, above 0; the platform may refuse from 3 on (wire 1.4). @default 3 */
  perSecond?: number | undefined;
  /** How many may go at once after a quiet time. @default 3, and no more than go in a second */
  burst?: number | undefined;
  /** Turns that are shared with other processes. @default none */
  slots?: RateSlots | undefined;
  /** Another clock; for tests. */
  clock?: Clock | undefined;
}

interface Waiter {
  readonly lane: Lane | "either";
  readonly go: (lane: Lane) => void;
  readonly giveUp: () => void;
  /** When its wait ends, on the limiter's clock. */
  readonly until: number;
}

/** The longest pause of all requests, in ms. */
export const longestPauseMs = 60_000;

// At most two urgent requests pass in a row while a usual one waits.
const maxUrgentBurst = 2;

/** How many may go at once after a quiet time, where nothing else is said. */
export function defaultBurst(perSecond: number): number {
  return Math.max(1, Math.min(3, Math.floor(perSecond)));
}

/**
 * Creates a limiter. In no stretch of `burst / perSecond` seconds do more than `burst` requests pass; with
 * the defaults that is three in any second, not only on average.
 * @throws {InputError} it has no such option, or a number of one is not above 0, or `burst` not finite.
 */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  checkOptions("createRateLimiter", options, {
    perSecond: "positive",
    burst: "finite",
    slots: "any",
    clock: "any",
  });
  return new WindowLimiter(options);
}

class WindowLimiter implements RateLimiter {
  readonly perSecond: number;
  readonly #clock: Clock;
  readonly #slots: RateSlots | undefined;
  readonly #bell: Bell;
  readonly #windowMs: number;
  readonly #atOnce: number;
  /** When each of the last `burst` requests passed; a ring, as long as it has been needed. */
  readonly #passedAt: number[] = [];
  readonly #waiters = new Set<Waiter>();
  #oldest = 0;
  #pausedUntil = -Infinity;
  #urgentBurst = 0;
  #isServing = false;
  #wakesAt = Infinity;

  constructor({ perSecond = 3, burst, slots, clock = systemClock }: RateLimiterOptions) {
    const atOnce = Math.max(1, burst ?? defaultBurst(perSecond));
    this.perSecond = perSecond;
    this.#clock = clock;
    this.#slots = slots;
    this.#bell = new Bell(clock);
    this.#windowMs = (atOnce * 1_000) / perSecond;
    this.#atOnce = Math.floor(atOnce);
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  pause(ms: number): void {
    const cutMs = Math.min(ms, longestPauseMs);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + cutMs);
    this.#slots?.pause(cutMs);
  }

  async take({ lane = "usual", signal, timeoutMs = Infinity }: TakeOptions = {}): Promise<Lane> {
    signal?.throwIfAborted();
    if (this.waiting === 0 && !this.#isServing && this.#tryTurn() === 0) {
      return this.#pickLane(lane !== "usual", lane !== "urgent");
    }
    return await new Promise<Lane>((resolve, reject) => {
      const leave = (reason: unknown) => {
        release();
        if (!this.#waiters.delete(waiter)) return;
        if (this.waiting === 0) this.#bell.ring();
        reject(reason);
      };
      const waiter: Waiter = {
        lane,
        until: this.#clock.now() + timeoutMs,
        go(granted) {
          release();
          resolve(granted);
        },
        giveUp: () => leave(new TurnTimeoutError(`no turn within ${timeoutMs} ms`)),
      };
      const release = onAbort(signal, () => leave(signal?.reason));
      this.#waiters.add(waiter);
      if (waiter.until < this.#wakesAt) this.#bell.ring();
      void this.#serve();
    });
  }

  #firstIn(lane: Lane): Waiter | undefined {
    const other: Lane = lane === "urgent" ? "usual" : "urgent";
    for (const waiter of this.#waiters) if (waiter.lane !== other) return waiter;
    return undefined;
  }

  /** Takes a turn now, or gives the ms until the next one. */
  #tryTurn(): number {
    const now = this.#clock.now();
    const oldest = this.#passedAt[this.#oldest] ?? -Infinity;
    const freeAt = Math.max(oldest + this.#windowMs, this.#pausedUntil);
    const waitMs = freeAt > now ? freeAt - now : (this.#slots?.claim() ?? 0);
    if (waitMs > 0) return waitMs;
    this.#passedAt[this.#oldest] = now;
    this.#oldest = (this.#oldest + 1) % this.#atOnce;
    return 0;
  }

  /** Which of the lanes that have a request gets the next turn. */
  #pickLane(hasUrgent: boolean, hasUsual: boolean): Lane {
    const takesUrgent = hasUrgent && (!hasUsual || this.#urgentBurst < maxUrgentBurst);
    this.#urgentBurst = takesUrgent && hasUsual ? this.#urgentBurst + 1 : 0;
    return takesUrgent ? "urgent" : "usual";
  }

  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.waiting > 0) {
      const waitMs = this.#tryTurn();
      if (waitMs > 0) await this.#sleep(waitMs);
      else this.#serveNext();
    }
    this.#isServing = false;
  }

  #serveNext(): void {
    const firsts = { urgent: this.#firstIn("urgent"), usual: this.#firstIn("usual") };
    const lane = this.#pickLane(firsts.urgent !== undefined, firsts.usual !== undefined);
    const first = firsts[lane];
    if (first !== undefined && this.#waiters.delete(first)) first.go(lane);
  }

  /** Sleeps until the next turn or the end of a wait, and rejects the waits that have ended. */
  async #sleep(waitMs: number): Promise<void> {
    const all = [...this.#waiters];
    const leftMs = Math.min(...all.map(({ until }) => until)) - this.#clock.now();
    if (leftMs > 0) {
      // Ended early when nothing waits any more or a new request has less time: no timer may keep the
      // process alive for nothing.
      const sleepMs = Math.min(waitMs, leftMs);
      this.#wakesAt = this.#clock.now() + sleepMs;
      await this.#bell.wait(sleepMs);
    }
    for (const { until, giveUp } of all) if (until <= this.#clock.now()) giveUp();
  }
}
