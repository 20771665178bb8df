import type { Client } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { ApiError, isQizhiError } from "@qizhi/core";
import { saysNotFound } from "@qizhi/core/internal";
import type { Fate } from "../report/describe-sweep.ts";
import { type Ending, outcomes } from "../report/outcome.ts";
import { describeInterruption, type Interruption, stopOrLeave } from "../report/interruption.ts";
import type { StopOrLeave } from "../inputs/inputs.ts";
import { markSettled } from "../runner/state.ts";
import type { RunParts } from "./run-parts.ts";
import { type StopResult, stopWithin } from "./stop.ts";

// From the first signal: the runner sends SIGTERM after 7.5 s.
const stopGraceMs = 6_000;
const pollGraceMs = 5_000;
// For a stop that no signal hurries.
const unhurriedStopMs = 4_500;

/**
 * To be told of the job whenever it was seen: its end is written down for a re-run. That of a job which this
 * step has stopped is known before the platform is through with it.
 */
export type NoteEnd = (job: IdentifiedJob, how?: StopResult["kind"]) => void;

/** A job whose wait ended before the job did. */
export interface Interrupted extends Pick<RunParts, "inputs" | "cancel" | "log"> {
  readonly client: Client;
  /** The job as it was seen last. */
  readonly job: IdentifiedJob;
  /** Whether the step was given its id. */
  readonly isAttached: boolean;
  /** Whether another attempt of the workflow run follows it by now. */
  readonly isFollowedElsewhere: () => boolean;
  readonly noteEnd: NoteEnd;
}

/** The ending of a step that ends before its job: the job is stopped or left, as the inputs say. */
export async function endJob(
  interrupted: Interrupted,
  interruption: Interruption,
): Promise<Ending> {
  const { inputs, cancel, log } = interrupted;
  const ending = describeInterruption(interruption, inputs, "job");
  const asked = stopOrLeave(interruption, inputs);
  if (interruption.why === "error") {
    const settled = settleByError(interrupted, ending, interruption.error);
    if (settled !== undefined) return settled;
  }
  const wanted = asked === "stop" && interrupted.isFollowedElsewhere() ? "left to another" : asked;
  if (interruption.why === "cancel") {
    log.line(`cancelled: ${wanted === "stop" ? "stopping the job" : "the job is left"}`);
  }
  const leftMs = interruption.why === "cancel" ? cancel.leftMs : unhurried();
  const { job, fate, isAsWanted } = await settle(interrupted, wanted, leftMs);
  const passes = ending.passes === true && isAsWanted;
  return { ...ending, ...toFacts(job), fate, passes };
}

/** The ending where the error says all that there is to say of the job. */
function settleByError(
  { isAttached, job, inputs }: Interrupted,
  ending: Ending,
  error: unknown,
): Ending | undefined {
  const code = isQizhiError(error) ? error.code : undefined;
  // Nobody knows whether there is such a job: nothing is left, and nothing is to be stopped.
  if (isAttached && job.status === undefined && code === "api") {
    markSettled("reported");
    const { title, nextStep } = outcomes.lost;
    const outcome = error instanceof ApiError && saysNotFound(error) ? "lost" : ending.outcome;
    const said = { outcome, title, nextStep: ending.nextStep ?? nextStep } as const;
    return { ...ending, ...said, jobId: job.job_id };
  }
  if (code === "job_ended" || (code === "job_gone" && inputs.onError === "leave")) {
    markSettled(code === "job_ended" ? "ended" : "left");
    return { ...ending, ...toFacts(job) };
  }
  return undefined;
}

/** What an ending says of the job. */
export function toFacts(job: IdentifiedJob): Pick<Ending, "job" | "jobId" | "message"> {
  return { job, jobId: job.job_id, message: job.sub_msg || undefined };
}

function unhurried(): (graceMs: number) => number {
  const endsAt = performance.now() + unhurriedStopMs;
  return (graceMs) => Math.min(graceMs, endsAt - performance.now());
}

/** Stops or leaves the job, tells post of it, and says what became of it. */
async function settle(
  { client, job, isAttached, noteEnd }: Interrupted,
  wanted: StopOrLeave | "left to another",
  leftMs: (graceMs: number) => number,
): Promise<Fate & { job: IdentifiedJob }> {
  const id = job.job_id;
  if (wanted === "left to another") {
    markSettled("left");
    const fate = `The job was not stopped: another attempt of the workflow run follows it now (job-id: ${id}).`;
    return { job, fate, isAsWanted: false };
  }
  if (wanted === "leave") {
    markSettled("left");
    const isSeen = !isAttached || job.status !== undefined;
    const how = isSeen ? " and goes on" : "; nobody knows whether it goes on";
    const fate = `The job was left as it is${how} (job-id: ${id}).`;
    return { job, fate, isAsWanted: true };
  }
  const endsWithinMs = () => leftMs(pollGraceMs);
  const result = await stopWithin(client, id, () => leftMs(stopGraceMs), { endsWithinMs });
  if (result.job !== undefined) noteEnd(result.job, result.kind);
  const seen = { ...job, ...result.job };
  if (result.kind === "failed") {
    markSettled("stop-failed");
    const why = result.error.message;
    const fate = `The job could not be stopped and may go on: ${why} The post step tries once more.`;
    return { job: seen, fate, isAsWanted: false };
  }
  markSettled(result.kind);
  const hadEnded = result.kind === "ended";
  const fate = hadEnded ? "The job had ended before it could be stopped." : "The job was stopped.";
  return { job: seen, fate, isAsWanted: true };
}
