import { formatDuration, isQizhiError, type KnownError, type QizhiErrorCode } from "@qizhi/core";
import { countOf } from "@qizhi/core/internal";
import type { Inputs, StopOrLeave } from "../inputs/inputs.ts";
import { TakenOver } from "../runner/cancel.ts";
import { InputMistakes } from "../runner/raw-inputs.ts";
import { StateError } from "../runner/state.ts";
import { type Ending, type Outcome, outcomes, toEnding } from "./outcome.ts";

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
  { work, onTimeout, failOnTimeout }: Inputs,
): Ending {
  if (interruption.why === "cancel") {
    return toEnding("cancelled", { cause: "The workflow was cancelled." });
  }
  if (interruption.why === "error") return describeError(interruption.error);
  const { isQueued, cause } = interruption;
  const steps = waitOn["plan" in work ? "sweep" : "job"];
  const ending = toEnding("timed-out", { cause, nextStep: steps[onTimeout] });
  if (!failOnTimeout) return { ...ending, title: "The wait is over", passes: true };
  return isQueued ? { ...ending, title: "Queued for too long" } : ending;
}

/** The ending of a step that was cancelled before anything was sent. */
export function describeUnsubmitted(what: "the job" | "a job"): Ending {
  const cause = `The workflow was cancelled before ${what} was submitted.`;
  return toEnding("cancelled", { cause, fate: "There is no job." });
}

/** The ending of a step that was cancelled while it waited for the answer to its create. */
export function describeDoubt(name: string, listUrl: string): Ending {
  return toEnding("unknown", {
    title: "Cancelled; the job may or may not exist",
    cause: `The workflow was cancelled while the job "${name}" was being submitted, and the platform did not answer in time.`,
    nextStep: `Look for "${name}" on ${listUrl} and stop it there if it exists; do not run again blindly.`,
  });
}

const titles: Readonly<Record<QizhiErrorCode, string>> = {
  spec: "The job spec is wrong",
  input: "The inputs are wrong",
  auth: "No access to the platform",
  api: "The platform refused",
  connection: "The platform could not be reached",
  response: "The platform's answer made no sense",
  submission_unknown: outcomes.unknown.title,
  job_gone: "The platform does not know the job any more",
  job_ended: outcomes.ended.title,
  wait_timeout: "The wait reached its limit",
  wait_lost: "The platform was out of reach for too long",
};

const errorOutcomes: Partial<Record<QizhiErrorCode, Outcome>> = {
  job_ended: "ended",
  job_gone: "lost",
  submission_unknown: "unknown",
};

const quotaStep =
  "The project's quota is used up: the spec is right, but it must wait until other jobs have ended.";

/** The ending of a step that failed for another reason than its job. */
export function describeError(error: unknown): Ending {
  if (error instanceof InputMistakes) {
    return toEnding("error", {
      title: titles.input,
      cause: `${countOf(error.mistakes.length, "mistake")}:\n${error.mistakes.map(({ text }) => `- ${text}`).join("\n")}`,
      remarks: error.mistakes.filter(({ place }) => place !== undefined),
      nextStep: "Nothing was sent to the platform. Correct the inputs and run again.",
    });
  }
  if (error instanceof StateError) {
    return toEnding("error", {
      title: "The runner's state file cannot be written",
      cause: `GITHUB_STATE: ${error.message}`,
      nextStep:
        "Nothing was sent to the platform: without that file nobody could stop the job after a cancel. Look at the disk and the temporary folder of the runner.",
    });
  }
  if (error instanceof TakenOver) {
    return toEnding("error", {
      title: "A re-run has taken over",
      cause: error.message,
      nextStep: "Look at the latest attempt of the workflow run.",
    });
  }
  if (isQizhiError(error)) return ofQizhiError(error);
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return toEnding("error", { cause });
}

function ofQizhiError(error: KnownError): Ending {
  const isQuota = error.code === "api" && error.isQuotaRefusal;
  return toEnding(errorOutcomes[error.code] ?? "error", {
    title: titles[error.code],
    cause: error.summary,
    nextStep: isQuota ? quotaStep : error.hint,
  });
}
