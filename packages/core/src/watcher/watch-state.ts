import type { Bell, EventQueue } from "../async/event-queue.ts";
import type { Schedule, WatchedJob } from "./schedule.ts";
import type { JobsUpdate, WaitOptions, WatcherContext } from "./updates.ts";

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
