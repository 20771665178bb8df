import type { IdentifiedJob } from "@qizhi/core";
import { excerpt, isQizhiError } from "@qizhi/core";
import { sayError } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import type { Messages } from "./messages/en.ts";

const briefMs = 15_000;

/** What became of a job that was stopped by an interrupt. */
export interface Stopped {
  readonly isSent: boolean;
  /** The job after its end, where that came soon. */
  readonly job?: IdentifiedJob;
  /** The same in words. */
  readonly text: string;
}

/** Sends one stop for a job and waits briefly for the platform to have done it. */
export async function stopOnInterrupt(
  { client }: Connection,
  jobId: string,
  t: Messages,
): Promise<Stopped> {
  try {
    await client.stopJob(jobId, { timeoutMs: briefMs });
  } catch (error) {
    const why = isQizhiError(error) ? sayError(error, t).summary : String(error);
    return { isSent: false, text: t.couldNotStop(jobId, why) };
  }
  try {
    const job = await client.waitForJob(jobId, { timeoutMs: briefMs });
    return { isSent: true, job, text: t.nowIs(jobId, excerpt(job.status ?? t.noStatus, 60)) };
  } catch {
    return { isSent: true, text: t.stopSent(jobId) };
  }
}
