import type { KnownError } from "@qizhi/core";
import type { KnownJob } from "@qizhi/core/journal";
import { isQizhiError } from "@qizhi/core";
import { canChange, classifySeen } from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import type { SeenJob } from "../view/job-output.ts";
import { toSeenJob } from "../view/job-output.ts";

/** The result of one poll of a job. */
export type Poll = { readonly seen: SeenJob } | { readonly error: KnownError };

/** Whether a job can still change; one that ended and holds no nodes never does. */
export function mayChange({ seen }: Pick<KnownJob, "seen">): boolean {
  return canChange(classifySeen(seen ?? {}));
}

/**
 * Polls jobs, at the rate of the client. When the platform cannot be reached for one, the others are not
 * polled and have the same error.
 */
export async function refreshJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<Map<string, Poll>> {
  const lost = new AbortController();
  const { signal: given, ...limits } = options;
  const signal = given ? AbortSignal.any([lost.signal, given]) : lost.signal;

  async function poll(jobId: string): Promise<Poll> {
    try {
      const job = await connection.client.getJob(jobId, { ...limits, signal });
      return { seen: toSeenJob(connection, job) };
    } catch (error) {
      if (!isQizhiError(error)) throw error;
      if (error.code !== "api") lost.abort(error);
      return { error };
    }
  }

  const polls = await Promise.all(jobIds.map(poll));
  return new Map(jobIds.map((jobId, at) => [jobId, polls[at]!]));
}
