import type { Client } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { classifyStatus, isStopping } from "@qizhi/core/internal";

const longestPollMs = 2_500;
const shortestPollMs = 200;
const checkMs = 100;

/** How a stop went. */
export type StopResult =
  /** The platform took it; the job ends a little later. */
  | { kind: "stopped" }
  /** It had ended by itself. */
  | { kind: "ended"; job: IdentifiedJob }
  /** It could not be stopped in time. */
  | { kind: "failed"; error: Error };

/** How a job is stopped. */
interface StopSettings {
  /** Sends nothing to a job that has ended or is stopping. */
  readonly pollFirst?: boolean;
  /** When it was created by another process, epoch ms: the platform may not know it for some seconds. */
  readonly createdAtMs?: number | undefined;
}

/** Stops a job within a time that a signal may shorten meanwhile. */
export async function stopWithin(
  client: Client,
  jobId: string,
  leftMs: () => number,
  { createdAtMs, ...options }: StopSettings = {},
): Promise<StopResult> {
  const late = new AbortController();
  const timer = setInterval(() => {
    if (leftMs() <= 0) late.abort(new Error("there was no time left"));
  }, checkMs);
  try {
    const timeoutMs = Math.max(1, leftMs());
    const lastSeen = () =>
      createdAtMs === undefined ? undefined : { status: undefined, atMs: createdAtMs };
    const settings = { ...options, timeoutMs, lastSeen, signal: late.signal };
    const { outcome, before, after = before } = await client.stopJob(jobId, settings);
    return outcome === "ended" && after !== undefined
      ? { kind: "ended", job: after }
      : { kind: "stopped" };
  } catch (error) {
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    clearInterval(timer);
  }
}

/** Polls a stopped job until it has ended or time is up; gives what was seen last. */
export async function pollUntilEnded(
  client: Client,
  jobId: string,
  leftMs: () => number,
): Promise<IdentifiedJob | undefined> {
  let job: IdentifiedJob | undefined;
  for (;;) {
    const timeoutMs = Math.min(leftMs(), longestPollMs);
    if (timeoutMs < shortestPollMs) return job;
    // A poll only adds facts to the report: one that fails does not matter.
    job = (await client.getJob(jobId, { timeoutMs }).catch(() => undefined)) ?? job;
    if (job !== undefined && classifyStatus(job.status).isTerminal) return job;
    if (leftMs() < 1_000) return job;
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}

/** Whether a job that was asked to stop is seen to do so. */
export function isSeenToStop({ status }: IdentifiedJob): boolean {
  return classifyStatus(status).isTerminal || isStopping(status);
}
