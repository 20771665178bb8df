import type { ResultRow, RunStatus, SweepPlan } from "@qizhi/core/sweep";
import { toResultRows, totalRows } from "@qizhi/core/sweep";
import { formatDuration } from "@qizhi/core";
import { countOf, isOver, runStates, stateOrder } from "@qizhi/core/internal";

/** A sweep as the step reports it: every text in it is redacted, and all the same untrusted. */
export type SweepReport = ReturnType<typeof toSweepReport>;

/** A run as the step reports it. */
export interface SweepRow extends ResultRow {
  /** Raw status of its job when last seen. */
  readonly status: string | undefined;
}

/** What a sweep is called: the name of its spec, without the places for values of the matrix. */
export function toSweepName({ name, runs }: SweepPlan): string {
  const own = name.replaceAll(/[-_. ]*\{\{[^{}]*\}\}/g, "").replace(/^[-_. ]+/, "");
  return own === "" ? (runs[0]?.name ?? "") : own;
}

/**
 * How a sweep stands.
 * @param sight.listUrl page of the web console that lists the workspace's jobs.
 * @param sight.overdueMs how long ago its jobs were seen last, in ms, where they should have been seen since.
 */
export function toSweepReport(
  plan: SweepPlan,
  runs: readonly RunStatus[],
  sight: { readonly listUrl: string; readonly overdueMs?: number | undefined },
) {
  const rows = toResultRows(runs).map((row, at): SweepRow => ({
    ...row,
    status: runs[at]?.status,
  }));
  const totals = totalRows(rows);
  /** Of the last job of each run; `undefined` where no job told it. */
  const ifKnown = (of: "gpuHours" | "cost") =>
    rows.some((row) => row[of] !== undefined) ? totals[of] : undefined;
  return {
    name: toSweepName(plan),
    variables: plan.variables,
    rows,
    counts: totals.counts,
    gpuHours: ifKnown("gpuHours"),
    cost: ifKnown("cost"),
    ...sight,
  };
}

const stoppedByStep = "stopped by this step";

/** Notes of a run whose job this step has asked to stop that it was stopped by that, unless it ended otherwise. */
export function markStopped(run: RunStatus): void {
  if (run.outcome === "stopped") run.reason = stoppedByStep;
}

/** Whether a run went wrong by itself. */
export function isBad({ state, reason }: Pick<SweepRow, "state" | "reason">): boolean {
  return (runStates[state].isBad || state === "unknown") && reason !== stoppedByStep;
}

/** How many runs are in which state: `10 succeeded, 2 failed`. */
export function countWords(counts: SweepReport["counts"]): string {
  const words = stateOrder.flatMap((state) => (counts[state] ? `${counts[state]} ${state}` : []));
  return words.join(", ");
}

/** How many runs are in which state, as a line. */
export function countRuns({ rows, counts, overdueMs }: SweepReport): string {
  const isOpen = rows.some(({ state }) => !isOver({ state }));
  const ago = overdueMs === undefined ? "" : `, as last seen ${formatDuration(overdueMs)} ago`;
  return `${countOf(rows.length, "run")}: ${countWords(counts)}${isOpen ? ago : ""}`;
}

/** The rows that have so much room together, those that went wrong before others; in their order. */
export function fitRows(
  rows: readonly SweepRow[],
  mostBytes: number,
  toText: (row: SweepRow) => string,
): SweepRow[] {
  let left = mostBytes;
  const kept = new Set<SweepRow>();
  for (const row of worstFirst(rows)) {
    left -= Buffer.byteLength(toText(row)) + 1;
    if (left < 0) break;
    kept.add(row);
  }
  return rows.filter((row) => kept.has(row));
}

/** Rows with those that went wrong first, each kind in its order. */
export function worstFirst(rows: readonly SweepRow[]): SweepRow[] {
  return rows.toSorted((a, b) => Number(isBad(b)) - Number(isBad(a)));
}
