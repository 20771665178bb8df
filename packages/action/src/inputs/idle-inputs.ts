import { inputDefaults, type InputName, type RawInputs } from "../runner/raw-inputs.ts";
import type { SpecWork } from "./spec-inputs.ts";

const ofSweep = ["max-active", "max-gpus", "fail-fast", "max-requests-per-second"] as const;
// strict is not one of them: it also refuses a token that ends before a job that is only watched.
const ofSubmit = [
  "allow-unknown",
  "provenance",
  "on-rerun",
  "retries",
  "max-nodes",
  "max-cost",
  "node-price",
] as const;
const ofWait = ["retries", "queue-timeout", "fail-on-timeout", "on-timeout"] as const;
const ofLimit = ["fail-on-timeout", "on-timeout"] as const;

/** Refuses inputs that would do nothing: each is about something that the step does not do. */
export function refuseIdle(raw: RawInputs, work: SpecWork | undefined): void {
  const isSweep = work !== undefined && "plan" in work;
  const isWaited = raw.text("wait").toLowerCase() !== "false";
  const isLimited = raw.text("timeout") !== "" || raw.text("queue-timeout") !== "";
  if (!isLimited && (isSweep || isWaited)) {
    refuse(raw, ofLimit, "is about timeout and queue-timeout; give one");
  }
  const isAttached = raw.text("job-id") !== "";
  // Of a spec that could not be read nobody knows what it is.
  if (isSweep || (work === undefined && !isAttached)) return;
  refuse(raw, ofSweep, "belongs to a sweep; give matrix, or a spec with a matrix");
  if (!isWaited) {
    refuse(raw, ofWait, "is about a job that is waited for; leave it out with wait: false");
  }
  if (isAttached) {
    refuse(raw, ofSubmit, "is about jobs that the step submits; leave it out with job-id");
  }
}

/** A default is taken, because the runner gives it for every input. */
function refuse(raw: RawInputs, names: readonly InputName[], why: string): void {
  for (const name of names) {
    if (raw.text(name).toLowerCase() !== inputDefaults[name]) raw.refuse(name, why);
  }
}
