import { ApiError } from "./errors.ts";
import { makeCall } from "./http/call.ts";
import type { CallContext, TokenSource } from "./http/call-context.ts";
import { mayHaveHadEffect } from "./http/retry.ts";
import { detailOperation, stopOperation } from "./operations.ts";
import { classifyStatus } from "./phase.ts";

/**
 * Asks the platform to stop a job. Where a stop was sent twice because its answer was lost, and the
 * second is refused, the job itself tells whether the first one worked.
 * @throws {ApiError} the job had ended before.
 */
export async function stopJob(
  context: CallContext,
  jobId: string,
  options: {
    tokens: TokenSource;
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
  },
): Promise<void> {
  const body = { job_id: jobId };
  let mayHaveWorked = false;
  try {
    await makeCall(context, stopOperation, body, {
      ...options,
      turn: "urgent",
      onRetry: (error) => {
        mayHaveWorked ||= mayHaveHadEffect(error, stopOperation.name);
      },
    });
  } catch (error) {
    if (!mayHaveWorked || !(error instanceof ApiError)) throw error;
    const job = await makeCall(context, detailOperation, body, options).catch(() => undefined);
    options.signal?.throwIfAborted();
    const isStopped =
      job?.status === "job_stopping" || classifyStatus(job?.status).phase === "stopped";
    if (!isStopped) throw error;
  }
}
