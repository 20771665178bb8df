import { operations } from "../calls/operations.ts";
import type { OptionKinds } from "../errors/input-errors.ts";
import { isQizhiError, ResponseError } from "../errors/errors.ts";
import { unknownRules } from "../errors/rules/sentences.ts";
import { mayHaveHadEffect } from "../calls/retry.ts";
import type { AttemptOutcome } from "../journal/records.ts";
import { excerpt } from "../text/text.ts";
import { makeCall, toUnknownOutcome } from "../calls/call.ts";
import type { CallContext, CallSettings } from "../calls/call-context.ts";
import { type IdentifiedJob, isJobId, withId } from "../jobs/job-id.ts";
import type { JobSpecInput } from "../schemas/job-spec.ts";
import { toCreateBody } from "../logs/wrapper.ts";
import { parseJobSpec } from "../spec/parse.ts";

interface SubmitOptions extends CallSettings {
  allowUnknown?: boolean | undefined;
  runId?: string | undefined;
}

export const createOptionKinds: OptionKinds<
  Omit<SubmitOptions, "turnTimeoutMs" | "attemptTimeoutMs" | "maxAttempts">
> = {
  signal: "any",
  timeoutMs: "number",
  allowUnknown: "any",
  runId: "any",
  turn: "inner",
  answerGraceMs: "inner",
  onAnswerAwaited: "inner",
  beforeSend: "inner",
};

/**
 * Checks a spec and sends a create, again only when it is certain that the last one had no effect.
 * @throws {SpecError} the spec is wrong; nothing was sent.
 * @throws {SubmissionUnknownError} it was sent and its outcome is not known, also after an abort.
 * @throws the signal's own reason when it aborts before a byte has left.
 */
export async function submitJob(
  context: CallContext,
  input: JobSpecInput,
  options: SubmitOptions,
): Promise<IdentifiedJob> {
  const spec = parseJobSpec(input, { allowUnknown: options.allowUnknown });
  let sentAt = new Date();
  const beforeSend = () => {
    options.beforeSend?.();
    sentAt = new Date();
  };
  const body = toCreateBody(spec, options.runId);
  const job = await makeCall(context, operations.create, body, { ...options, beforeSend });
  const jobId = job.job_id?.trim();
  if (isJobId(jobId)) return withId(job, jobId);
  const call = { operation: operations.create.name, host: context.host, attempts: 1 };
  const cause = new ResponseError(call, 200, { rule: "no_job_id", params: {} });
  throw toUnknownOutcome(context, operations.create, { body: spec, sentAt }, cause);
}

/** What is certain after a create that gave no job. */
export type CreateFailure =
  /** There is no job, and no refusal: the create did not arrive, came too often or without a login. */
  | "not_sent"
  /** The platform or a gateway refused: there is no job, and another create would be refused as well. */
  | "refused"
  /** The project's quota is used up: there is no job, and later there may be room. */
  | "quota"
  /** There may be a job. It must not be sent again before a person has checked. */
  | "unknown";

/**
 * Says what is certain after `client.createJob` rejected; the one rule for every caller. An error that is
 * not of this library is `not_sent`: `createJob` rejects with one only before a byte has left.
 */
export function classifyCreateError(error: unknown): CreateFailure {
  if (!isQizhiError(error)) return "not_sent";
  if (error.code === "submission_unknown" || mayHaveHadEffect(error, "create")) return "unknown";
  if (error.code !== "api" && error.code !== "response") return "not_sent";
  // A login that failed on the way to the create.
  if (error.call.operation !== "create" || error.status === 429) return "not_sent";
  return error.code === "api" && error.isQuotaRefusal ? "quota" : "refused";
}

/** The outcome of a failed create as the journal keeps it. */
export function toFailedOutcome(error: unknown): AttemptOutcome {
  const result = classifyCreateError(error);
  if (result === "unknown") return toUnknown(error);
  const known = isQizhiError(error) ? error : undefined;
  const reason = excerpt(known?.summary ?? "it was interrupted before it was sent", 300);
  if (result === "not_sent") return { result, reason };
  const code = known?.code === "api" ? known.platformCode : undefined;
  return { result: "refused", reason, ...(code !== undefined && { code }) };
}

/** Keeps only what came instead of an answer: name and time are in the attempt. */
function toUnknown(error: unknown): AttemptOutcome {
  const isUnknown = isQizhiError(error) && error.code === "submission_unknown";
  const came = isUnknown ? error.cause : error;
  if (!isQizhiError(came)) {
    const reason = unknownRules.interrupted();
    return { result: "unknown", reason, cause: { code: "interrupted" } };
  }
  const { summary: _summary, hint: _hint, name: _name, ...facts } = came;
  return { result: "unknown", reason: excerpt(came.summary, 300), cause: { ...facts } };
}
