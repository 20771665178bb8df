import { WaitTimeoutError } from "../errors/errors.ts";
import type { WaitOptions } from "./updates.ts";
import type { WatchedJob } from "./watched-job.ts";

/** A moment at which the wait for a job ends without an outcome. */
export interface WaitLimit {
  /** The limit of one stay in the queue, or of the whole wait. */
  readonly name: "queue" | "total";
  /** When it is reached, on the wait's clock. */
  readonly at: number;
  /** Its length in ms. */
  readonly ms: number;
}

/** The limit that the wait for a job reaches next, if it has one. */
export function nextLimit(
  { timeoutMs = Infinity, queueTimeoutMs = Infinity }: WaitOptions,
  { addedAt, queuedSince = Infinity }: WatchedJob,
): WaitLimit | undefined {
  const total: WaitLimit = { name: "total", at: addedAt + timeoutMs, ms: timeoutMs };
  const queue: WaitLimit = { name: "queue", at: queuedSince + queueTimeoutMs, ms: queueTimeoutMs };
  const next = queue.at < total.at ? queue : total;
  return next.at === Infinity ? undefined : next;
}

/** The error of a wait that reached its limit. */
export function toTimeout(
  { jobId, seen }: WatchedJob,
  { name, at, ms }: WaitLimit,
  now: number,
): WaitTimeoutError {
  // Only what is over by a second is worth another number than the one that was asked for.
  const waitedMs = now - at >= 1_000 ? ms + now - at : ms;
  return new WaitTimeoutError({ jobId, limit: name, limitMs: ms, waitedMs, status: seen?.status });
}
