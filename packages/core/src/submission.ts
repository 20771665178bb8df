import { createOperation } from "./create-operation.ts";
import { ResponseError, SubmissionUnknownError } from "./errors.ts";
import { makeCall } from "./http/call.ts";
import type { CallContext, Pace, TokenSource } from "./http/call-context.ts";
import { mayHaveHadEffect } from "./http/retry.ts";
import { type IdentifiedJob, isJobId, withId } from "./job-id.ts";
import type { JobSpecInput } from "./schemas/job-spec.ts";
import { parseJobSpec } from "./spec/parse.ts";
import { jobListUrl } from "./web.ts";

/**
 * Checks a spec and sends a create, again only when it is certain that the last one had no effect.
 * @throws {SpecError} the spec is wrong; nothing was sent.
 * @throws {SubmissionUnknownError} it was sent and its outcome is not known.
 */
export async function submitJob(
  context: CallContext,
  input: JobSpecInput,
  options: {
    allowUnknown?: boolean | undefined;
    tokens: TokenSource;
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
    pace?: Pace | undefined;
  },
): Promise<IdentifiedJob> {
  const spec = parseJobSpec(input, { allowUnknown: options.allowUnknown });
  let sentAt = new Date();
  const onSend = () => {
    sentAt = new Date();
  };
  try {
    const job = await makeCall(context, createOperation, spec, { ...options, onSend });
    if (isJobId(job.job_id)) return withId(job, job.job_id);
    const call = { operation: createOperation.name, host: context.host, attempts: 1 };
    throw new ResponseError(call, 200, { rule: "no_job_id", params: {} });
  } catch (error) {
    if (!mayHaveHadEffect(error, createOperation.name)) throw error;
    const listUrl = jobListUrl(context.baseUrl, spec.workspace_id);
    const facts = { jobName: spec.name, sentAt: sentAt.toISOString(), listUrl };
    throw new SubmissionUnknownError(facts, error);
  }
}
