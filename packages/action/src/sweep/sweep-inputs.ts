import type { SweepPlan, SweepSettings } from "@qizhi/core";
import { inputDefaults, type InputName } from "../input-defaults.ts";
import type { RawInputs } from "../raw-inputs.ts";
import type { SpecWork } from "../spec-inputs.ts";

/** A sweep that the step is to run. */
export interface SweepInputs {
  readonly plan: SweepPlan;
  readonly settings: SweepSettings;
  /** Most requests a second. */
  readonly perSecond: number;
  /** What a re-run of the workflow run does: goes on with what is left, or makes every run anew. */
  readonly onRerun: "continue" | "submit";
}

const sweepInputs: readonly InputName[] = [
  "max-active",
  "max-gpus",
  "retries",
  "fail-fast",
  "rate",
  "on-rerun",
];
const reruns = ["continue", "submit"] as const;

/** Adds to a sweep what belongs to one; where the work is a single job, it must not be given. */
export function readSweepInputs(
  raw: RawInputs,
  work: SpecWork | undefined,
): SweepInputs | Extract<SpecWork, { spec: unknown }> | undefined {
  const inputs = {
    settings: {
      maxActive: raw.integer("max-active", 1),
      maxGpus: raw.integer("max-gpus", 1),
      retries: raw.integer("retries", 0),
      failFast: raw.flag("fail-fast"),
    },
    perSecond: raw.integer("rate", 1) ?? 3,
    onRerun: raw.choice("on-rerun", reruns) ?? "continue",
  };
  if (work !== undefined && "plan" in work) return { plan: work.plan, ...inputs };
  // Of a spec that could not be read nobody knows what it is.
  const isKnown = work !== undefined || raw.text("job-id") !== "";
  for (const name of isKnown ? sweepInputs : []) {
    if (raw.text(name) === inputDefaults[name]) continue;
    raw.refuse(name, "belongs to a sweep; give matrix, or a spec with a matrix");
  }
  return work;
}
