import { onAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";

/** Wakes one sleeper. */
export interface Bell {
  /** Sleeps for `ms` or until the bell rings; at once when it rang since the last sleep. */
  wait(ms: number): Promise<void>;
  ring(): void;
}

/** Makes a bell, which an abort of the signal rings, too. */
export function createBell(clock: Clock, signal: AbortSignal): Bell {
  let hasRung = false;
  let wake: AbortController | undefined;
  const ring = () => {
    hasRung = true;
    wake?.abort();
  };
  return {
    ring,
    async wait(ms) {
      const release = onAbort(signal, ring);
      if (!hasRung && !signal.aborted) {
        const { signal: woken } = (wake = new AbortController());
        if (Number.isFinite(ms)) await clock.sleep(ms, woken).catch(() => {});
        else await new Promise<void>((resolve) => onAbort(woken, resolve));
      }
      release();
      wake = undefined;
      hasRung = false;
    },
  };
}
