import type { Client } from "@qizhi/core";
import { classifyStatus } from "@qizhi/core/internal";
import type { StopCounts } from "../report/describe-sweep.ts";
import { type StopResult, stopWithin } from "../job/stop.ts";

/** A job to stop. */
export interface ToStop {
  readonly jobId: string;
}

/**
 * Stops jobs, each once, at the rate of the client's limiter and within a bounded time.
 * @param options.pollFirst stops none that has ended or is being stopped.
 * @param onResult told of each that was stopped or had ended.
 */
export async function stopRuns<Job extends ToStop>(
  client: Client,
  jobs: readonly Job[],
  { leftMs, pollFirst }: { leftMs: () => number; pollFirst: boolean },
  onResult: (job: Job, result: Exclude<StopResult, { kind: "failed" }>) => void,
): Promise<StopCounts> {
  const counts = { stopped: 0, ended: 0, failed: 0 };
  let why: string | undefined;
  const stop = async (job: Job) => {
    const result = await stopWithin(client, job.jobId, leftMs, { pollFirst });
    counts[result.kind] += 1;
    if (result.kind === "failed") why ??= result.error.message;
    else onResult(job, result);
  };
  await Promise.all(jobs.map(stop));
  return { ...counts, why };
}

/** The outcome of a run whose job was stopped or had ended. */
export function toOutcome(
  result: Exclude<StopResult, { kind: "failed" }>,
): "succeeded" | "failed" | "stopped" {
  const phase = result.kind === "ended" ? classifyStatus(result.job.status).phase : "stopped";
  return phase === "succeeded" || phase === "failed" ? phase : "stopped";
}
