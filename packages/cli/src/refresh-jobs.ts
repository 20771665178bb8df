import type { KnownJob, QizhiError } from "@qizhi/core";
import { classifyStatus, isQizhiError, systemClock } from "@qizhi/core";
import type { Connection } from "./connect.ts";
import type { SeenJob } from "./job-times.ts";
import { toSeenJob } from "./job-output.ts";

/** What a look at a job gave. */
export type Look = { readonly seen: SeenJob } | { readonly error: QizhiError };

const atOnce = 8;
// Above 3 requests a second the platform may refuse (wire-facts 1.4).
const pauseMs = 340;

/** Whether a job can still change; one that ended and holds no nodes never does. */
export function mayChange({ seen }: KnownJob): boolean {
  const { isTerminal, holdsNodes } = classifyStatus(seen?.status);
  return !isTerminal || holdsNodes;
}

/**
 * Looks at jobs, at most eight at a time and after the first eight three a second. When the platform
 * cannot be reached for one, the rest is not asked.
 */
export async function refreshJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: { readonly timeoutMs?: number } = {},
): Promise<Map<string, Look>> {
  const looks = new Map<string, Look>();
  const startedAt = systemClock.now();
  let next = 0;
  let lost: QizhiError | undefined;

  async function work(): Promise<void> {
    while (next < jobIds.length) {
      const index = next++;
      const jobId = jobIds[index]!;
      const due = startedAt + Math.max(0, index + 1 - atOnce) * pauseMs;
      if (!lost && due > systemClock.now()) await systemClock.sleep(due - systemClock.now());
      looks.set(jobId, lost ? { error: lost } : await look(jobId));
    }
  }

  async function look(jobId: string): Promise<Look> {
    try {
      const job = await connection.client.getJob(jobId, options);
      return { seen: toSeenJob(connection, job) };
    } catch (error) {
      if (!isQizhiError(error)) throw error;
      if (error.code !== "api") lost = error;
      return { error };
    }
  }

  await Promise.all(Array.from({ length: atOnce }, work));
  return looks;
}
