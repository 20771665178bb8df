import type { QizhiError } from "@qizhi/core";
import type { KnownJob } from "@qizhi/core/journal";
import { isQizhiError } from "@qizhi/core";
import { classifyStatus } from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import type { SeenJob } from "../text/job-times.ts";
import { toSeenJob } from "../view/job-output.ts";

/** What a look at a job gave. */
export type Look = { readonly seen: SeenJob } | { readonly error: QizhiError };

/** Whether a job can still change; one that ended and holds no nodes never does. */
export function mayChange({ seen }: KnownJob): boolean {
  const { isTerminal, holdsNodes } = classifyStatus(seen?.status);
  return !isTerminal || holdsNodes;
}

/**
 * Polls jobs, at the rate of the client. When the platform cannot be reached for one, the rest is not
 * asked: all of them have that error.
 */
export async function refreshJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: { readonly timeoutMs?: number } = {},
): Promise<Map<string, Look>> {
  const lost = new AbortController();

  async function poll(jobId: string): Promise<Look> {
    try {
      const job = await connection.client.getJob(jobId, { ...options, signal: lost.signal });
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
