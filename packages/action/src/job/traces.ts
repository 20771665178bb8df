import type { RunStatus } from "@qizhi/core/sweep";
import type { Journal, JournalView } from "@qizhi/core/journal";
import type { ProcessMark, SweepRunReference } from "@qizhi/core/internal";

/** What is written down of a create of this workflow run: its job, or that it may have made one. */
export interface Trace {
  /** Id of the attempt. */
  readonly attempt: string;
  /** The run that it was for; a single job is run 1. `undefined` where the records no longer tell. */
  readonly of: SweepRunReference | undefined;
  /** Name of the job. */
  readonly name: string;
  /** When the create was about to be sent, ISO 8601. */
  readonly time: string;
  /**
   * `unknown`: there may be a job; `active`: there is a job that has not ended as far as is known; `ended`: it
   * has; `none`: there is no job.
   */
  readonly state: "unknown" | "active" | "ended" | "none";
  readonly jobId: string | undefined;
  /** The process that has not written down what came of it; `undefined` where that is written down. */
  readonly openIn: ProcessMark | undefined;
  /** The record of its end. */
  readonly end: Readonly<Record<string, unknown>> | undefined;
}

/** How a run ended, as it is written down. */
export interface TraceEnd {
  readonly outcome: "succeeded" | "failed" | "stopped" | "ended" | "lost";
  readonly status?: string | undefined;
  readonly facts?: unknown;
}

/** Every create that a journal of this action tells of, in their order. */
export function readTraces({ attempts, others }: JournalView): Trace[] {
  const traces = attempts.map((attempt): Trace => {
    const { id, name, time, jobId, state, sweepRun: of, outcome, process } = attempt;
    const openIn = outcome === undefined ? process : undefined;
    const isDoubtful = state === "unknown" || state === "in_flight";
    const known = jobId !== undefined ? "active" : isDoubtful ? "unknown" : "none";
    return { attempt: id, of, name, time, jobId, state: known, openIn, end: undefined };
  });
  const ends = findEnds(others, traces);
  return traces.map((trace) => {
    const end = ends.get(trace);
    return end === undefined ? trace : { ...trace, state: "ended", end };
  });
}

/**
 * The end of each create. A run that a later sweep has followed ends in that sweep, so the end belongs to the last
 * create of the run up to then.
 */
function findEnds(
  others: JournalView["others"],
  traces: readonly Trace[],
): Map<Trace, Readonly<Record<string, unknown>>> {
  const begun = others.flatMap(({ kind, sweep }) => (kind === "sweep:begin" ? [sweep] : []));
  const order = new Map(begun.map((sweep, index) => [sweep, index]));
  const byRun = new Map<string, Trace[]>();
  for (const trace of traces) {
    // Refused creates of a run, such as those that a full quota refuses, are of one try with the one that made its job.
    if (trace.of === undefined || trace.state === "none") continue;
    const key = `${trace.of.run} ${trace.of.try}`;
    byRun.set(key, [...(byRun.get(key) ?? []), trace]);
  }
  const ends = new Map<Trace, Readonly<Record<string, unknown>>>();
  for (const record of others) {
    const ended = record.kind === "sweep:ended" ? toReference(record) : undefined;
    if (ended === undefined) continue;
    const tried = byRun.get(`${ended.run} ${ended.try}`) ?? [];
    const endedIn = order.get(ended.sweep) ?? -1;
    const trace =
      tried.find(({ of }) => of?.sweep === ended.sweep) ??
      tried.findLast(({ of }) => (order.get(of?.sweep) ?? Infinity) < endedIn);
    if (trace !== undefined) ends.set(trace, record);
  }
  return ends;
}

/** Writes down that a run has ended. */
export function writeEnd(journal: Journal, of: SweepRunReference, end: TraceEnd): void {
  journal.append({ kind: "sweep:ended", ...of, ...end });
}

/** The last create of each run, by the run's place. */
export function lastOfEach(traces: readonly Trace[]): Map<number, Trace> {
  return new Map(traces.flatMap((trace) => (trace.of ? [[trace.of.run, trace] as const] : [])));
}

const kept = ["succeeded", "lost", "ended"] as const;

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
  for (const [place, { state, of, attempt, jobId, end }] of lastOfEach(traces)) {
    const outcome = kept.find((each) => each === end?.["outcome"]);
    if (state === "none" || (state === "ended" && outcome === undefined)) continue;
    const reason =
      state === "unknown" ? "an earlier attempt ended before it was answered" : undefined;
    // This action has written it itself, and the sum of the line says that it is whole.
    const facts = end?.["facts"] as RunStatus["facts"];
    // A job that goes on counts as running until it is polled.
    const open = state === "active" ? (phases.get(jobId ?? "") ?? "running") : undefined;
    const phase = outcome === "succeeded" ? outcome : open;
    const seen = { ...(outcome && { outcome, facts }), ...(phase && { phase }) };
    known.set(place, { state, tries: of?.try ?? 1, attempt, jobId, reason, ...seen });
  }
  return known;
}

function toReference(record: Readonly<Record<string, unknown>>): SweepRunReference | undefined {
  const { sweep, run, try: tries } = record;
  if (typeof sweep !== "string" || typeof run !== "number" || typeof tries !== "number") {
    return undefined;
  }
  return { sweep, run, try: tries };
}
