import type { Attempt, JournalView } from "@qizhi/core/journal";
import type { RunStatus } from "@qizhi/core/sweep";
import {
  type EndRecord,
  isMadeAnew,
  mayHaveJob,
  placeOf,
  readEnds,
  type SweepRunReference,
  toEndPhase,
} from "@qizhi/core/internal";

/** What is written down of a create of this workflow run: its job, or that it may have made one. */
export interface Trace extends Omit<Attempt, "state"> {
  /**
   * `unknown`: there may be a job; `active`: there is a job that has not ended as far as is known; `ended`: it
   * has; `none`: there is no job.
   */
  readonly state: "unknown" | "active" | "ended" | "none";
  /** The record of its end. */
  readonly end: EndRecord | undefined;
}

/** Every create that a journal of this action tells of, in their order. A single job is run 1 of a sweep. */
export function readTraces(view: JournalView): Trace[] {
  const ends = findEnds(view);
  return view.attempts.map((attempt) => {
    const end = ends.get(attempt);
    const open = attempt.jobId === undefined ? "unknown" : "active";
    const state = end === undefined ? open : "ended";
    return { ...attempt, state: mayHaveJob(attempt) ? state : "none", end };
  });
}

/**
 * The end of each create that may have made a job. A run that a later sweep has followed ends in that sweep, so the end
 * belongs to the last create of the run up to then.
 */
function findEnds(view: JournalView): Map<Attempt, EndRecord> {
  const toKey = (of: Pick<SweepRunReference, "run" | "try">) => `${of.run} ${of.try}`;
  const isBefore = (one: string, other: string) => {
    const at = placeOf(view, one);
    // Of a sweep whose beginning was lost nobody knows whether it came before.
    return at !== -1 && at < placeOf(view, other);
  };
  const byTry = new Map<string, Attempt[]>();
  // A try may have creates that were refused, such as by a full quota, before the one that made its job.
  for (const attempt of view.attempts.filter(mayHaveJob)) {
    if (attempt.sweepRun === undefined) continue;
    const key = toKey(attempt.sweepRun);
    byTry.set(key, [...(byTry.get(key) ?? []), attempt]);
  }
  const ends = new Map<Attempt, EndRecord>();
  for (const record of readEnds(view)) {
    // A run that was refused has ended without a job.
    if (record.outcome === "refused") continue;
    const tried = byTry.get(toKey(record)) ?? [];
    const own =
      tried.find(({ sweepRun }) => sweepRun?.sweep === record.sweep) ??
      tried.findLast(({ sweepRun }) => isBefore(sweepRun?.sweep ?? "", record.sweep));
    if (own !== undefined) ends.set(own, record);
  }
  return ends;
}

/** The last create of each run, by the run's place. */
export function lastOfEach(traces: readonly Trace[]): Map<number, Trace> {
  return new Map(
    traces.flatMap((trace) => (trace.sweepRun ? [[trace.sweepRun.run, trace] as const] : [])),
  );
}

/**
 * Where the runs stand that an earlier attempt of the workflow run has left: those that succeeded, went on, or
 * are in doubt, as is one whose job was lost from sight or ended nobody knows how. The others are made again.
 * @param phases those of jobs that go on, by id, as far as they were seen.
 */
export function toKnownRuns(
  traces: readonly Trace[],
  phases: ReadonlyMap<string, RunStatus["phase"]> = new Map(),
): Map<number, Partial<Omit<RunStatus, "run">>> {
  const known = new Map<number, Partial<Omit<RunStatus, "run">>>();
  for (const [place, { state, sweepRun, id: attempt, jobId, end }] of lastOfEach(traces)) {
    const { outcome, facts } = end ?? {};
    if (state === "none" || isMadeAnew({ state, outcome })) continue;
    const reason =
      state === "unknown" ? "an earlier attempt ended before it was answered" : undefined;
    // A job that goes on counts as running until it is polled.
    const open = phases.get(jobId ?? "") ?? "running";
    const phase = state === "active" ? open : toEndPhase(outcome);
    const tries = sweepRun?.try ?? 1;
    known.set(place, { state, outcome, tries, attempt, jobId, phase, reason, facts });
  }
  return known;
}
