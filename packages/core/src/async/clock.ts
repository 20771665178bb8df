import { onAbort } from "./abort.ts";

/** Time as the library sees it; a test may give its own. */
export interface Clock {
  /** Monotonic time in ms; for durations and deadlines. */
  now(): number;
  /** Resolves after `ms`; rejects at once with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
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

/** A duration capped at 2^31 - 1 ms: a longer timer would end at once. */
export function toTimerMs(ms: number): number {
  return Math.min(ms, 2_147_483_647);
}

/** Pauses that double with each failure in a row, in ms. @returns the pause after that many failures. */
export function backoff(firstMs: number, longestMs: number): (failures: number) => number {
  return (failures) => Math.min(firstMs * 2 ** (failures - 1), longestMs);
}
