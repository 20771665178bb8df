/** Time as the library sees it; a test may give its own. */
export interface Clock {
  /** Monotonic time in ms; for durations and deadlines. */
  now(): number;
  /** Resolves after `ms`; rejects at once with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(() => {
        forget();
        resolve();
      }, toTimerMs(ms));
      const forget = onAbort(signal, () => {
        forget();
        clearTimeout(timer);
        reject(signal?.reason);
      });
    }),
};

/** A duration capped at 2^31 - 1 ms, as a longer timer would end at once; of what is over, none, as Node warns of less. */
export function toTimerMs(ms: number): number {
  return Math.min(Math.max(ms, 0), 2_147_483_647);
}

/** Pauses that double with each failure in a row, in ms. @returns the pause after that many failures. */
export function backoff(firstMs: number, longestMs: number): (failures: number) => number {
  return (failures) => Math.min(firstMs * 2 ** (failures - 1), longestMs);
}

const fans = new WeakMap<AbortSignal, ReturnType<typeof listen>>();

/**
 * Calls back when a signal aborts. All callers share one listener of the signal: many waits under
 * one signal would otherwise make Node 20 warn of a leak.
 * @returns removes the callback; to be called in any case.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  const fan = fans.get(signal) ?? listen(signal);
  // A function for each caller, because the same callback may be given twice.
  const call = () => callback();
  fan.calls.add(call);
  return () => {
    fan.calls.delete(call);
    if (fan.calls.size > 0) return;
    signal.removeEventListener("abort", fan.listener);
    if (fans.get(signal) === fan) fans.delete(signal);
  };
}

function listen(signal: AbortSignal) {
  const calls = new Set<() => void>();
  const listener = () => {
    for (const call of calls) call();
  };
  const fan = { calls, listener };
  signal.addEventListener("abort", listener, { once: true });
  fans.set(signal, fan);
  return fan;
}

/** What work gives; an abort ends the wait for it at once, with the signal's reason. */
export function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason));
    void work.then(resolve, reject).finally(forget);
    if (signal.aborted) reject(signal.reason);
  });
}

/**
 * Whether an error is the reason of an abort. Such a reason may be the error of another call, which says nothing about
 * the one that it ends.
 */
export function isReasonOf(signal: AbortSignal | undefined, error: unknown): boolean {
  return signal?.aborted === true && error === signal.reason;
}

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
