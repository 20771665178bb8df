import type { Clock } from "../async/clock.ts";
import type { OptionKinds } from "../errors/input-errors.ts";
import type { IdentifiedJob } from "../jobs/job-id.ts";
import type { RateLimiter } from "../calls/limiter.ts";
import type { Operation } from "../calls/operations.ts";
import type { JobSpecInput } from "../schemas/job-spec.ts";
import type { JobsUpdate, JobUpdate, LastSeen, WaitOptions, Watcher } from "../watcher/updates.ts";

/** Options of a single call. */
export interface CallOptions {
  /**
   * Ends the call within 100 ms, with the signal's own reason. A create that was sent by then rejects with
   * `SubmissionUnknownError`, whose cause is that reason.
   */
  signal?: AbortSignal | undefined;
  /**
   * Deadline of the call with all its retries, in ms. It counts from the call's turn at the limiter; only
   * `signal` limits the wait for that. @default the client's `callTimeoutMs`
   */
  timeoutMs?: number | undefined;
}

/** Every option of a single call. */
export const callOptionKinds: OptionKinds<CallOptions> = { signal: "any", timeoutMs: "number" };

/** How to stop a job. */
export interface StopOptions {
  /**
   * Polls the job first, and sends nothing where it has ended or is stopping. A poll that fails keeps no stop from being
   * sent, whatever the platform says. @default false
   */
  pollFirst?: boolean | undefined;
  /** Deadline of the stop with all its tries, in ms; it counts from the first turn at the limiter. @default the client's `callTimeoutMs` */
  timeoutMs?: number | undefined;
  /**
   * How a job was last seen, such as by an earlier process, or when it was created: within 30 s of that the platform may
   * not know it yet, and its stop is tried again. @default never
   */
  lastSeen?: ((jobId: string) => LastSeen | undefined) | undefined;
  /** Ends it within 100 ms, with the signal's own reason; a stop that was sent may work all the same. */
  signal?: AbortSignal | undefined;
}

/** Every option of a stop. */
export const stopOptionKinds: OptionKinds<StopOptions> = {
  pollFirst: "any",
  timeoutMs: "number",
  lastSeen: "any",
  signal: "any",
};

/** What became of a stop. */
export interface StopResult {
  readonly jobId: string;
  /**
   * `stopping`: the platform took the stop, and the job ends a little later, however it is polled until
   * then; `stopped`: a poll shows that it has; `ended`: it had ended by itself.
   */
  readonly outcome: "stopping" | "stopped" | "ended";
  /** Whether the platform took a stop. */
  readonly isSent: boolean;
  /** The job before the stop; with `pollFirst`, where it could be seen. */
  readonly before?: IdentifiedJob | undefined;
  /** The job after the stop, where the answer did not say enough or the job was not seen before. */
  readonly after?: IdentifiedJob | undefined;
}

/** What became of one stop of several: also that it failed. */
export type JobStop = StopResult | FailedStop;

/** A stop that failed, and how the job stands. */
export interface FailedStop {
  readonly jobId: string;
  readonly outcome: "failed";
  readonly error: Error;
  /** Whether a stop was sent, as far as it is known. */
  readonly isSent: boolean;
  /** Whether it may have worked although it failed: its answer was lost, or was a fault of the platform. */
  readonly mayHaveWorked: boolean;
  /** The job as it was polled last, where a poll was answered. */
  readonly seen?: IdentifiedJob | undefined;
  /** When that was, epoch ms. */
  readonly seenAtMs?: number | undefined;
}

/** How to stop many jobs. */
export interface StopJobsOptions extends StopOptions {
  /** Called with each as it is settled. */
  onSettled?: ((stop: JobStop) => void) | undefined;
}

/** Every option of many stops. */
export const stopJobsOptionKinds: OptionKinds<StopJobsOptions> = {
  ...stopOptionKinds,
  onSettled: "any",
};

