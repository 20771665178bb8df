import { formatDuration } from "@qizhi/core";
import type { StopOrLeave, Inputs } from "../inputs/inputs.ts";
import { TakenOver } from "../runner/cancel.ts";
import { describeError } from "./describe-error.ts";
import { type Ending, toEnding } from "./outcome.ts";

/** Why a step ends before its jobs do. */
export type Interruption =
  | { readonly why: "cancel" }
  | { readonly why: "timeout"; readonly isQueued: boolean; readonly cause: string }
  | { readonly why: "error"; readonly error: unknown };

const waitOn = {
  job: {
    leave: "To wait on, run this action again with job-id instead of a spec.",
    stop: "Give a longer limit, or submit with wait: false and wait in a later run with job-id.",
  },
  sweep: {
    leave: "To wait on for a job, run this action with its job-id from the runs output.",
    stop: "Give a longer limit, or more room by max-active.",
  },
} as const;

/** What the inputs say of the jobs of an interrupted step. */
export function stopOrLeave(
  interruption: Interruption,
  { onCancel, onTimeout, onError }: Inputs,
): StopOrLeave {
  const { why } = interruption;
  // The jobs are those of another step now.
  if (why === "error" && interruption.error instanceof TakenOver) return "leave";
  return { cancel: onCancel, timeout: onTimeout, error: onError }[why];
}

/** The limit that a wait has reached: `timeout (1h)`. */
export function sayLimit(
  limit: "total" | "queue",
  { timeoutMs, queueTimeoutMs = 0 }: Pick<Inputs, "timeoutMs" | "queueTimeoutMs">,
): string {
  return limit === "queue"
    ? `queue-timeout (${formatDuration(queueTimeoutMs)})`
    : `timeout (${formatDuration(timeoutMs)})`;
}

/** The ending of an interrupted step, but for its jobs. */
export function describeInterruption(
  interruption: Interruption,
  { onTimeout, failOnTimeout }: Inputs,
  work: keyof typeof waitOn,
): Ending {
  if (interruption.why === "cancel") {
    return toEnding("cancelled", { cause: "The workflow was cancelled." });
  }
  if (interruption.why === "error") return describeError(interruption.error);
  const { isQueued, cause } = interruption;
  const ending = toEnding("timed-out", { cause, nextStep: waitOn[work][onTimeout] });
  if (!failOnTimeout) return { ...ending, title: "The wait is over", passes: true };
  return isQueued ? { ...ending, title: "Queued for too long" } : ending;
}

/** The ending of a step that was cancelled before anything was sent. */
export function describeUnsubmitted(what: "the job" | "a job"): Ending {
  const cause = `The workflow was cancelled before ${what} was submitted.`;
  return toEnding("cancelled", { cause, fate: "There is no job." });
}
