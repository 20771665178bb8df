import type { ApiError, KnownError } from "../errors/errors.ts";
import type { LastSeen } from "./updates.ts";

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
  refused: Failing<ApiError> | undefined;
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

/** What an error budget counts from, on the watch's clock. */
export interface Budget {
  /** When the first poll that failed began. */
  readonly sinceMs: number;
  /** Until when the platform asked for a pause that is longer than the budget. */
  askedUntil: number;
}

/** Polls of a job that failed, one after the other. */
export interface Failing<Why extends KnownError = KnownError> extends Budget {
  /** How many they are. */
  polls: number;
  /** They were reported as trouble of this job alone. */
  isReported: boolean;
  /** What the last of them failed with; of refusals the first. */
  error: Why;
}
