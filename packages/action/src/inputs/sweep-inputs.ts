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
  if (work !== undefined && "plan" in work) return { ...work, settings, perSecond, onRerun };
  // Of a spec that could not be read nobody knows what it is.
  const isAttached = raw.text("job-id") !== "";
  for (const name of work !== undefined || isAttached ? sweepInputs : []) {
    if (raw.text(name) === inputDefaults[name]) continue;
    raw.refuse(name, "belongs to a sweep; give matrix, or a spec with a matrix");
  }
  for (const name of isAttached ? (["on-rerun", "retries"] as const) : []) {
    if (raw.text(name) === inputDefaults[name]) continue;
    raw.refuse(name, "is about jobs that the step submits; leave it out with job-id");
  }
  return work && { ...work, onRerun, retries: settings.retries };
}
