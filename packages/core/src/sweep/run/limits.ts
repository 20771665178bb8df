import type { Clock } from "../../async/clock.ts";
import type { SweepLimit } from "../record/events.ts";
import { createQueueWatch } from "./queue-watch.ts";
import type { RunSweepOptions } from "./run-options.ts";
import type { RunStatus } from "../record/run-status.ts";

const tickMs = 200;

/**
 * Watches over the limits of a sweep.
 * @param onLimit told once of the limit that is reached.
 * @returns ends it.
 */
export function watchLimits(
  runs: readonly RunStatus[],
  { timeoutMs, queueTimeoutMs }: Pick<RunSweepOptions, "timeoutMs" | "queueTimeoutMs">,
  { now }: Clock,
  onLimit: (limit: SweepLimit) => void,
): () => void {
  if (timeoutMs === undefined && queueTimeoutMs === undefined) return () => {};
  const endsAt = now() + (timeoutMs ?? Infinity);
  const findLong = createQueueWatch(queueTimeoutMs, now);
  const end = () => clearInterval(ticks);
  const ticks = setInterval(() => {
    const run = findLong(runs);
    const isOver = now() >= endsAt;
    if (run === undefined && !isOver) return;
    end();
    onLimit(
      run === undefined
        ? { limit: "total", limitMs: timeoutMs ?? 0, run }
        : { limit: "queue", limitMs: queueTimeoutMs ?? 0, run },
    );
  }, tickMs);
  return end;
}
