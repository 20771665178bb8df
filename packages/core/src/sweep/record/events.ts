import type { KnownError } from "../../errors/errors.ts";
import type { Phase } from "../../jobs/phase.ts";
import type { HaltReason } from "./records.ts";
import type { RunStatus } from "./run-status.ts";

/** Something that happened in a sweep. `run` is the live status; it goes on changing. */
export type SweepEvent =
  /** A job was created for a run. */
  | { type: "submitted"; run: RunStatus; jobId: string }
  /** The job of a run was seen in another phase. */
  | { type: "phase"; run: RunStatus; phase: Phase }
  /** A run has ended, with no further try. */
  | { type: "ended"; run: RunStatus }
  /** A run failed and is to be tried again. */
  | { type: "retry"; run: RunStatus }
  /** A create has an unknown outcome; the run keeps its place until a person settles it. */
  | { type: "unknown"; run: RunStatus }
  /** An unknown run was settled: there is a job, or there is none and the run waits again. */
  | { type: "settled"; run: RunStatus }
  /** The platform says that the quota is used up; emitted once each time. */
  | { type: "quota"; error: KnownError }
  /** Several creates in a row had an unknown outcome: no more are sent until some are settled. */
  | { type: "paused"; unknown: number }
  /** No more jobs are created, and those that there are get stopped. */
  | { type: "halted"; reason: HaltReason }
  /**
   * The platform cannot be reached, or one job cannot be asked about or stopped; emitted once, the sweep goes on. An
   * `InputError`: something could not be written down on this machine.
   */
  | { type: "trouble"; error: KnownError }
  /** The platform can be reached again. */
  | { type: "recovered"; afterMs: number };

/** The result of a sweep. */
export interface SweepResult {
  /** Its id. */
  readonly id: string;
  readonly name: string;
  readonly variables: readonly string[];
  /** Every run, in order. */
  readonly runs: readonly RunStatus[];
  /** Why it ended before all runs were created. */
  readonly halted: HaltReason | undefined;
  /** Whether runs are left that cannot start: unknown ones hold their places, or it is paused. */
  readonly isBlocked: boolean;
  /** It creates no more jobs, because several creates in a row had an unknown outcome. */
  readonly isPaused: boolean;
  /** The limit at which it was left. */
  readonly limit: SweepLimit | undefined;
}

/** A limit of time that a sweep has reached; its jobs go on. */
export interface SweepLimit {
  /** Which: of the whole sweep, or of one job in the queue. */
  readonly limit: "total" | "queue";
  readonly limitMs: number;
  /** The run whose job was queued for too long. */
  readonly run: RunStatus | undefined;
}

/** A person's answer about a create of unknown outcome. `later`: no answer yet. */
export type UnknownAnswer = { readonly jobId: string } | "none" | "later";
