import type { EventQueue } from "../event-queue.ts";
import type { Schedule } from "./schedule.ts";
import type { JobsUpdate, WatcherContext, WatchJobsOptions } from "./updates.ts";

/** What the looks of one watcher share. */
export interface WatchState extends WatcherContext {
  readonly options: WatchJobsOptions;
  readonly schedule: Schedule;
  readonly updates: EventQueue<JobsUpdate>;
  /** What the platform last said about each job, and only that. */
  readonly told: Map<string, Told>;
  readonly signal: AbortSignal;
  /** The jobs whose last look failed. */
  readonly failing: Map<string, Failing>;
  looking: number;
  /** Nothing was heard since then, and these jobs failed (some of them, once it is told). */
  outage: { sinceMs: number; jobs: Set<string>; isTold: boolean } | undefined;
  /** The platform has answered. */
  isReached: boolean;
  /** When it last answered about a job. */
  answeredAt: number;
  /** How often the looks were held back in a row because new tokens are refused. */
  refusals: number;
  /** Until when they are. */
  heldUntil: number;
  /** Wakes the loop. */
  ring: () => void;
}

/** A job whose last look failed. */
export interface Failing {
  readonly sinceMs: number;
  failures: number;
  /** It was told that this job cannot be asked about, while others can. */
  isTold: boolean;
}

/** What is kept of a job. */
export interface Told {
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly isQueued: boolean;
}
