import type { SweepPlan, SweepSettings } from "@qizhi/core/sweep";
import { inputDefaults, type InputName, type RawInputs } from "../runner/raw-inputs.ts";
import type { OnRerun, SingleJob, SpecWork } from "./spec-inputs.ts";

/** A sweep that the step is to run. */
export interface SweepInputs {
  readonly plan: SweepPlan;
  readonly settings: SweepSettings;
  /** Most requests a second. */
  readonly perSecond: number;
  readonly onRerun: OnRerun;
}

const sweepInputs: readonly InputName[] = [
  "max-active",
  "max-gpus",
  "fail-fast",
  "max-requests-per-second",
];
// strict is not one of them: it also refuses a token that ends before a job that is only watched.
const submitInputs: readonly InputName[] = [
  "allow-unknown",
  "provenance",
  "on-rerun",
  "retries",
  "max-nodes",
  "max-cost",
  "node-price",
];
const waitInputs: readonly InputName[] = [
  "retries",
  "queue-timeout",
  "fail-on-timeout",
  "on-timeout",
];
const limitInputs: readonly InputName[] = ["fail-on-timeout", "on-timeout"];
const reruns = ["continue", "submit"] as const;

/** Adds to a sweep what belongs to one; where the work is a single job, that must not be given. */
export function readSweepInputs(
  raw: RawInputs,
  work: SpecWork | undefined,
): SweepInputs | Exclude<SingleJob, { jobId: string }> | undefined {
  const settings = {
    maxActive: raw.integer("max-active", 1),
    maxGpus: raw.integer("max-gpus", 1),
    retries: raw.integer("retries", 0),
    failFast: raw.flag("fail-fast"),
  };
  const perSecond = raw.integer("max-requests-per-second", 1) ?? 3;
  const onRerun = raw.choice("on-rerun", reruns) ?? "continue";
  const isSweep = work !== undefined && "plan" in work;
  const isWaited = raw.text("wait").toLowerCase() !== "false";
  const isLimited = raw.text("timeout") !== "" || raw.text("queue-timeout") !== "";
  if (!isLimited && (isSweep || isWaited)) {
    refuse(raw, limitInputs, "is about timeout and queue-timeout; give one");
  }
  if (isSweep) return { ...work, settings, perSecond, onRerun };
  // Of a spec that could not be read nobody knows what it is.
  const isAttached = raw.text("job-id") !== "";
  if (work !== undefined || isAttached) {
    refuse(raw, sweepInputs, "belongs to a sweep; give matrix, or a spec with a matrix");
    if (!isWaited) {
      refuse(raw, waitInputs, "is about a job that is waited for; leave it out with wait: false");
    }
  }
  if (isAttached) {
    refuse(raw, submitInputs, "is about jobs that the step submits; leave it out with job-id");
  }
  return work && { ...work, onRerun, retries: settings.retries };
}

/** Refuses inputs that do nothing here; a default is taken, because the runner gives it for every one. */
function refuse(raw: RawInputs, names: readonly InputName[], why: string): void {
  for (const name of names) {
    if (raw.text(name).toLowerCase() !== inputDefaults[name]) raw.refuse(name, why);
  }
}
