import type { SpecWarning } from "../../spec/spec-warning.ts";
import type { ReadSpec } from "../../spec/read.ts";
import { findSpecWarnings, type WarningContext } from "../../spec/warnings.ts";
import type { ReadSweep } from "./read-sweep.ts";

/** Finds what is legal and unwise in a spec, be it a job or a sweep. */
export function findWarnings(read: ReadSpec | ReadSweep, context: WarningContext): SpecWarning[] {
  return "plan" in read ? findSweepWarnings(read, context) : findSpecWarnings(read, context);
}

/**
 * Finds what is legal and unwise in the runs of a sweep; a warning that several runs have is given once.
 * @param context where it runs.
 */
export function findSweepWarnings(
  { plan, ...read }: ReadSweep,
  context: WarningContext,
): SpecWarning[] {
  const found = new Map<string, SpecWarning>();
  for (const { spec } of plan.runs) {
    for (const warning of findSpecWarnings({ spec, ...read }, context)) {
      found.set(JSON.stringify(warning), warning);
    }
  }
  const last = Number.MAX_SAFE_INTEGER;
  return [...found.values()].toSorted((a, b) => (a.line ?? last) - (b.line ?? last));
}
