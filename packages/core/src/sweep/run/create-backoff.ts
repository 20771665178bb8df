import { backoff, type Clock } from "../../async/clock.ts";
import type { KnownError } from "../../errors/errors.ts";
import { toRetryAfter } from "../../watcher/rules.ts";

const longestPauseMs = 300_000;

/**
 * Holds creates back after a refusal for the quota, or while the platform is out of reach. It learns from a
 * refusal how many jobs there is room for, so that later each end of a job is followed by one create that
 * fits and not by another refusal. Beyond that number it tries again in growing pauses, because others may free
 * quota.
 */
export class CreateBackoff {
  readonly #clock: Clock;
  readonly #firstPauseMs: number;
  readonly #quotaPauseMs: (refusals: number) => number;
  readonly #outagePauseMs: (failures: number) => number;
  #room = Infinity;
  #refusals = 0;
  #nextProbeAt = -Infinity;
  #isReported = false;
  #failures = 0;
  #outageUntil = -Infinity;

  constructor(clock: Clock, firstPauseMs: number) {
    this.#clock = clock;
    this.#firstPauseMs = firstPauseMs;
    this.#quotaPauseMs = backoff(firstPauseMs, longestPauseMs);
    this.#outagePauseMs = backoff(firstPauseMs, longestPauseMs / 5);
  }

  /** The wait before the next create with so many jobs in flight, in ms. */
  waitMs(inFlight: number): number {
    const now = this.#clock.now();
    const probeMs = inFlight < this.#room ? 0 : this.#nextProbeAt - now;
    return Math.max(0, probeMs, this.#outageUntil - now);
  }

  /**
   * A create beside so many jobs was refused for the quota.
   * @returns whether it is to be reported: once until a create finds more room.
   */
  quotaRefused(inFlight: number): boolean {
    // With jobs in flight, the end of one is the likelier way to free quota.
    const leastMs = inFlight > 0 ? Math.min(this.#firstPauseMs * 12, longestPauseMs) : 0;
    this.#room = inFlight;
    this.#refusals += 1;
    const pauseMs = Math.max(this.#quotaPauseMs(this.#refusals), leastMs);
    this.#nextProbeAt = this.#clock.now() + scatter(pauseMs);
    const isNews = !this.#isReported;
    this.#isReported = true;
    return isNews;
  }

  /** The platform is out of reach or overloaded, and may ask to wait. */
  unavailable(error: KnownError): void {
    this.#failures += 1;
    const askedMs = toRetryAfter(error, this.#failures);
    const pauseMs = Math.max(askedMs, scatter(this.#outagePauseMs(this.#failures)));
    this.#outageUntil = this.#clock.now() + pauseMs;
  }

  /** A create was accepted, and so many jobs are in flight now. */
  accepted(inFlight: number): void {
    this.#failures = 0;
    this.#outageUntil = -Infinity;
    if (inFlight <= this.#room) return;
    // There is more room than was known; the next refusal shows how much.
    this.#room = Infinity;
    this.#refusals = 0;
    this.#isReported = false;
  }
}

/** Jitter, so that the runners of several people do not create at the same moment. */
function scatter(ms: number): number {
  return ms * (0.9 + Math.random() * 0.2);
}
