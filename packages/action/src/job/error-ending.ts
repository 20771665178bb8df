import { isQizhiError, type QizhiError, type QizhiErrorCode } from "@qizhi/core";
import type { Ending, Outcome } from "../report/ending.ts";
import { InputMistakes } from "../runner/raw-inputs.ts";
import { StateError } from "../runner/state.ts";

const titles: Readonly<Record<QizhiErrorCode, string>> = {
  spec: "The job spec is wrong",
  input: "The inputs are wrong",
  auth: "No access to the platform",
  api: "The platform refused",
  connection: "The platform could not be reached",
  response: "The platform's answer made no sense",
  submission_unknown: "The job may or may not exist",
  job_gone: "The platform does not know the job any more",
  job_ended: "The job ended, nobody knows how",
  wait_timeout: "The wait reached its limit",
  wait_lost: "The platform was out of reach for too long",
};

const outcomes: Partial<Record<QizhiErrorCode, Outcome>> = {
  job_ended: "ended",
  submission_unknown: "unknown",
};

const quotaStep =
  "The project's quota is used up: the spec is right, but it must wait until other jobs have ended.";

/** The ending of a step that failed for another reason than its job. */
export function toErrorEnding(error: unknown): Ending {
  if (error instanceof InputMistakes) {
    const count = error.mistakes.length === 1 ? "1 mistake" : `${error.mistakes.length} mistakes`;
    return {
      outcome: "error",
      title: "The inputs are wrong",
      cause: `${count}:\n${error.mistakes.map((mistake) => `- ${mistake}`).join("\n")}`,
      nextStep: "Nothing was sent to the platform. Correct the inputs and run again.",
    };
  }
  if (error instanceof StateError) {
    return {
      outcome: "error",
      title: "The runner's state file cannot be written",
      cause: `GITHUB_STATE: ${error.message}`,
      nextStep:
        "Nothing was sent to the platform: without that file nobody could stop the job after a cancel. Look at the disk and the temporary folder of the runner.",
    };
  }
  if (isQizhiError(error)) return ofQizhiError(error);
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    outcome: "error",
    title: "A fault of this action",
    cause: text,
    nextStep: "Please report it, with the log of a run that has step debug logging enabled.",
  };
}

function ofQizhiError(error: QizhiError): Ending {
  const isQuota = "isQuotaRefusal" in error && error.isQuotaRefusal === true;
  return {
    outcome: outcomes[error.code] ?? "error",
    title: titles[error.code],
    cause: error.summary,
    nextStep: isQuota ? quotaStep : error.hint,
  };
}
