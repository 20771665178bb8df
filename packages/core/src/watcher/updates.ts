import { toListener } from "../async/callback.ts";
import type { Clock } from "../async/clock.ts";
import type { OptionKinds } from "../errors/input-errors.ts";
import type { KnownError } from "../errors/errors.ts";
import type { IdentifiedJob } from "../jobs/job-id.ts";
import type { RateLimiter } from "../calls/limiter.ts";
import type { Phase } from "../jobs/phase.ts";
import type { JobReport, ReportContext } from "../jobs/report.ts";

/** How to wait for one job or for many. */
export interface WaitOptions {
  /** Longest time in ms that each job is waited for; the job goes on. @default none */
  timeoutMs?: number | undefined;
  /** Longest single stay in the queue in ms, counted from when it was seen to begin; the job goes on. @default none */
  queueTimeoutMs?: number | undefined;
  /** How long the platform, or one job, may be out of reach before it is given up, in ms. @default 600000 */
  errorBudgetMs?: number | undefined;
  /** Shortest pause between two polls of a job in ms; pauses grow from here to a minute. @default 1000 */
  minIntervalMs?: number | undefined;
  /** Yields every poll, also where nothing changed; for a live view. @default false */
  everyPoll?: boolean | undefined;
  /** Goes on with an ended job while its nodes are held (wire 3.1). @default false */
  untilReleased?: boolean | undefined;
  /**
   * How a job was last seen before this wait, such as by an earlier process, or when it was created: where the platform
   * does not know it, it is given up after 30 s then, and not at once. @default never
   */
  lastSeen?: ((jobId: string) => LastSeen | undefined) | undefined;
  /** Ends the wait within 100 ms with the signal's own reason. The jobs go on. */
  signal?: AbortSignal | undefined;
}

/** Every option of a wait. */
export const waitOptionKinds: OptionKinds<WaitOptions> = {
  timeoutMs: "number",
  queueTimeoutMs: "number",
  errorBudgetMs: "number",
  minIntervalMs: "number",
  everyPoll: "any",
  untilReleased: "any",
  lastSeen: "any",
  signal: "any",
};

/** The last answer about a job. */
export interface LastSeen {
  readonly status: string | undefined;
  /** When that was, epoch ms. */
  readonly atMs: number;
}

/** What a caller knows of a job; a function that fails knows nothing. */
export function readLastSeen(
  { lastSeen }: Pick<WaitOptions, "lastSeen">,
  jobId: string,
): LastSeen | undefined {
  let seen: LastSeen | undefined;
  toListener((id: string) => (seen = lastSeen?.(id)))(jobId);
  return seen;
}

/** An update of a wait for a job. */
export type JobUpdate =
  /** A job was seen, and its status, round or message is new. */
  | {
      type: "job";
      /** The job, as it was asked for. */
      jobId: string;
      job: IdentifiedJob;
      /** Its report. */
      report: JobReport;
      phase: Phase;
      /** Its outcome is known. */
      isTerminal: boolean;
      /** It is not watched any more. */
      isLast: boolean;
      /** When the next poll is due at the latest, in ms from now. */
      nextPollMs: number;
    }
  /** The platform is out of reach, or with a `jobId` only this job is; reported once, the wait goes on. */
  | {
      type: "trouble";
      jobId?: string;
      error: KnownError;
      /** The last answer about a job that the platform has shown before and now refuses, and that may go on. */
      lastSeen?: LastSeen | undefined;
    }
  /** The platform can be reached again, or with a `jobId` this job. */
  | { type: "recovered"; jobId?: string; afterMs: number };

/** An update of a watch of many jobs. */
export type JobsUpdate =
  | JobUpdate
  /**
   * The platform says no about this job, such as for an unknown id (`ApiError`), or does not know it any more
   * (`JobGoneError`), it has ended and nobody knows how (`JobEndedError`), it alone could not be asked about for
   * the error budget (`WaitLostError`), or a limit was reached (`WaitTimeoutError`); it is not watched any
   * more, and the others are.
   */
  | { type: "lost"; jobId: string; error: KnownError };

/**
 * A watch of jobs that come and go, over one schedule and one limiter: `for await` gives their changes until it is
 * closed, also while there is no job in it. Leaving the loop closes it; the jobs go on. Of several loops over one watcher
 * each change goes to one, and leaving one ends all.
 */
export interface Watcher extends AsyncIterable<JobsUpdate> {
  /** How many jobs are watched; one that has ended or is lost is not watched any more. */
  readonly size: number;
  /** Watches a job, from now on. @throws {InputError} it is no job id. */
  add(jobId: string): void;
  /** Watches a job no longer. */
  remove(jobId: string): void;
  /** Ends the watch and the loop over its changes. */
  close(): void;
}

/** What a watch needs of its client. */
export interface WatcherContext extends ReportContext {
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
  /** Deadline of one poll with its retries, in ms. */
  readonly callTimeoutMs: number;
  /** Whether this client has just created a job. */
  isNew(jobId: string): boolean;
  /** How this client last saw a job. */
  lastSeen(jobId: string): LastSeen | undefined;
}
