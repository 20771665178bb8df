import type { Phase } from "../../jobs/phase.ts";
import type { JobReport } from "../../jobs/report.ts";
import type { RunFacts, RunOutcome } from "./records.ts";
import type { SweepRun } from "../define/read-sweep.ts";

/** The status of a run. */
export interface RunStatus {
  readonly run: SweepRun;
  /**
   * `waiting`: nothing was sent, or it is to be tried again; `active`: there is a job; `unknown`: a create
   * was sent and there may be a job; `ended`: see `outcome`.
   */
  state: "waiting" | "active" | "unknown" | "ended";
  /** How it ended. */
  outcome: RunOutcome | undefined;
  /** How often a job was created for it, or may have been. */
  tries: number;
  /** Its last job. */
  jobId: string | undefined;
  /** Id of the last attempt in the journal. */
  attempt: string | undefined;
  /** Phase of the job when last seen. */
  phase: Phase | undefined;
  /** Raw status of the job when last seen. */
  status: string | undefined;
  /** Why it failed, was refused or is unknown; untrusted text. */
  reason: string | undefined;
  /** What the last job did and used. */
  facts: RunFacts | undefined;
  /** What the jobs of earlier tries did and used, as far as it is known. */
  earlier?: readonly RunFacts[];
}

/** The status of a run that has not begun. */
export function newRunStatus(run: SweepRun): RunStatus {
  return {
    run,
    state: "waiting",
    outcome: undefined,
    tries: 0,
    jobId: undefined,
    attempt: undefined,
    phase: undefined,
    status: undefined,
    reason: undefined,
    facts: undefined,
    earlier: [],
  };
}

/** Whether a job is tried again: only one that failed by itself. */
export function mayTryAgain(
  outcome: RunOutcome | undefined,
  { tries, retries = 0 }: { readonly tries: number; readonly retries?: number | undefined },
): boolean {
  return outcome === "failed" && tries <= retries;
}

/** Lets a run wait for another try; what its last job used still counts. */
export function makeAgain(status: RunStatus): void {
  status.state = "waiting";
  if (status.facts !== undefined) status.earlier = [...(status.earlier ?? []), status.facts];
  status.facts = undefined;
}

/** Updates a run by the state of its job. */
export function observeRun(status: RunStatus, report: JobReport): void {
  status.phase = report.phase;
  status.status = report.status;
  status.facts = toFacts(report);
}

/** The facts of a job that are kept. */
function toFacts(report: JobReport): RunFacts {
  const { url, queueTimeMs, prepareTimeMs, runTimeMs, stages, nodes, gpusPerNode, gpus } = report;
  const { gpuHours, pricePerNodeHour, cost, message } = report;
  const times = { queueTimeMs, prepareTimeMs, runTimeMs, stages };
  return { url, ...times, nodes, gpusPerNode, gpus, gpuHours, pricePerNodeHour, cost, message };
}
