import { setImmediate, setTimeout } from "node:timers/promises";
import type { Clock } from "./clock.ts";

/** A clock for many sleepers at once: when nothing else is left to do, it jumps to the next one's time. */
export interface SimulatedClock extends Clock {
  /** Lets time pass until `work` has settled. */
  runUntil<Value>(work: Promise<Value>): Promise<Value>;
  /** Sleepers at the moment. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly dueAt: number;
  resolve: (() => void) | undefined;
}

/** Makes a {@link SimulatedClock}. */
export function createSimulatedClock(): SimulatedClock {
  // Those that wake first at the front.
  const queue: Sleeper[] = [];
  let [now, sleepers] = [0, 0];
  return {
    now: () => now,
    get sleepers() {
      return sleepers;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        // Some time passes in every sleep, as with a timer: the sum of two floats may be the first of them.
        const sleeper: Sleeper = { dueAt: now + Math.max(0.001, ms), resolve };
        const onAbort = () => {
          sleeper.resolve = undefined;
          sleepers -= 1;
          reject(signal?.reason);
        };
        sleeper.resolve = () => {
          signal?.removeEventListener("abort", onAbort);
          sleepers -= 1;
          resolve();
        };
        sleepers += 1;
        signal?.addEventListener("abort", onAbort, { once: true });
        const at = queue.findLastIndex(({ dueAt }) => dueAt <= sleeper.dueAt) + 1;
        queue.splice(at, 0, sleeper);
      }),
    async runUntil(work) {
      const done = { is: false };
      const settle = () => {
        done.is = true;
      };
      work.then(settle, settle);
      let idle = 0;
      while (!done.is) {
        // All that follows from the last moment happens before the next one.
        await setImmediate();
        if (done.is) break;
        const next = queue.shift();
        if (next === undefined) {
          // A file that is loaded on demand takes real time.
          if (++idle > 1_000) throw new Error("nobody sleeps, and the work has not settled");
          await setTimeout(1);
          continue;
        }
        idle = 0;
        if (next.resolve === undefined) continue;
        now = Math.max(now, next.dueAt);
        next.resolve();
      }
      return work;
    },
  };
}
