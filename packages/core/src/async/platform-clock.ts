// Clocks that are this close agree: the header is cut to seconds, and a server may send a stale one.
const toleranceMs = 2_000;
// Farther off, the header is that of a gateway with a clock of its own, and no time of a job would fit to it.
const mostMs = 86_400_000;

/** The platform's clock, as the `Date` of its answers shows it: the times of jobs are by it, not by this machine's. */
export class PlatformClock {
  #aheadMs = 0;

  /**
   * Takes the `Date` of an answer; one that agrees with those before changes nothing.
   * @param sentAt when the request was sent, by this machine's clock.
   * @param cameAt when its answer had come.
   */
  note(date: string | undefined, sentAt = new Date(), cameAt = new Date()): void {
    const theirs = Date.parse(date ?? "");
    const least = theirs - cameAt.getTime();
    const most = theirs + 1_000 - sentAt.getTime();
    const isNear = this.#aheadMs > least - toleranceMs && this.#aheadMs < most + toleranceMs;
    const aheadMs = Math.round((least + most) / 2);
    if (!isNear && Math.abs(aheadMs) <= mostMs) this.#aheadMs = aheadMs;
  }

  /** Its time, epoch ms; that of this machine until an answer says otherwise. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }
}
