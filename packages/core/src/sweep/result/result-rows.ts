import { looksSecret } from "../../text/looks-secret.ts";
import type { Parameters } from "../define/matrix.ts";
import { type RunFacts, type RunState, type RunStatus, isOver } from "../record/run-status.ts";

/** One run as a result: names and reasons are untrusted text. */
export interface ResultRow {
  index: number;
  name: string;
  /** Its values of the matrix; `***` for one that looks like a secret. */
  parameters: Parameters;
  state: RunState;
  /** How many jobs were created for it. */
  tries: number;
  /** Its last job; times are of that one, GPU-hours and cost of all tries. */
  jobId: string | undefined;
  url: string | undefined;
  queueMs: number | undefined;
  prepareMs: number | undefined;
  runMs: number | undefined;
  gpus: number | undefined;
  gpuHours: number | undefined;
  cost: number | undefined;
  /** Why it failed, was refused or is unknown. */
  reason: string | undefined;
  stages: Readonly<RunFacts["stages"]>;
}

/** The runs of a sweep as rows. */
export function toResultRows(runs: readonly RunStatus[]): ResultRow[] {
  return runs.map(({ run, facts, earlier = [], ...status }) => {
    const state = toState(status);
    const stages = [...earlier, facts].flatMap((each) => each?.stages ?? []);
    return {
      index: run.index,
      name: run.name,
      parameters: toShown(run.parameters),
      state,
      tries: status.tries,
      jobId: status.jobId,
      url: facts?.url,
      queueMs: facts?.queueTimeMs,
      prepareMs: facts?.prepareTimeMs,
      runMs: facts?.runTimeMs,
      gpus: facts?.gpus,
      gpuHours: sum([...earlier, facts].map((each) => each?.gpuHours)),
      cost: sum([...earlier, facts].map((each) => each?.cost)),
      reason: status.reason,
      // A lost job was last seen in an open stage; how long that lasted nobody knows.
      stages: state === "lost" ? stages.filter(({ endMs }) => endMs !== undefined) : stages,
    };
  });
}

// A sweep on a screen has its rows made anew for each drawing.
const shownOf = new WeakMap<Parameters, Parameters>();

/** The values of a run for a table or a file, without secrets. */
function toShown(parameters: Parameters): Parameters {
  const known = shownOf.get(parameters);
  if (known !== undefined) return known;
  const entries = Object.entries(parameters).map(([name, value]) => {
    return [name, looksSecret(name, value) ? "***" : value];
  });
  const shown: Parameters = Object.fromEntries(entries);
  shownOf.set(parameters, shown);
  return shown;
}

/** The state of a run, in one word. */
function toState({
  state,
  outcome,
  phase,
}: Pick<RunStatus, "state" | "outcome" | "phase">): RunState {
  if (state === "ended") return outcome ?? "lost";
  if (state !== "active") return state;
  // The job was not polled yet, or its status is one that this package does not know.
  return phase === undefined || phase === "unknown" ? "active" : phase;
}

/** The sum of the known numbers; none where none is known. */
export function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

/**
 * A row as JSON: times in ms, GPUs in total, `null` where nothing is known.
 * @param stateKey what the field with the row's state is called.
 */
export function toRunJson(
  row: ResultRow,
  stateKey: "state" | "outcome" = "state",
): Record<string, unknown> {
  return {
    index: row.index,
    name: row.name,
    parameters: row.parameters,
    [stateKey]: row.state,
    tries: row.tries,
    job_id: row.jobId ?? null,
    url: row.url ?? null,
    queue_time_ms: row.queueMs ?? null,
    prepare_time_ms: row.prepareMs ?? null,
    run_time_ms: row.runMs ?? null,
    gpus: row.gpus ?? null,
    gpu_hours: row.gpuHours ?? null,
    cost: row.cost ?? null,
    reason: row.reason ?? null,
  };
}

/** The totals of a sweep. */
export interface ResultTotals {
  runs: number;
  /** How many runs are in each state; those without any are left out. */
  counts: Partial<Record<RunState, number>>;
  /** GPU-hours and cost of all jobs of all runs, as far as they are known. */
  gpuHours: number;
  cost: number;
  /** Queue and run time of the last job of each run. */
  queueMs: number;
  runMs: number;
}

/** Adds rows up. */
export function totalRows(rows: readonly ResultRow[]): ResultTotals {
  const counts: ResultTotals["counts"] = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  const add = (pick: (row: ResultRow) => number | undefined) =>
    rows.reduce((total, row) => total + (pick(row) ?? 0), 0);
  return {
    runs: rows.length,
    counts,
    gpuHours: add((row) => row.gpuHours),
    cost: add((row) => row.cost),
    queueMs: add((row) => row.queueMs),
    runMs: add((row) => row.runMs),
  };
}

const leastEnded = 5;
/**
 * Estimates how long the rest takes, as the quartiles of the estimate, from the runs of this sweep that have ended: the middle half of their
 * times in queue and run, and how many go on at once.
 * @returns nothing before five runs have ended, or when none goes on: there is nothing to estimate from.
 */
export function estimateRest(rows: readonly ResultRow[], inFlight: number) {
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
