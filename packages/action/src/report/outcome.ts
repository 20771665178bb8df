import type { IdentifiedJob } from "@qizhi/core/internal";
import type { Remark } from "../runner/log.ts";
import type { SweepReport } from "./sweep-report.ts";

/** What an outcome means, and what is said of it where no more is known. */
interface Meaning {
  readonly isGood?: boolean;
  readonly title: string;
  readonly nextStep?: string;
  /** What is said of the runs of a sweep with this outcome. */
  readonly runs?: string;
}

const meanings = {
  /** Submitted, and not waited for. */
  submitted: {
    isGood: true,
    title: "Job submitted",
    nextStep: "To wait for it, run this action with job-id.",
  },
  /** Polled once, and not waited for. */
  active: {
    isGood: true,
    title: "Job is active",
    nextStep: "To wait for it, run this action with job-id and without wait: false.",
  },
  succeeded: { isGood: true, title: "Job succeeded" },
  failed: { title: "Job failed", runs: "failed" },
  /** The job was stopped, not by this step. */
  stopped: { title: "Job was stopped", runs: "were stopped" },
  /** The job has ended, with a status that this version does not know. */
  ended: { title: "The job ended, nobody knows how", runs: "ended, nobody knows how" },
  /** There is no such job any more, or the account may not see it. */
  lost: {
    title: "The platform does not show this job",
    nextStep: "Check job-id, base-url, and that the account may see the job.",
  },
  /** The workflow was cancelled. */
  cancelled: { title: "Cancelled" },
  /** A limit of this step was reached. */
  "timed-out": { title: "Waited for too long" },
  /** The platform refused, or could not be asked. */
  error: {
    title: "A fault of this action",
    nextStep: "Please report it, with the log of a run that has step debug logging enabled.",
  },
  /** A create was sent and its outcome is not known. */
  unknown: { title: "The job may or may not exist", runs: "may have jobs that nobody knows" },
} as const satisfies Record<string, Meaning>;

/** How the step ended; the `outcome` output. */
export type Outcome = keyof typeof meanings;

export const outcomes: Readonly<Record<Outcome, Meaning>> = meanings;

/** The node of a job that failed first. */
export interface FailedNode {
  /** Its rank and its host. */
  readonly name: string;
  /** The run of a sweep whose job it is. */
  readonly run?: string;
  readonly exitCode: number;
  /** What it printed last. */
  readonly lines: readonly string[];
}

/** Everything the step has to say at its end. */
export interface Ending {
  readonly outcome: Outcome;
  /** A few words of our own: the annotation's title and the summary's heading. */
  readonly title: string;
  /** What happened; may hold text of the platform. */
  readonly cause: string;
  /** What the platform said about it: untrusted, any length. */
  readonly message?: string | undefined;
  readonly nextStep?: string | undefined;
  /** What became of the job, when this step decided it. */
  readonly fate?: string | undefined;
  /** The node of each failed job that failed first, with its last lines; of a sweep for a few runs. */
  readonly failedNodes?: readonly FailedNode[];
  /** The job as it was seen last; its id alone where it never was. */
  readonly job?: IdentifiedJob | undefined;
  /** The priority that was asked for. */
  readonly askedPriority?: number | undefined;
  /** The nodes that the job ran on, as the wait saw them; its end may not name them any more. */
  readonly nodeNames?: readonly string[] | undefined;
  /** How many jobs were submitted one after the other, of which this is the last. */
  readonly tries?: number | undefined;
  /** Those before it, which have failed and count in GPU-hours and cost. */
  readonly earlier?: readonly IdentifiedJob[];
  /** The time by the platform's clock at the end of the step, epoch ms, where that is known. */
  readonly nowMs?: number | undefined;
  /** How long ago that was, in ms, where it should have been seen since. */
  readonly overdueMs?: number | undefined;
  /** The mistakes of the spec that have a place in its file. */
  readonly remarks?: readonly Remark[];
  /** The runs, where there are many. */
  readonly sweep?: SweepReport | undefined;
  /** Whether the step passes although the outcome is not a good one, as the inputs ask. */
  readonly passes?: boolean;
}

/** An ending with the title and the next step of its outcome, unless others are given. */
export function toEnding(
  outcome: Outcome,
  said: Omit<Ending, "outcome" | "title"> & { readonly title?: string },
): Ending {
  const { title, nextStep } = outcomes[outcome];
  return { outcome, title, nextStep, ...said };
}

/** Whether the step passes. */
export function doesPass(ending: Pick<Ending, "outcome" | "passes">): boolean {
  return isGood(ending) || ending.passes === true;
}

/** Whether all is as it was wanted. */
export function isGood({ outcome }: Pick<Ending, "outcome">): boolean {
  return outcomes[outcome].isGood ?? false;
}
