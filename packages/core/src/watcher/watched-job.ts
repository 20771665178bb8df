import type { KnownError } from "../errors/errors.ts";
import type { Due } from "./due-queue.ts";
import type { LastSeen } from "./updates.ts";

/** A job that is watched, and all that is kept of it. */
export interface WatchedJob extends Due {
  readonly jobId: string;
  /** When it was added, on the watch's clock. */
  readonly addedAt: number;
  /** It was just created. */
  readonly isNew: boolean;
  /** What its last answer said; none before the first. */
  seen: Sighting | undefined;
  /** When its status or round was last seen to be new, on the watch's clock. */
  changedAt: number;
  /** When its present stay in the queue was seen to begin; one that was never seen counts as queued. */
  queuedSince: number | undefined;
  /** How many of the next polls are urgent, because a change often follows a change. */
  quickPolls: number;
  /** The polls that failed since its last answer. */
  failing: Failing | undefined;
  /** The polls since its last answer to which the platform said that there is no such job. */
  refused: Failing | undefined;
  /** How many answers in a row had an end with a status that this version does not know. */
  endedPolls: number;
  /** The nodes of the last answer; those before it, where it is about the end and has none (wire 2.2). */
  nodeNames: string[];
  /** It is watched no longer. */
  isRemoved: boolean;
}

/** What is kept of an answer about a job. */
export interface Sighting extends LastSeen {
  readonly message: string | undefined;
  /** Status and round in one text. */
  readonly stage: string;
}

/** Polls of a job that failed, one after the other. */
export interface Failing {
  /** When the first of these polls began, on the watch's clock. */
  readonly sinceMs: number;
  /** How many they are. */
  polls: number;
  /** They were reported as trouble of this job alone. */
  isReported: boolean;
  /** What the last of them failed with. */
  error: KnownError;
}

export function newWatchedJob(jobId: string, now: number, isNew: boolean): WatchedJob {
  return {
    jobId,
    addedAt: now,
    isNew,
    seen: undefined,
    changedAt: isNew ? now : -Infinity,
    queuedSince: now,
    quickPolls: 0,
    failing: undefined,
    refused: undefined,
    endedPolls: 0,
    nodeNames: [],
    isRemoved: false,
    dueAt: now,
    order: 0,
  };
}
