import { findSweep, type RunStatus, type SweepState } from "@qizhi/core/sweep";
import type { Attempt } from "@qizhi/core/journal";
import { classifyStatus, excerpt, haltSweep, visibleText } from "@qizhi/core/internal";
import { toUnresolvedJson } from "../history/unresolved.ts";
import { openHistory } from "../history/history.ts";
import type { Io } from "../terminal/io.ts";

/** The ids of the jobs of a sweep that have not ended, or hold nodes after their end, as far as the journal knows. */
export function activeJobs({ runs }: SweepState): string[] {
  return runs.flatMap((run) => (holdsNodes(run) && run.jobId !== undefined ? run.jobId : []));
}

function holdsNodes({ state, status }: RunStatus): boolean {
  return state === "active" || (state === "ended" && classifyStatus(status).holdsNodes);
}

/**
 * Halts sweeps, also those that other processes run.
 * @returns each as it stands after the halt, with the jobs that were submitted meanwhile.
 */
export function haltSweeps(sweeps: readonly SweepState[], io: Io): SweepState[] {
  if (sweeps.length === 0) return [];
  const journal = openHistory(io);
  for (const { id, halted } of sweeps) if (halted === undefined) haltSweep(journal, id);
  const view = journal.read();
  return sweeps.map((sweep) => findSweep(view, sweep.id) ?? sweep);
}

/** A line on the stop of each sweep that is not over. */
export function describeSweeps(
  sweeps: readonly SweepState[],
  when: "before" | "after",
  { t }: Io,
): string[] {
  return sweeps.flatMap((sweep) => {
    const { id, plan } = sweep;
    const active = activeJobs(sweep);
    const waiting = sweep.runs.filter(({ state }) => state === "waiting").length;
    if (when === "before" && active.length + waiting === 0) return [];
    const gpus = sweep.runs.reduce(
      (sum, run) => sum + (holdsNodes(run) ? (run.facts?.gpus ?? 0) : 0),
      0,
    );
    const name = excerpt(plan.name, 100);
    return when === "before"
      ? t.stop.sweepBefore(visibleText(id), name, active.length, gpus, waiting)
      : t.stop.sweepAfter(visibleText(id), name, waiting);
  });
}

/** A halted sweep as `--json` gives it, with its attempts of an unknown outcome. */
export function toHaltJson({ id, plan, runs }: SweepState, open: readonly Attempt[]): object {
  const notSubmitted = runs.filter(({ state }) => state === "waiting").length;
  const unresolved = open.map(toUnresolvedJson);
  return { sweep: id, name: plan.name, is_halted: true, not_submitted: notSubmitted, unresolved };
}
