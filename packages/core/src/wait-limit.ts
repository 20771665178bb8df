import { formatDuration } from "./duration.ts";
import { WaitTimeoutError } from "./errors.ts";

/** A moment at which a wait ends without an outcome. */
export interface WaitLimit {
  /** The limit of the queue alone, or of the whole wait. */
  readonly name: "queue" | "total";
  /** When it is reached, on the wait's clock. */
  readonly at: number;
  /** Its length in ms. */
  readonly ms: number;
}

/** The limit that a wait reaches next, if it has one. */
export function nextLimit(
  limits: { timeoutMs?: number | undefined; queueTimeoutMs?: number | undefined },
  startedAt: number,
  isQueued: boolean,
): WaitLimit | undefined {
  const { timeoutMs, queueTimeoutMs } = limits;
  const total = toLimit("total", timeoutMs, startedAt);
  const queue = isQueued ? toLimit("queue", queueTimeoutMs, startedAt) : undefined;
  if (total === undefined || queue === undefined) return total ?? queue;
  return queue.at < total.at ? queue : total;
}

function toLimit(
  name: WaitLimit["name"],
  ms: number | undefined,
  startedAt: number,
): WaitLimit | undefined {
  return ms === undefined ? undefined : { name, at: startedAt + ms, ms };
}

/** The error of a wait that reached its limit. */
export function toTimeout(
  jobId: string,
  { name, ms }: WaitLimit,
  status: string | undefined,
): WaitTimeoutError {
  const limitText = formatDuration(ms);
  return new WaitTimeoutError({ jobId, limit: name, limitMs: ms, limitText, status });
}
