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

/** A duration capped at 2^31 - 1 ms, as a longer timer would end at once; of what is over, none, as Node warns of less. */
export function toTimerMs(ms: number): number {
  return Math.min(Math.max(ms, 0), 2_147_483_647);
}

/** Pauses that double with each failure in a row, in ms. @returns the pause after that many failures. */
export function backoff(firstMs: number, longestMs: number): (failures: number) => number {
  return (failures) => Math.min(firstMs * 2 ** (failures - 1), longestMs);
}

interface Fan {
  readonly calls: Set<() => void>;
  readonly listener: () => void;
}

const fans = new WeakMap<AbortSignal, Fan>();

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

function listen(signal: AbortSignal): Fan {
  const calls = new Set<() => void>();
  const listener = () => {
    for (const call of calls) call();
  };
  const fan = { calls, listener };
  signal.addEventListener("abort", listener, { once: true });
  fans.set(signal, fan);
  return fan;
}

/**
 * Whether an error is the reason of an abort. Such a reason may be the error of another call, which says nothing about
 * the one that it ends.
 */
export function isReasonOf(signal: AbortSignal | undefined, error: unknown): boolean {
  return signal?.aborted === true && error === signal.reason;
}
