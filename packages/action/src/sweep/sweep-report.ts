import type { ResultRow, RunState, RunStatus, SweepPlan } from "@qizhi/core";
import { runStates, toResultRows, totalRows } from "@qizhi/core";

/** A sweep as the step reports it: every text in it is redacted, and all the same untrusted. */
export interface SweepReport {
  readonly name: string;
  readonly variables: readonly string[];
  readonly rows: readonly SweepRow[];
  readonly counts: Partial<Record<RunState, number>>;
  /** GPU-hours and cost of the last job of each run; `undefined` where no job told them. */
  readonly gpuHours: number | undefined;
  readonly cost: number | undefined;
  /** Page of the web console that lists the workspace's jobs. */
  readonly listUrl: string;
}

/** A run as the step reports it. */
export interface SweepRow extends ResultRow {
  /** Raw status of its job when last seen. */
  readonly status: string | undefined;
}

/** Sums up where the runs stand. */
export function toSweepReport(
  plan: SweepPlan,
  runs: readonly RunStatus[],
  listUrl: string,
): SweepReport {
  const rows = toResultRows(runs).map((row, at) => ({ ...row, status: runs[at]?.status }));
  const totals = totalRows(rows);
  const ifKnown = (of: "gpuHours" | "cost") =>
    rows.some((row) => row[of] !== undefined) ? totals[of] : undefined;
  return {
    name: plan.name,
    variables: plan.variables,
    rows,
    counts: totals.counts,
    gpuHours: ifKnown("gpuHours"),
    cost: ifKnown("cost"),
    listUrl,
  };
}

/** The reason of a run whose job this step has stopped. */
export const stoppedByStep = "stopped by this step";

/** Whether a run went wrong by itself. */
export function isBad({ state, reason }: Pick<SweepRow, "state" | "reason">): boolean {
  return (runStates[state].isBad || state === "unknown") && reason !== stoppedByStep;
}

const states = Object.keys(runStates) as readonly RunState[];

/** How many runs are in which state: `10 succeeded, 2 failed`. */
export function countWords(counts: SweepReport["counts"]): string {
  return states.flatMap((state) => (counts[state] ? [`${counts[state]} ${state}`] : [])).join(", ");
}

/** Rows with those that went wrong first, each kind in its order. */
export function worstFirst(rows: readonly SweepRow[]): SweepRow[] {
  return rows.toSorted((a, b) => Number(isBad(b)) - Number(isBad(a)));
}
