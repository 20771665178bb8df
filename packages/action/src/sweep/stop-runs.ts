import type { Client, IdentifiedJob } from "@qizhi/core";
import { classifyStatus } from "@qizhi/core";
import { look, type StopResult, stopWithin } from "../stop.ts";

const atOnce = 8;
const lookMs = 2_500;

/** A job to stop. */
export interface ToStop {
  readonly jobId: string;
}

/** How many jobs were stopped, and how many could not be in time. */
export interface Stopped {
  readonly stopped: number;
  readonly ended: number;
  readonly failed: number;
  /** Why, of the first that could not be. */
  readonly why: string | undefined;
}

/**
 * Stops jobs, each once, at the pace of the client's limiter and within a bounded time.
 * @param options.looksFirst stops none that has ended or is being stopped.
 * @param onResult told of each that was stopped or had ended.
 */
export async function stopRuns<Job extends ToStop>(
  client: Client,
  jobs: readonly Job[],
  options: { leftMs: () => number; looksFirst: boolean },
  onResult: (job: Job, result: Exclude<StopResult, { kind: "failed" }>) => void,
): Promise<Stopped> {
  const { leftMs, looksFirst } = options;
  const counts = { stopped: 0, ended: 0, failed: 0 };
  const open = [...jobs];
  let why: string | undefined;
  const work = async () => {
    for (let job = open.shift(); job !== undefined; job = open.shift()) {
      const result = await stopOne(client, job, leftMs, looksFirst);
      counts[result.kind] += 1;
      if (result.kind === "failed") why ??= result.error.message;
      else onResult(job, result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { ...counts, why };
}

/** The outcome of a run whose job was stopped or had ended. */
export function toOutcome(
  result: Exclude<StopResult, { kind: "failed" }>,
): "succeeded" | "failed" | "stopped" {
  const phase = result.kind === "ended" ? classifyStatus(result.job.status).phase : "stopped";
  return phase === "succeeded" || phase === "failed" ? phase : "stopped";
}

async function stopOne(
  client: Client,
  { jobId }: ToStop,
  leftMs: () => number,
  looksFirst: boolean,
): Promise<StopResult> {
  const late = (): StopResult => ({ kind: "failed", error: new Error("there was no time left") });
  const takesTurn = async () => {
    if (leftMs() < 1) return false;
    const signal = AbortSignal.timeout(Math.ceil(leftMs()));
    return client.limiter.take({ lane: "urgent", signal }).then(
      () => true,
      () => false,
    );
  };
  if (looksFirst) {
    if (!(await takesTurn())) return late();
    const job = await look(client, jobId, Math.min(lookMs, leftMs()));
    if (job !== undefined && isOver(job)) return { kind: "ended", job };
  }
  if (!(await takesTurn())) return late();
  return stopWithin(client, jobId, leftMs);
}

function isOver({ status }: IdentifiedJob): boolean {
  return status === "job_stopping" || classifyStatus(status).isTerminal;
}
