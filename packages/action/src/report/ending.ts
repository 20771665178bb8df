import type { IdentifiedJob } from "@qizhi/core/internal";
import type { SweepReport } from "./sweep-report.ts";

/** How the step ended; the `outcome` output. */
export type Outcome =
  /** Submitted, or looked at, and not waited for. */
  | "submitted"
  | "succeeded"
  | "failed"
  /** The job was stopped, not by this step. */
  | "stopped"
  /** The job has ended, with a status that this version does not know. */
  | "ended"
  /** The workflow was cancelled. */
  | "cancelled"
  /** A limit of this step was reached. */
  | "timed-out"
  /** The platform refused, or could not be asked. */
  | "error"
  /** A create was sent and its outcome is not known. */
  | "unknown";

/** Everything the step has to say at its end. */
export interface Ending {
  readonly outcome: Outcome;
  /** A few words of our own: the annotation's title and the summary's heading. */
  readonly title: string;
  /** What happened; may hold text of the platform. */
  readonly cause: string;
  /** What the platform said about it: untrusted, any length. */
  readonly message?: string | undefined;
  /** What to do next. */
  readonly nextStep?: string | undefined;
  /** What became of the job, when this step decided it. */
  readonly fate?: string | undefined;
  /** Known also when nothing was ever seen of the job. */
  readonly jobId?: string | undefined;
  /** The job as it was seen last. */
  readonly job?: IdentifiedJob | undefined;
  /** How long ago that was, in ms, where it should have been seen since. */
  readonly overdueMs?: number | undefined;
  /** The runs, where there are many. */
  readonly sweep?: SweepReport | undefined;
}

const good: ReadonlySet<Outcome> = new Set<Outcome>(["submitted", "succeeded"]);

/** Whether the step passes. */
export function isGood({ outcome }: Pick<Ending, "outcome">): boolean {
  return good.has(outcome);
}
