import { type IdentifiedJob, saysNotFound } from "@qizhi/core/internal";
import { ApiError, isQizhiError } from "@qizhi/core";
import type { Fate } from "../report/describe-sweep.ts";
import { type Ending, outcomes } from "../report/outcome.ts";
import { describeInterruption, type Interruption, stopOrLeave } from "../report/interruption.ts";
import type { StopOrLeave } from "../inputs/inputs.ts";
import { markSettled } from "../runner/state.ts";
import type { FoundJob, JobParts } from "./find-job.ts";
import { stopWithin } from "./stop.ts";

// From the first signal: the runner sends SIGTERM after 7.5 s.
const stopGraceMs = 6_000;
const pollGraceMs = 5_000;
// For a stop that no signal hurries.
const unhurriedStopMs = 4_500;

/** The ending of a step that ends before its job, which is as it was seen last: it is stopped or left, as the inputs say. */
export async function endJob(
  found: FoundJob,
  interruption: Interruption,
  parts: JobParts,
): Promise<Ending> {
  const { inputs, cancel, log } = parts;
  const ending = describeInterruption(interruption, inputs);
  const asked = stopOrLeave(interruption, inputs);
  if (interruption.why === "error") {
    const settled = settleByError(found.job, ending, interruption.error, parts);
    if (settled !== undefined) return settled;
  }
  const wanted = asked === "stop" && found.isFollowedElsewhere() ? "left to another" : asked;
  if (interruption.why === "cancel") {
    log.line(`cancelled: ${wanted === "stop" ? "stopping the job" : "the job is left"}`);
  }
  const leftMs = interruption.why === "cancel" ? cancel.leftMs : unhurried();
  const { job, fate, isAsWanted } = await settle(found, wanted, leftMs, parts);
  const passes = ending.passes === true && isAsWanted;
  return { ...ending, ...toFacts(job), fate, passes };
}

/** Whether nobody has ever seen the job whose id the step was given. */
function isUnseen({ status }: IdentifiedJob, { work }: JobParts): boolean {
  return "jobId" in work && status === undefined;
}

/** The ending where the error says all that there is to say of the job. */
function settleByError(
  job: IdentifiedJob,
  ending: Ending,
  error: unknown,
  parts: JobParts,
): Ending | undefined {
  const code = isQizhiError(error) ? error.code : undefined;
  // Nobody knows whether there is such a job: nothing is left, and nothing is to be stopped.
  if (isUnseen(job, parts) && code === "api") {
    markSettled("reported");
    const { title, nextStep } = outcomes.lost;
    const outcome = error instanceof ApiError && saysNotFound(error) ? "lost" : ending.outcome;
    const said = { outcome, title, nextStep: ending.nextStep ?? nextStep } as const;
    return { ...ending, ...said, job: { job_id: job.job_id } };
  }
  if (code === "job_ended" || (code === "job_gone" && parts.inputs.onError === "leave")) {
    markSettled(code === "job_ended" ? "ended" : "left");
    return { ...ending, ...toFacts(job) };
  }
  return undefined;
}

/** What an ending says of the job. */
export function toFacts(job: IdentifiedJob): Pick<Ending, "job" | "message"> {
  return { job, message: job.sub_msg || undefined };
}

function unhurried(): (graceMs: number) => number {
  const endsAt = performance.now() + unhurriedStopMs;
  return (graceMs) => Math.min(graceMs, endsAt - performance.now());
}

/** Stops or leaves the job, tells post of it, and says what became of it. */
async function settle(
  { job, noteEnd }: FoundJob,
  wanted: StopOrLeave | "left to another",
  leftMs: (graceMs: number) => number,
  parts: JobParts,
): Promise<Fate & { job: IdentifiedJob }> {
  const id = job.job_id;
  if (wanted === "left to another") {
    markSettled("left");
    const fate = `The job was not stopped: another attempt of the workflow run follows it now (job-id: ${id}).`;
    return { job, fate, isAsWanted: false };
  }
  if (wanted === "leave") {
    markSettled("left");
    const how = isUnseen(job, parts) ? "; nobody knows whether it goes on" : " and goes on";
    const fate = `The job was left as it is${how} (job-id: ${id}).`;
    return { job, fate, isAsWanted: true };
  }
  const endsWithinMs = () => leftMs(pollGraceMs);
  const result = await stopWithin(parts.client, id, () => leftMs(stopGraceMs), { endsWithinMs });
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
