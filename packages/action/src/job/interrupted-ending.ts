import type { Client } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { formatDuration, isQizhiError, type WaitTimeoutError } from "@qizhi/core";
import { excerpt } from "@qizhi/core/internal";
import type { Cancel } from "../runner/cancel.ts";
import type { Ending } from "../report/ending.ts";
import { toErrorEnding } from "./error-ending.ts";
import type { Fate, Inputs } from "../inputs/inputs.ts";
import type { Log } from "../runner/log.ts";
import { markSettled } from "../runner/state.ts";
import { isSeenToStop, lookUntilEnded, stopWithin } from "./stop.ts";

// From the first signal: the runner sends SIGTERM after 7.5 s.
const stopGraceMs = 6_000;
const lookGraceMs = 5_000;
// For a stop that no signal hurries.
const unhurriedStopMs = 4_500;

/** A job whose wait ended before the job did. */
export interface Interrupted {
  readonly client: Client;
  readonly inputs: Inputs;
  readonly cancel: Cancel;
  readonly log: Log;
  /** The job as it was seen last. */
  readonly job: IdentifiedJob;
  /** Whether the step was given its id. */
  readonly isAttached: boolean;
  /** To be told of the job whenever it was seen: its end is written down for a re-run. */
  readonly noteEnd: (job: IdentifiedJob) => void;
}

/** The ending of a cancelled step: the job is stopped or left, as `on-cancel` says. */
export async function endByCancel(interrupted: Interrupted): Promise<Ending> {
  const { inputs, cancel, log } = interrupted;
  log.line(`cancelled: ${inputs.onCancel === "stop" ? "stopping the job" : "the job is left"}`);
  const { job, fate } = await decide(interrupted, inputs.onCancel, cancel.leftMs);
  return {
    outcome: "cancelled",
    title: "Cancelled",
    cause: "The workflow was cancelled.",
    ...toFacts(job),
    fate,
  };
}

/** The ending of a step that waited too long: the job is stopped or left, as `on-timeout` says. */
export async function endByTimeout(
  interrupted: Interrupted,
  { limit, status }: WaitTimeoutError,
): Promise<Ending> {
  const { inputs } = interrupted;
  const { job, fate } = await decide(interrupted, inputs.onTimeout, unhurried());
  const isQueue = limit === "queue";
  const limitText = formatDuration((isQueue ? inputs.queueTimeoutMs : inputs.timeoutMs) ?? 0);
  const seen = status === undefined ? "the platform never told its status" : `status ${status}`;
  return {
    outcome: "timed-out",
    title: isQueue ? "Queued for too long" : "Waited for too long",
    cause: isQueue
      ? `The job was still queued when queue-timeout (${limitText}) was over; ${seen}.`
      : `The job was still active when timeout (${limitText}) was over; ${seen}.`,
    ...toFacts(job),
    fate,
    nextStep:
      inputs.onTimeout === "leave"
        ? "To wait on, run this action again with job-id instead of a spec."
        : "Give a longer limit, or submit with wait: false and wait in a later run with job-id.",
  };
}

/** The ending of a step that could not go on: the job is stopped or left, as `on-error` says. */
export async function endByError(interrupted: Interrupted, error: unknown): Promise<Ending> {
  const ending = toErrorEnding(error);
  // Nobody knows whether there is such a job: nothing is left, and nothing is to be stopped.
  if (interrupted.isAttached && interrupted.job.status === undefined && isRefusal(error)) {
    markSettled("reported");
    const title = "The platform does not show this job";
    const nextStep =
      ending.nextStep ?? "Check job-id, base-url, and that the account may see the job.";
    return { ...ending, title, nextStep, jobId: interrupted.job.job_id };
  }
  const code = isQizhiError(error) ? error.code : undefined;
  const { onError } = interrupted.inputs;
  if (code === "job_ended" || (code === "job_gone" && onError === "leave")) {
    markSettled(code === "job_ended" ? "ended" : "left");
    return { ...ending, ...toFacts(interrupted.job) };
  }
  const { job, fate } = await decide(interrupted, onError, unhurried());
  return { ...ending, ...toFacts(job), fate };
}

function isRefusal(error: unknown): boolean {
  return isQizhiError(error) && error.code === "api";
}

function toFacts(job: IdentifiedJob): Pick<Ending, "job" | "jobId" | "message"> {
  return { job, jobId: job.job_id, message: job.sub_msg || undefined };
}

function unhurried(): (graceMs: number) => number {
  const endsAt = performance.now() + unhurriedStopMs;
  return (graceMs) => Math.min(graceMs, endsAt - performance.now());
}

/** Stops or leaves the job, tells post of it, and says what became of it. */
async function decide(
  { client, job, noteEnd }: Interrupted,
  wanted: Fate,
  leftMs: (graceMs: number) => number,
): Promise<{ job: IdentifiedJob; fate: string }> {
  const id = job.job_id;
  if (wanted === "leave") {
    markSettled("left");
    return { job, fate: `The job was left as it is and goes on (job-id: ${id}).` };
  }
  const result = await stopWithin(client, id, () => leftMs(stopGraceMs));
  if (result.kind === "failed") {
    markSettled("stop-failed");
    const why = result.error.message;
    const fate = `The job could not be stopped and may go on: ${why} The post step tries once more.`;
    return { job, fate };
  }
  if (result.kind === "ended") {
    markSettled("ended");
    noteEnd(result.job);
    return {
      job: { ...job, ...result.job },
      fate: "The job had ended before it could be stopped.",
    };
  }
  markSettled("stopped");
  const seen = await lookUntilEnded(client, id, () => leftMs(lookGraceMs));
  if (seen !== undefined) noteEnd(seen);
  if (seen === undefined || isSeenToStop(seen)) {
    return { job: { ...job, ...seen }, fate: "The job was stopped." };
  }
  markSettled("stop-failed");
  const fate = `The job was asked to stop and is still ${excerpt(seen.status ?? "active", 60)}. The post step tries once more.`;
  return { job: { ...job, ...seen }, fate };
}
