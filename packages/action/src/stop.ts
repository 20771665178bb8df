import type { Client, IdentifiedJob } from "@qizhi/core";
import { classifyStatus, isQizhiError } from "@qizhi/core";

const longestTryMs = 2_500;
const firstPauseMs = 300;
const shortestTryMs = 500;
// A stop whose answer was lost may have worked: there is always time for a look after it.
const lookMs = 1_000;

/** How a stop went. */
export type StopResult =
  /** The platform took it; the job ends a little later. */
  | { kind: "stopped" }
  /** It had ended by itself. */
  | { kind: "ended"; job: IdentifiedJob }
  /** It could not be stopped in time. */
  | { kind: "failed"; error: Error };

/**
 * Stops a job within a bounded time: after each failure it looks at the job, and tries again if the
 * failure may pass and the job goes on.
 */
export async function stopWithin(
  client: Client,
  jobId: string,
  leftMs: () => number,
): Promise<StopResult> {
  let pauseMs = firstPauseMs;
  let mayHaveWorked = false;
  for (;;) {
    try {
      const tryMs = Math.max(shortestTryMs, leftMs() - lookMs);
      await client.stopJob(jobId, { timeoutMs: Math.min(longestTryMs, tryMs) });
      return { kind: "stopped" };
    } catch (error) {
      const isPassing = mayPass(error);
      mayHaveWorked ||= isPassing;
      const job = await look(client, jobId, Math.min(lookMs, leftMs()));
      const result = toResult(job, mayHaveWorked, error);
      const isLate = leftMs() < pauseMs + shortestTryMs + lookMs;
      if (result.kind !== "failed" || !isPassing || isLate) return result;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs *= 2;
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!isQizhiError(error)) return false;
  if (error.code === "connection" || error.code === "response") return true;
  const status = "status" in error ? Number(error.status) : 0;
  return error.code === "api" && (status === 429 || status >= 500);
}

/** What a job that was looked at tells of a stop whose last answer was an error. */
function toResult(
  job: IdentifiedJob | undefined,
  mayHaveWorked: boolean,
  error: unknown,
): StopResult {
  const failed = error instanceof Error ? error : new Error(String(error));
  if (job === undefined) return { kind: "failed", error: failed };
  const { phase, isTerminal } = classifyStatus(job.status);
  // Only the answer of an earlier try was lost.
  if (mayHaveWorked && (phase === "stopped" || job.status === "job_stopping")) {
    return { kind: "stopped" };
  }
  return isTerminal ? { kind: "ended", job } : { kind: "failed", error: failed };
}

/** Looks at a job within a bounded time; `undefined` when that does not work out. */
export async function look(
  client: Client,
  jobId: string,
  leftMs: number,
): Promise<IdentifiedJob | undefined> {
  if (leftMs < 200) return undefined;
  try {
    return await client.getJob(jobId, { timeoutMs: Math.min(leftMs, longestTryMs) });
  } catch {
    // The look only adds facts to the report.
    return undefined;
  }
}

/** Looks at a stopped job until it has ended or time is up; gives what was seen last. */
export async function lookUntilEnded(
  client: Client,
  jobId: string,
  leftMs: () => number,
): Promise<IdentifiedJob | undefined> {
  let job: IdentifiedJob | undefined;
  for (;;) {
    job = (await look(client, jobId, leftMs())) ?? job;
    if (job !== undefined && classifyStatus(job.status).isTerminal) return job;
    if (leftMs() < 1_000) return job;
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}
