import { createOperation } from "./create-operation.ts";
import { ResponseError, SubmissionUnknownError } from "../errors/errors.ts";
import { makeCall } from "../calls/call.ts";
import type { CallContext, TokenSource, TurnOptions } from "../calls/call-context.ts";
import { type IdentifiedJob, isJobId, withId } from "../jobs/job-id.ts";
import type { JobSpecInput } from "../schemas/job-spec.ts";
import { parseJobSpec } from "../spec/parse.ts";
import { jobListUrl } from "../jobs/web.ts";

/**
 * Checks a spec and sends a create, again only when it is certain that the last one had no effect.
 * @throws {SpecError} the spec is wrong; nothing was sent.
 * @throws {SubmissionUnknownError} it was sent and its outcome is not known, also after an abort.
 * @throws the signal's own reason when it aborts before a byte has left.
 */
export async function submitJob(
  context: CallContext,
  input: JobSpecInput,
  options: TurnOptions & {
    allowUnknown?: boolean | undefined;
    tokens: TokenSource;
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
  },
): Promise<IdentifiedJob> {
  const spec = parseJobSpec(input, { allowUnknown: options.allowUnknown });
  let sentAt = new Date();
  const onSend = () => {
    sentAt = new Date();
  };
  const toUnknownError = (cause: unknown) => {
    const listUrl = jobListUrl(context.baseUrl, spec.workspace_id);
    const facts = { jobName: spec.name, sentAt: sentAt.toISOString(), listUrl };
    return new SubmissionUnknownError(facts, cause);
  };
  const job = await makeCall(context, createOperation, spec, {
    ...options,
    onSend,
    toUnknownError,
  });
  const jobId = job.job_id?.trim();
  if (isJobId(jobId)) return withId(job, jobId);
  const call = { operation: createOperation.name, host: context.host, attempts: 1 };
  throw toUnknownError(new ResponseError(call, 200, { rule: "no_job_id", params: {} }));
}
