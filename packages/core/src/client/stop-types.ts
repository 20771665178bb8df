import type { OptionKinds } from "../errors/input-errors.ts";
import type { IdentifiedJob } from "../jobs/job-id.ts";
import type { LastSeen } from "../watcher/updates.ts";

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
