import { onAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";

/** Wakes one sleeper. */
export interface Bell {
  /** Sleeps for `ms` or until the bell rings; at once when it rang since the last sleep. */
  wait(ms: number): Promise<void>;
  ring(): void;
}

/** Makes a bell, which an abort of the signal rings for good. */
export function createBell(clock: Clock, signal: AbortSignal): Bell {
  let hasRung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    hasRung = true;
    wake?.();
  };
  onAbort(signal, ring);
  return {
    ring,
    async wait(ms) {
      if (!hasRung && !signal.aborted) await sleep(ms);
      wake = undefined;
      hasRung = false;
    },
  };

  async function sleep(ms: number): Promise<void> {
    if (ms === Infinity) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      return;
    }
    const woken = new AbortController();
    wake = () => woken.abort();
    await clock.sleep(ms, woken.signal).catch(() => {});
  }
}
