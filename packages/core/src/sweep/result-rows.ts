import type { Stage } from "../report.ts";
import type { Parameters } from "./matrix.ts";
import type { RunOutcome } from "./records.ts";
import type { RunStatus } from "./run-status.ts";

/** How a run ended, or where it stands. */
export type RunState = RunOutcome | "waiting" | "queued" | "starting" | "running" | "unknown";

/** One run as a result: names and reasons are untrusted text. */
export interface ResultRow {
  index: number;
  name: string;
  parameters: Parameters;
  state: RunState;
  /** How many jobs were made for it. */
  tries: number;
  /** Its last job; times, GPU-hours and cost are of that one. */
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
  stages: readonly { name: Stage["name"]; startMs: number; endMs?: number | undefined }[];
}

/** The runs of a sweep as rows. */
export function toResultRows(runs: readonly RunStatus[]): ResultRow[] {
  return runs.map(({ run, facts, ...status }) => ({
    index: run.index,
    name: run.name,
    parameters: run.parameters,
    state: toState(status),
    tries: status.tries,
    jobId: status.jobId,
    url: facts?.url,
    queueMs: facts?.queueTimeMs,
    prepareMs: facts?.prepareTimeMs,
    runMs: facts?.runTimeMs,
    gpus: facts?.gpus,
    gpuHours: facts?.gpuHours,
    cost: facts?.cost,
    reason: status.reason,
    stages: facts?.stages ?? [],
  }));
}

/** Where a run stands, in one word. */
function toState({ state, outcome, phase }: Omit<RunStatus, "run" | "facts">): RunState {
  if (state === "ended") return outcome ?? "lost";
  if (state !== "active") return state;
  // A status that this package does not know counts as running.
  return phase === undefined || phase === "unknown" ? "running" : phase;
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

/** What a sweep comes to. */
export interface ResultTotals {
  runs: number;
  /** How many runs are in each state; those without any are left out. */
  counts: Partial<Record<RunState, number>>;
  /** Of the last job of each run, as far as it is known. */
  gpuHours: number;
  cost: number;
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
