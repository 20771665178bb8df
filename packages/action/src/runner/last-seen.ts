import { isOverdue } from "@qizhi/core/internal";

/** When a job, or any of a sweep, was seen last, and whether it should have been seen since. */
export class LastSeen {
  readonly #now: () => number;
  readonly #pauseMs: number;
  #seenAt: number | undefined;
  #dueAt = Infinity;
  #isTroubled = false;

  /**
   * @param now milliseconds that only grow.
   * @param pauseMs longest time between two answers.
   */
  constructor(now: () => number, pauseMs = 60_000) {
    this.#now = now;
    this.#pauseMs = pauseMs;
  }

  /**
   * Takes an answer.
   * @param nextPollMs when the next one is due, in ms from now.
   */
  note(nextPollMs = this.#pauseMs): void {
    this.#seenAt = this.#now();
    this.#dueAt = this.#seenAt + nextPollMs;
    this.#isTroubled = false;
  }

  /** Takes that the platform cannot be asked, or can be again. */
  noteTrouble(isTroubled: boolean): void {
    this.#isTroubled = isTroubled;
  }

  /** How long ago it was, in ms, where an answer is overdue; `undefined` where all is as it should be. */
  overdueMs(): number | undefined {
    if (this.#seenAt === undefined) return undefined;
    const now = this.#now();
    return this.#isTroubled || isOverdue(this.#dueAt, now) ? now - this.#seenAt : undefined;
  }
}
