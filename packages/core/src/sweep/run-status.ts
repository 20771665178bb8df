import type { Phase } from "../phase.ts";
import type { JobReport } from "../report.ts";
import type { RunFacts, RunOutcome } from "./records.ts";
import type { SweepRun } from "./read-sweep.ts";

/** Where a run stands. */
export interface RunStatus {
  readonly run: SweepRun;
  /**
   * `waiting`: nothing was sent, or it is to be tried again; `active`: there is a job; `unknown`: a create
   * was sent and there may be a job; `ended`: see `outcome`.
   */
  state: "waiting" | "active" | "unknown" | "ended";
  /** How it ended. */
  outcome: RunOutcome | undefined;
  /** How often a job was made for it, or may have been. */
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
}

/** A run that nothing was done for. */
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
  };
}

/** The facts of a job that are kept. */
export function toFacts(report: JobReport): RunFacts {
  const { url, queueTimeMs, prepareTimeMs, runTimeMs, stages, nodes, gpusPerNode, gpus } = report;
  const { gpuHours, pricePerNodeHour, cost, message } = report;
  const times = { queueTimeMs, prepareTimeMs, runTimeMs, stages };
  return { url, ...times, nodes, gpusPerNode, gpus, gpuHours, pricePerNodeHour, cost, message };
}
