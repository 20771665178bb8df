import type { Clock } from "../clock.ts";
import type { QizhiError } from "../errors.ts";
import type { IdentifiedJob } from "../job-id.ts";
import type { RateLimiter } from "../limiter.ts";
import type { Phase } from "../phase.ts";

/** How to watch many jobs. */
export interface WatchJobsOptions {
  /** Longest time in ms that each job is watched; then it is `lost`, and goes on. @default none */
  timeoutMs?: number | undefined;
  /** Longest time in ms that each may stay queued meanwhile; then it is `lost`, and goes on. @default none */
  queueTimeoutMs?: number | undefined;
  /** How long the platform, or one job, may be out of reach before it is given up, in ms. @default 600000 */
  errorBudgetMs?: number | undefined;
  /** Shortest pause between two looks at one job in ms; pauses grow from here to a minute. @default 1000 */
  minIntervalMs?: number | undefined;
  /** Yields every look, also where nothing changed; for a live view. @default false */
  everyLook?: boolean | undefined;
  /** Goes on with an ended job while its nodes are held (wire-facts 3.1). @default false */
  untilReleased?: boolean | undefined;
  /** Ends the watch within 100 ms with the signal's own reason. The jobs go on. */
  signal?: AbortSignal | undefined;
}

/** Something that happened while many jobs are watched. */
export type JobsUpdate =
  /** A job was seen, and its status, round or message is new. `isLast`: it is not watched any more. */
  | {
      type: "job";
      jobId: string;
      job: IdentifiedJob;
      phase: Phase;
      isTerminal: boolean;
      isLast: boolean;
    }
  /**
   * The platform says no about this job, such as for an unknown id, it alone could not be asked about for
   * the error budget (`WaitLostError`), or a limit was reached (`WaitTimeoutError`); it is not watched any
   * more, and the others are.
   */
  | { type: "lost"; jobId: string; error: QizhiError }
  /** The platform cannot be asked, or with a `jobId` only not about this job; told once, the watch goes on. */
  | { type: "trouble"; jobId?: string; error: QizhiError }
  /** The platform can be asked again, or with a `jobId` about this job. */
  | { type: "recovered"; jobId?: string; afterMs: number };

/** What a watch needs of its client. */
export interface WatcherContext {
  getJob(
    jobId: string,
    options: {
      signal?: AbortSignal | undefined;
      timeoutMs?: number | undefined;
      /** The watcher takes the turn first, and then chooses the job. */
      turn?: "prepaid" | undefined;
    },
  ): Promise<IdentifiedJob>;
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  /** Deadline of one look with its retries, in ms. */
  readonly callTimeoutMs: number;
  /** Whether this client has just made a job. @default never */
  isNew?(jobId: string): boolean;
}