/** Client of one platform for one account. */
export interface Client {
  /** Address of the platform, without a slash at its end. */
  readonly baseUrl: string;
  /** Name of the platform in reports. */
  readonly platformName: string;
  /** Gives every request its turn. */
  readonly limiter: RateLimiter;
  /** The clock of its deadlines and pauses. */
  readonly clock: Clock;
  /** Deadline of one call with all its retries, in ms. */
  readonly callTimeoutMs: number;
  /**
   * The time by the platform's clock, epoch ms: that of the `Date` of its answers, with which the times of jobs are
   * compared. Until the first answer it is this machine's.
   */
  platformNow(): number;
  /**
   * Submits a job. The request is sent again only when it is certain that it had no effect.
   * @returns the job with its id; further fields may be absent (wire 5).
   * @throws {SpecError | InputError} the spec or an option is wrong; nothing was sent.
   * @throws {SubmissionUnknownError} it was sent and its outcome is not known.
   * @throws {ApiError | AuthError | ConnectionError | ResponseError} it was refused or never arrived.
   */
  createJob(
    spec: JobSpecInput,
    options?: CallOptions & {
      allowUnknown?: boolean | undefined;
      /** Name of the job's folder in the spec's `log_dir`. @default a new one */
      runId?: string | undefined;
    },
  ): Promise<IdentifiedJob>;
  /**
   * Reads a job once.
   * @throws {InputError} it is no job id, or an option is wrong; nothing was sent.
   * @throws {ApiError} it was refused; for a job that the platform does not know with `platformCode` 100002, 100003 or
   * 100004, or with a name of that kind (wire 1.2).
   * @throws {AuthError | ConnectionError | ResponseError} there was no answer about the job.
   */
  getJob(jobId: string, options?: CallOptions): Promise<IdentifiedJob>;
  /**
   * Stops a job, and says what became of it: the platform takes a stop at once, and the job ends a little
   * later. A stop that is refused while the job is active, as one that is seconds old may be, is tried again
   * for half a minute; lost answers are cleared up by polls.
   * @throws {InputError} it is no job id, or an option is wrong; nothing was sent.
   * @throws {QizhiError} it could not be stopped in time, or there is no such job.
   */
  stopJob(jobId: string, options?: StopOptions): Promise<StopResult>;
  /**
   * Stops many jobs as `stopJob` does, and says what became of each, also that it failed: one entry for each
   * different id.
   * @throws {InputError} one is no job id, or an option is wrong; nothing was stopped.
   */
  stopJobs(jobIds: Iterable<string>, options?: StopJobsOptions): Promise<JobStop[]>;
  /**
   * Yields a job's changes until it ends; see {@link WaitOptions}. The job goes on if you leave.
   * @throws what `waitForJob` throws.
   */
  watchJob(jobId: string, options?: WaitOptions): AsyncGenerator<JobUpdate, IdentifiedJob>;
  /**
   * Yields the changes of many jobs until all have ended, over one schedule and one limiter; see
   * {@link WaitOptions}. The jobs go on if you leave. A job that is given up by itself is an update, `lost`.
   * @throws {InputError} one is no job id, or an option is wrong; nothing was sent.
   * @throws {WaitLostError} the platform was out of reach for the error budget: all are given up.
   * @throws {AuthError | ConnectionError | ResponseError} no poll would be answered any better.
   */
  watchJobs(jobIds: Iterable<string>, options?: WaitOptions): AsyncGenerator<JobsUpdate, void>;
  /** Opens a watch of many jobs to which more can be added later; see {@link WaitOptions}. */
  openWatcher(options?: WaitOptions): Watcher;
  /**
   * Waits until a job's outcome is known, and gives the job; see {@link WaitOptions}.
   * @throws {InputError} it is no job id, or an option is wrong; nothing was sent.
   * @throws {WaitTimeoutError | WaitLostError} a limit or the error budget is over; the job goes on.
   * @throws {JobGoneError} the platform does not know it any more.
   * @throws {JobEndedError} it has ended, and nobody knows how.
   * @throws {ApiError | AuthError | ConnectionError | ResponseError} the platform refused to show it, or no poll would be
   * answered any better.
   */
  waitForJob(
    jobId: string,
    options?: WaitOptions & { onUpdate?: ((update: JobUpdate) => void) | undefined },
  ): Promise<IdentifiedJob>;
  /**
   * Makes sure that there is a token, asking for one if needed.
   * @throws {AuthError} there is nothing to log in with, or the login was refused.
   * @throws {InputError} an option is wrong; nothing was sent.
   * @throws {ApiError | ConnectionError | ResponseError} the login was not answered with a token.
   */
  authenticate(options?: CallOptions): Promise<void>;
  /**
   * Sends any other call of the platform, with the token, the deadlines, the retries and the errors of the others;
   * see `defineOperation`.
   * @throws {InputError} the request is not what the operation's schema takes, or an option is wrong; nothing was sent.
   * @throws {SubmissionUnknownError} it may be sent only `once`, was sent, and its outcome is not known.
   * @throws {ResponseError} the answer is not what the operation's schema takes.
   */
  call<Request, Answer>(
    operation: Operation<Request, Answer>,
    request: NoInfer<Request>,
    options?: CallOptions,
  ): Promise<Answer>;
}
