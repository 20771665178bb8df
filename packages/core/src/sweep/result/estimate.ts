import type { ResultRow } from "./result-rows.ts";
import { isOver } from "../record/run-states.ts";

/** How long the rest of a sweep is likely to take: the quartiles of the estimate. */
export interface Estimate {
  readonly fromMs: number;
  readonly toMs: number;
}

const leastEnded = 5;
/**
 * Estimates how long the rest takes, from the runs of this sweep that have ended: the middle half of their
 * times in queue and run, and how many go on at once.
 * @returns nothing before five runs have ended, or when none goes on: there is nothing to estimate from.
 */
export function estimateRest(rows: readonly ResultRow[], inFlight: number): Estimate | undefined {
  const times = rows
    .filter(({ state }) => state === "succeeded" || state === "failed")
    .map(({ queueMs = 0, prepareMs = 0, runMs = 0 }) => queueMs + prepareMs + runMs)
    .filter((ms) => ms > 0)
    .toSorted((a, b) => a - b);
  const left = rows.filter((row) => !isOver(row)).length;
  if (times.length < leastEnded || left === 0 || inFlight === 0) return undefined;
  // Jobs in flight count as half through.
  const turns = Math.max(0.5, left / inFlight - 0.5);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  return { fromMs: at(0.25) * turns, toMs: Math.max(at(0.75), at(0.5)) * turns };
}
