import type { Client, IdentifiedJob } from "@qizhi/core";
import { classifyStatus, isQizhiError } from "@qizhi/core";

const longestTryMs = 2_500;
const firstPauseMs = 300;

/** How a stop went. */
export type StopResult =
  /** The platform took it; the job ends a little later. */
  | { kind: "stopped" }
  /** It had ended by itself. */
  | { kind: "ended"; job: IdentifiedJob }
  /** It could not be stopped in time. */
  | { kind: "failed"; error: Error };

/**
 * Stops a job within a bounded time: tries again after passing failures, and looks whether the job
 * has ended when the platform refuses.
 */
export async function stopWithin(
  client: Client,
  jobId: string,
  leftMs: () => number,
): Promise<StopResult> {
  let pauseMs = firstPauseMs;
  for (;;) {
    try {
      await client.stopJob(jobId, { timeoutMs: Math.min(longestTryMs, Math.max(500, leftMs())) });
      return { kind: "stopped" };
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      if (!mayPass(error)) return lookAfterRefusal(client, jobId, { leftMs, failure });
      if (leftMs() < pauseMs + 500) return { kind: "failed", error: failure };
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

async function lookAfterRefusal(
  client: Client,
  jobId: string,
  { leftMs, failure }: { leftMs: () => number; failure: Error },
): Promise<StopResult> {
  const job = await look(client, jobId, leftMs());
  const hasEnded = job !== undefined && classifyStatus(job.status).isTerminal;
  return hasEnded ? { kind: "ended", job } : { kind: "failed", error: failure };
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
