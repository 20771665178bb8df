import { countOf } from "@qizhi/core/internal";
import { isQizhiError, type KnownError, type QizhiErrorCode } from "@qizhi/core";
import { TakenOver } from "../runner/cancel.ts";
import { InputMistakes } from "../runner/raw-inputs.ts";
import { StateError } from "../runner/state.ts";
import { type Ending, type Outcome, outcomes, toEnding } from "./outcome.ts";

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
