import type { Bell } from "../async/bell.ts";
import type { EventQueue } from "../async/event-queue.ts";
import type { Schedule } from "./schedule.ts";
import type { JobsUpdate, WaitOptions, WatcherContext, LastSeen } from "./updates.ts";
import type { KnownError } from "../errors/errors.ts";

/** What the polls of one watcher share. */
export interface WatchState extends WatcherContext {
  readonly options: WaitOptions;
  readonly schedule: Schedule;
  readonly updates: EventQueue<JobsUpdate>;
  /** Aborts when the watcher is closed. */
  readonly signal: AbortSignal;
  /** The jobs whose last poll failed. */
  readonly failing: Set<WatchedJob>;
  /** How many polls are under way. */
  polling: number;
  outage: Outage | undefined;
  /** The platform has answered. */
  isReached: boolean;
  /** When it last answered about a job. */
  answeredAt: number;
  /** How often the polls were held back in a row because new tokens are refused. */
  refusals: number;
  /** When polls go on. */
  heldUntil: number;
  /** Wakes the loop. */
  readonly bell: Bell;
}

/** A time in which no poll was answered. */
export interface Outage {
  readonly sinceMs: number;
  /** The jobs whose polls failed, until it is reported. */
  readonly jobs: Set<WatchedJob>;
  isReported: boolean;
}

/** A job that is watched, and all that is kept of it. */
export interface WatchedJob {
  readonly jobId: string;
  /** When it is polled next, on the watch's clock. */
  dueAt: number;
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
    dueAt: now,
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
  };
}
