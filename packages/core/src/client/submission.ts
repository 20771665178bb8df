import { operations } from "../calls/operations.ts";
import type { OptionKinds } from "../errors/input-errors.ts";
import { ResponseError } from "../errors/errors.ts";
import { makeCall, toUnknownOutcome } from "../calls/call.ts";
import type { CallContext, CallSettings } from "../calls/call-context.ts";
import { type IdentifiedJob, isJobId, withId } from "../jobs/job-id.ts";
import type { JobSpecInput } from "../schemas/job-spec.ts";
import { toCreateBody } from "../logs/wrapper.ts";
import { parseJobSpec } from "../spec/parse.ts";

/** How a create is sent. */
interface SubmitOptions extends Omit<CallSettings, "onSend"> {
  allowUnknown?: boolean | undefined;
  runId?: string | undefined;
  /** Called right before each send; what it throws keeps the create from being sent. */
  beforeSend?: (() => void) | undefined;
}

/** Every option of a create of the client. */
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
  const onSend = () => {
    options.beforeSend?.();
    sentAt = new Date();
  };
  const body = toCreateBody(spec, options.runId);
  const job = await makeCall(context, operations.create, body, { ...options, onSend });
  const jobId = job.job_id?.trim();
  if (isJobId(jobId)) return withId(job, jobId);
  const call = { operation: operations.create.name, host: context.host, attempts: 1 };
  const cause = new ResponseError(call, 200, { rule: "no_job_id", params: {} });
  throw toUnknownOutcome(context, operations.create, { body: spec, sentAt }, cause);
}
