import type { RunStatus, WaitOptions } from "@qizhi/core";
import { createQueueWatch, excerpt, formatDuration, systemClock } from "@qizhi/core";
import type { Messages } from "../messages/en.ts";
import { en } from "../messages/en.ts";

/** The abort reason of a sweep that is left at a limit. */
class LimitReached extends Error {
  override readonly name = "LimitReached";
  readonly ms: number;
  /** The run whose job was queued for too long; without it the limit is that of the whole wait. */
  readonly run: RunStatus | undefined;

  constructor(ms: number, run?: RunStatus) {
    super("a limit was reached");
    this.ms = ms;
    this.run = run;
  }
}

const tickMs = 200;

/**
 * Watches over the limits of a sweep that goes on.
 * @param onLimit told of the limit that is reached, again and again.
 * @returns ends it.
 */
export function watchLimits(
  runs: readonly RunStatus[],
  { timeoutMs = Infinity, queueTimeoutMs }: Pick<WaitOptions, "timeoutMs" | "queueTimeoutMs">,
  onLimit: (limit: LimitReached) => void,
): () => void {
  const { now } = systemClock;
  const endsAt = now() + timeoutMs;
  const findLong = createQueueWatch(queueTimeoutMs, now);
  const ticks = setInterval(() => {
    const run = findLong(runs);
    if (run !== undefined) onLimit(new LimitReached(queueTimeoutMs ?? 0, run));
    else if (now() >= endsAt) onLimit(new LimitReached(timeoutMs));
  }, tickMs);
  return () => clearInterval(ticks);
}

/** The limit that ended something, if it was one. */
export function toLimit(reason: unknown): LimitReached | undefined {
  return reason instanceof LimitReached ? reason : undefined;
}

/** Which limit was reached, in words. */
export function sayLimit({ ms, run }: LimitReached, { sweep: t }: Messages): string {
  const after = formatDuration(ms);
  return run === undefined ? t.overTime(after) : t.overQueue(excerpt(run.run.name, 100), after);
}

/** The limit as an error of a document, with the facts of a `WaitTimeoutError`. */
export function toLimitJson(limit: LimitReached, exitCode: number): object {
  const { ms, run } = limit;
  return {
    code: "wait_timeout",
    summary: sayLimit(limit, en),
    job_id: run?.jobId,
    limit: run === undefined ? "total" : "queue",
    limit_ms: ms,
    exit_code: exitCode,
  };
}
