import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@qizhi/core";
import type { IdentifiedJob, LastSeen } from "@qizhi/core/internal";
import { classifyStatus, excerpt, isOutcome, isStopping } from "@qizhi/core/internal";
import type { StopCounts } from "../report/describe-sweep.ts";

const longestPollMs = 2_500;
const shortestPollMs = 200;
const checkMs = 100;
const pauseMs = 700;
// After so many looks the job is in no hurry.
const manyLooks = 10;
const longPauseMs = 5_000;

export type StopResult =
  /** The platform took it. `job` is seen to stop; without one no poll since was answered. */
  | { kind: "stopped"; job: IdentifiedJob | undefined }
  /** It had ended by itself. */
  | { kind: "ended"; job: IdentifiedJob }
  /** It could not be stopped in time. `job` was asked to stop, and is still active. */
  | { kind: "failed"; error: Error; job?: IdentifiedJob };

interface StopSettings {
  /** Sends nothing to a job that has ended or is stopping. */
  readonly pollFirst?: boolean;
  /** When it was created by another process, epoch ms: the platform may not know it for some seconds. */
  readonly createdAtMs?: number | undefined;
  /** For how long its end is waited for. @default not at all, once it is seen to stop */
  readonly endsWithinMs?: () => number;
}

/** Stops a job within a time that a signal may shorten meanwhile, and looks whether it does stop. */
export function stopWithin(
  client: Client,
  jobId: string,
  leftMs: () => number,
  { endsWithinMs, ...settings }: StopSettings = {},
): Promise<StopResult> {
  const sending = sendStop(client, jobId, leftMs, settings);
  return lookAfter(sending, { client, jobId, leftMs, endsWithinMs });
}

/** A stop that was begun, and how its job is looked at. */
interface Begun {
  readonly client: Client;
  readonly jobId: string;
  readonly leftMs: () => number;
  readonly endsWithinMs?: StopSettings["endsWithinMs"] | undefined;
  /** Resolves once all stops that are sent together are taken: a look would take the turn of another one. */
  readonly allSent?: Promise<unknown> | undefined;
}

async function lookAfter(
  sending: ReturnType<typeof sendStop>,
  { client, jobId, leftMs, endsWithinMs, allSent }: Begun,
): Promise<StopResult> {
  try {
    const { outcome, after } = await sending;
    if (outcome === "ended" && after !== undefined) return { kind: "ended", job: after };
    const seen = after !== undefined && isSeenToStop(after) ? after : undefined;
    const isEnough = endsWithinMs === undefined ? isSeenToStop : hasEnded;
    if (seen !== undefined && isEnough(seen)) return { kind: "stopped", job: seen };
    // One stop that is tried for long must not keep the others from being seen.
    if (allSent !== undefined) await Promise.race([allSent, sleep(leftMs() / 2)]);
    const polled = await pollUntil(client, jobId, endsWithinMs ?? leftMs, isEnough);
    const job = polled ?? seen;
    if (job === undefined || isSeenToStop(job)) return { kind: "stopped", job };
    const error = `It was asked to stop and is still ${excerpt(job.status ?? "active", 60)}.`;
    return { kind: "failed", error: new Error(error), job };
  } catch (error) {
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Sends the stop until it is taken, and gives what core knows of the job. */
async function sendStop(
  client: Client,
  jobId: string,
  leftMs: () => number,
  { createdAtMs, ...options }: Pick<StopSettings, "createdAtMs" | "pollFirst">,
): Promise<{ outcome: string; after?: IdentifiedJob | undefined }> {
  const late = new AbortController();
  const timer = setInterval(() => {
    if (leftMs() <= 0) late.abort(new Error("there was no time left"));
  }, checkMs);
  try {
    const timeoutMs = Math.max(1, leftMs());
    const lastSeen = seenAt(createdAtMs);
    const settings = { ...options, timeoutMs, lastSeen, signal: late.signal };
    const { outcome, before, after = before } = await client.stopJob(jobId, settings);
    return { outcome, after };
  } finally {
    clearInterval(timer);
  }
}

/** Polls a job that was asked to stop until that is enough or time is up; gives what was seen last. */
async function pollUntil(
  client: Client,
  jobId: string,
  leftMs: () => number,
  isEnough: (job: IdentifiedJob) => boolean,
): Promise<IdentifiedJob | undefined> {
  let job: IdentifiedJob | undefined;
  for (let looks = 1; ; looks += 1) {
    const timeoutMs = Math.min(leftMs(), longestPollMs);
    if (timeoutMs < shortestPollMs) return job;
    // The wait for its turn counts, too. A poll that fails says nothing of the job.
    const signal = AbortSignal.timeout(Math.ceil(timeoutMs));
    job = (await client.getJob(jobId, { timeoutMs, signal }).catch(() => undefined)) ?? job;
    if (job !== undefined && isEnough(job)) return job;
    if (leftMs() < 1_000) return job;
    await sleep(looks < manyLooks ? pauseMs : longPauseMs);
  }
}

function hasEnded({ status }: IdentifiedJob): boolean {
  return classifyStatus(status).isTerminal;
}

/** Whether a job that was asked to stop is seen to do so. */
function isSeenToStop(job: IdentifiedJob): boolean {
  return hasEnded(job) || isStopping(job.status);
}

/** A job that is seen to stop, or had ended. */
export type Stopped = StopResult & { kind: "stopped" | "ended"; job: IdentifiedJob };

const unseen = "It was asked to stop, and no answer since tells whether it does.";

/**
 * Stops jobs, each once, at the rate of the client's limiter and within a bounded time.
 * @param options.pollFirst stops none that has ended or is being stopped.
 * @param onResult told of each that is seen to stop or had ended.
 */
export async function stopRuns<
  Job extends { readonly jobId: string; readonly createdAtMs?: number | undefined },
>(
  client: Client,
  jobs: readonly Job[],
  { leftMs, pollFirst }: { leftMs: () => number; pollFirst: boolean },
  onResult: (job: Job, result: Stopped) => void,
): Promise<StopCounts> {
  const counts = { stopped: 0, ended: 0, failed: 0 };
  let why: string | undefined;
  const begun = jobs.map((job) => {
    const { jobId, createdAtMs } = job;
    return { job, sending: sendStop(client, jobId, leftMs, { pollFirst, createdAtMs }) };
  });
  const isAlone = begun.length === 1;
  const allSent = isAlone ? undefined : Promise.allSettled(begun.map(({ sending }) => sending));
  const look = async ({ job, sending }: (typeof begun)[number]) => {
    const { jobId } = job;
    const result = await lookAfter(sending, { client, jobId, leftMs, allSent });
    if (isStopped(result)) onResult(job, result);
    else why ??= result.kind === "failed" ? result.error.message : unseen;
    counts[isStopped(result) ? result.kind : "failed"] += 1;
  };
  await Promise.all(begun.map(look));
  return { ...counts, why };
}

function isStopped(result: StopResult): result is Stopped {
  return result.kind !== "failed" && result.job !== undefined;
}

/** The outcome of a run whose job was stopped or had ended, be it with a status that nobody knows. */
export function toOutcome({ kind, job }: Stopped): "succeeded" | "failed" | "stopped" | "ended" {
  const { phase } = classifyStatus(job.status);
  return isOutcome(phase) ? phase : kind;
}

/** For core, which gives up a job at once that nobody has seen: a new one the platform may not know for some seconds. */
export function seenAt(createdAtMs: number | undefined): () => LastSeen | undefined {
  return () => (createdAtMs === undefined ? undefined : { status: undefined, atMs: createdAtMs });
}
