import { isRunning } from "../journal/process-mark.ts";
import type { ProcessMark } from "../journal/process-mark.ts";
import type { Attempt } from "../journal/attempts.ts";
import type { JournalView } from "../journal/view.ts";
import { parseJobSpec } from "../spec/parse.ts";
import type { SweepPlan } from "./read-sweep.ts";
import {
  type BeginRecord,
  type HaltReason,
  readRecords,
  type SweepRecord,
  type SweepSettings,
} from "./records.ts";
import { newRunStatus, type RunStatus } from "./run-status.ts";

/** A sweep as the journal knows it. */
export interface SweepState {
  /** Its id. */
  readonly id: string;
  /** When it began, ISO 8601. */
  readonly beganAt: string;
  /** Base URL of its platform. */
  readonly platform: string;
  readonly plan: SweepPlan;
  readonly settings: SweepSettings;
  /** Every run, in order. */
  readonly runs: RunStatus[];
  /** Set when no more jobs are to be made. */
  readonly halted: HaltReason | undefined;
  /** The process that has the sweep now. */
  readonly owner: ProcessMark | undefined;
}

/** The sweeps of a journal, oldest first. */
export function readSweeps(view: JournalView): SweepState[] {
  const records = readRecords(view.others);
  const attempts = new Map(view.attempts.map((attempt) => [attempt.id, attempt]));
  const forgotten = new Set(
    records.flatMap(({ kind, sweep }) => (kind === "sweep:forget" ? sweep : [])),
  );
  return records.flatMap((record) =>
    record.kind === "sweep:begin" && !forgotten.has(record.sweep)
      ? [foldSweep(record, records, attempts)]
      : [],
  );
}

/** One sweep by its id, or by the first characters of it. */
export function findSweep(view: JournalView, id: string): SweepState | undefined {
  const fitting = readSweeps(view).filter((sweep) => sweep.id.startsWith(id));
  return (
    fitting.find((sweep) => sweep.id === id) ?? (fitting.length === 1 ? fitting[0] : undefined)
  );
}

function foldSweep(
  begin: BeginRecord,
  all: readonly SweepRecord[],
  attempts: ReadonlyMap<string, Attempt>,
): SweepState {
  const records = all.filter(({ sweep }) => sweep === begin.sweep);
  const plan: SweepPlan = {
    name: begin.name,
    variables: begin.variables,
    runs: begin.runs.map(({ index, name, parameters, own }) => {
      const spec = parseJobSpec(
        { ...begin.common, ...own },
        { allowUnknown: true, allowMasked: true },
      );
      return { index, name, parameters, spec };
    }),
  };
  const runs = plan.runs.map(newRunStatus);
  const byIndex = new Map(runs.map((status) => [status.run.index, status]));
  const settings = begin.settings;
  let halted: HaltReason | undefined;
  for (const record of records) {
    if (record.kind === "sweep:halt") halted = record.reason;
    if (record.kind === "sweep:resume" && record.anew) {
      halted = undefined;
      for (const each of runs) if (mayBeMadeAnew(each)) each.state = "waiting";
    }
    const status = "run" in record ? byIndex.get(record.run) : undefined;
    if (status === undefined) continue;
    if (record.kind === "sweep:run") {
      takeAttempt(status, record.try, record.attempt, attempts.get(record.attempt));
    } else if (record.kind === "sweep:ended") takeEnd(status, record);
  }
  for (const status of runs) {
    const mayRetry =
      status.state === "ended" &&
      status.outcome === "failed" &&
      status.tries <= (settings.retries ?? 0);
    if (mayRetry && halted === undefined) status.state = "waiting";
  }
  const marks = records.flatMap((record) => ("process" in record ? [record.process] : []));
  return {
    id: begin.sweep,
    beganAt: begin.time,
    platform: begin.platform,
    plan,
    settings,
    runs,
    halted,
    owner: marks.find(isRunning),
  };
}

/** One that is lost may still have a job somewhere. */
function mayBeMadeAnew({ state, outcome }: RunStatus): boolean {
  return state === "ended" && outcome !== "succeeded" && outcome !== "lost";
}

/** What the attempt's own records say; without them it was not even written down, and nothing was sent. */
function takeAttempt(
  status: RunStatus,
  number: number,
  id: string,
  attempt: Attempt | undefined,
): void {
  if (attempt === undefined || attempt.state === "refused" || attempt.state === "not_sent") return;
  const hasNone = attempt.state === "resolved" && attempt.jobId === undefined;
  if (hasNone) {
    // A person found none: the run is free again.
    Object.assign(status, { state: "waiting", attempt: id, reason: undefined });
    return;
  }
  const isUnknown = attempt.state === "unknown" || attempt.state === "in_flight";
  status.state = isUnknown ? "unknown" : "active";
  status.tries = number;
  status.attempt = id;
  status.jobId = attempt.jobId;
  status.outcome = undefined;
  status.reason = isUnknown ? attempt.reason : undefined;
}

function takeEnd(status: RunStatus, record: Extract<SweepRecord, { kind: "sweep:ended" }>): void {
  status.state = "ended";
  status.tries = Math.max(status.tries, record.try);
  status.outcome = record.outcome;
  status.status = record.status;
  status.reason = record.reason;
  status.facts = record.facts;
  const { outcome } = record;
  status.phase = outcome === "refused" || outcome === "lost" ? undefined : outcome;
}
