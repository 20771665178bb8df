import { type ApiError, type KnownError, WaitTimeoutError } from "../errors/errors.ts";
import { ErrorBudget } from "./rules.ts";
import type { LastSeen, WaitOptions } from "./updates.ts";

/** How many polls are urgent after a change, because another change often follows. */
export const pollsAfterChange = 3;

/** A job that is watched, and all that is kept of it. */
export class WatchedJob {
  readonly jobId: string;
  /** When it was added, on the watch's clock. */
  readonly addedAt: number;
  /** It was just created. */
  readonly isNew: boolean;
  /** How it was seen before this watch. */
  readonly before: LastSeen | undefined;
  /** What its last answer said; none before the first. */
  seen: Sighting | undefined;
  /** When it is polled next, on the watch's clock. */
  dueAt: number;
  /** When its status or round was last seen to be new, on the watch's clock. */
  changedAt: number;
  /** When its present stay in the queue was seen to begin; one that was never seen counts as queued. */
  queuedSince: number | undefined;
  /** How many of the next polls are urgent. */
  quickPolls: number;
  /** The polls that failed since its last answer. */
  failing: Failing | undefined;
  /** The polls since its last answer to which the platform said that there is no such job. */
  refused: Refused | undefined;
  /** How many answers in a row had an end with a status that this version does not know. */
  endedPolls = 0;
  /** The nodes of the last answer; those before it, where it is about the end and has none (wire 2.2). */
  nodeNames: string[] = [];

  constructor(jobId: string, now: number, how: Pick<WatchedJob, "isNew" | "before">) {
    this.jobId = jobId;
    this.addedAt = this.dueAt = this.queuedSince = now;
    this.isNew = how.isNew;
    this.before = how.before;
    this.changedAt = how.isNew ? now : -Infinity;
    this.quickPolls = how.isNew ? pollsAfterChange : 0;
  }
}

/** What is kept of an answer about a job. */
export interface Sighting extends LastSeen {
  readonly message: string | undefined;
  readonly round: number | undefined;
}

/** Polls of a job that failed, one after the other. */
export class Failing extends ErrorBudget {
  /** How many they are. */
  polls = 0;
  /** They were reported as trouble of this job alone. */
  isReported = false;
  /** What the last of them failed with. */
  error: KnownError | undefined;
}

/** Polls to which the platform said that there is no such job, one after the other. */
export interface Refused {
  /** When the first of them began, on the watch's clock. */
  readonly sinceMs: number;
  polls: number;
  readonly isReported: boolean;
  readonly error: ApiError;
}

/**
 * The limit that the wait for a job reaches next: of one stay in the queue, or of the whole wait.
 * @returns its length in ms, and when it is reached, on the wait's clock; both `Infinity` where there is none.
 */
export function nextLimit(
  { timeoutMs = Infinity, queueTimeoutMs = Infinity }: WaitOptions,
  { addedAt, queuedSince = Infinity, seen, failing, refused }: WatchedJob,
) {
  // A job that was seen may have left the queue since its last answer.
  const isHeard = seen === undefined || (failing ?? refused) === undefined;
  const queuedUntil = isHeard ? queuedSince + queueTimeoutMs : Infinity;
  const total = { name: "total", at: addedAt + timeoutMs, ms: timeoutMs } as const;
  const queue = { name: "queue", at: queuedUntil, ms: queueTimeoutMs } as const;
  return queue.at < total.at ? queue : total;
}

/** The error of a wait that reached its limit. */
export function toTimeout(
  { jobId, seen }: WatchedJob,
  { name, at, ms }: ReturnType<typeof nextLimit>,
  now: number,
): WaitTimeoutError {
  // Only what is over by a second is worth another number than the one that was asked for.
  const waitedMs = now - at >= 1_000 ? ms + now - at : ms;
  return new WaitTimeoutError({ jobId, limit: name, limitMs: ms, waitedMs, status: seen?.status });
}
