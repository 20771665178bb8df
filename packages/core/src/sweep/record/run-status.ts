import { type Phase, classifySeen, phases } from "../../jobs/phase.ts";
import type { JobReport } from "../../jobs/report.ts";
import type { Stage } from "../../jobs/times.ts";
import type { SweepRun } from "../define/runs.ts";
import type { KnownJob } from "../../journal/view.ts";
import { jobUrl } from "../../jobs/job-id.ts";

type KeptTimes = "createdMs" | "finishedMs" | "queueTimeMs" | "prepareTimeMs" | "runTimeMs";
type KeptSizes = "nodes" | "gpusPerNode" | "gpus" | "gpuHours" | "pricePerNodeHour" | "cost";

/** What a job did and used, as far as it is kept of its `JobReport`. */
export interface RunFacts extends Partial<Pick<JobReport, KeptTimes | KeptSizes | "message">> {
  /** Page of the web console. */
  url: string;
  /** The stages with their times. */
  stages: { name: Stage["name"]; startMs: number; endMs?: number | undefined }[];
}

/**
 * How a run ended: as its job did, `ended` with an unknown outcome, `refused` by the platform (there is no job), or `lost`: the platform
 * does not know its job any more, or does not let this account see it. A run whose job cannot be asked about stays active.
 */
export type RunOutcome = "succeeded" | "failed" | "stopped" | "ended" | "refused" | "lost";

/** The outcome or the state of a run. */
export type RunState = keyof typeof runStates;

interface RunStateClass {
  /** Whether nothing more is expected of the run. */
  readonly isOver: boolean;
  /** Whether the run failed in any way. */
  readonly isBad: boolean;
}

/** What each state means. */
export const runStates = {
  succeeded: { isOver: true, isBad: false },
  failed: { isOver: true, isBad: true },
  stopped: { isOver: true, isBad: true },
  ended: { isOver: true, isBad: true },
  refused: { isOver: true, isBad: true },
  lost: { isOver: true, isBad: true },
  unknown: { isOver: true, isBad: false },
  running: { isOver: false, isBad: false },
  starting: { isOver: false, isBad: false },
  queued: { isOver: false, isBad: false },
  // There is a job that was not polled yet.
  active: { isOver: false, isBad: false },
  waiting: { isOver: false, isBad: false },
} satisfies Record<RunOutcome, RunStateClass> & Record<string, RunStateClass>;

/** Every state, in the order in which they are shown. */
export const stateOrder = Object.keys(runStates) as readonly RunState[];

/** Whether nothing more is expected of a run. */
export function isOver({ state }: { readonly state: RunState }): boolean {
  return runStates[state].isOver;
}

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

/** Whether the job of a run may go on, by what was last seen of it. */
export function hasOpenJob({ state, phase }: RunStatus): boolean {
  return state === "active" && (phase === undefined || !phases[phase].isOver);
}

/** Whether a job is tried again: only one that failed by itself. */
export function mayTryAgain(
  outcome: RunOutcome | undefined,
  { tries, retries = 0 }: { readonly tries: number; readonly retries?: number | undefined },
): boolean {
  return outcome === "failed" && tries <= retries;
}

/**
 * Whether a run that has ended is made again where a person asks for that. A lost run may still have a job
 * somewhere, and one that ended in an unknown way may have succeeded.
 */
export function isMadeAnew({ state, outcome }: Pick<RunStatus, "state" | "outcome">): boolean {
  return state === "ended" && !["succeeded", "lost", "ended"].includes(outcome ?? "");
}

/** Lets a run wait for another try; what its last job used still counts. */
export function makeAgain(status: RunStatus): void {
  status.state = "waiting";
  status.phase = status.status = undefined;
  if (status.facts !== undefined) status.earlier = [...(status.earlier ?? []), status.facts];
  status.facts = undefined;
}

/** Gives a run that waits for another try the end of its last one: there is no other after a halt. */
export function endAsBefore(status: RunStatus): void {
  const { outcome, earlier = [] } = status;
  status.state = "ended";
  status.phase = toEndPhase(outcome);
  if (outcome === "refused" || earlier.length === 0) return;
  status.facts = earlier.at(-1);
  status.earlier = earlier.slice(0, -1);
}

/** The phase of a job by the outcome of its run. */
export function toEndPhase(outcome: RunOutcome | undefined): Phase | undefined {
  return outcome === "refused" || outcome === "lost" ? undefined : outcome;
}

/** Updates a run by the state of its job. */
export function observeRun(status: RunStatus, report: JobReport): void {
  status.phase = report.phase;
  status.status = report.status;
  status.facts = toRunFacts(report);
}

/** The facts of a job that are kept. */
export function toRunFacts(report: JobReport): RunFacts {
  const { url, createdMs, finishedMs, queueTimeMs, prepareTimeMs, runTimeMs, stages } = report;
  const { nodes, gpusPerNode, gpus, gpuHours, pricePerNodeHour, cost, message } = report;
  const times = { createdMs, finishedMs, queueTimeMs, prepareTimeMs, runTimeMs, stages };
  return { url, ...times, nodes, gpusPerNode, gpus, gpuHours, pricePerNodeHour, cost, message };
}

/**
 * Updates a run by the last state of its job in the history, such as one that `qizhi list` has seen.
 * @param job the job in the history; none where it was forgotten.
 */
export function takeSeen(status: RunStatus, platform: string, job: KnownJob | undefined): void {
  const { jobId = "" } = status;
  const url = jobUrl(platform, jobId, job?.workspaceId);
  const seen = job?.seen;
  status.facts = { url, stages: [] };
  if (seen === undefined) return;
  status.status = seen.status;
  status.phase = classifySeen(seen).phase;
  const { createdAt: createdMs, finishedAt: finishedMs } = seen;
  const { queueMs: queueTimeMs, runMs: runTimeMs, nodes, gpus, gpuHours, cost } = seen;
  const known = { createdMs, finishedMs, queueTimeMs, runTimeMs, nodes, gpus, gpuHours, cost };
  status.facts = { url, ...known, stages: toStages(seen) };
}

/** The stages that are over; whether an open one still lasts is not known. */
function toStages(seen: NonNullable<KnownJob["seen"]>): RunFacts["stages"] {
  const { createdAt, queueMs, runMs, finishedAt } = seen;
  const stages: RunFacts["stages"] = [];
  if (createdAt !== undefined && queueMs !== undefined && runMs !== undefined) {
    stages.push({ name: "queue", startMs: createdAt, endMs: createdAt + queueMs });
  }
  if (finishedAt !== undefined && runMs !== undefined) {
    stages.push({ name: "run", startMs: finishedAt - runMs, endMs: finishedAt });
  }
  return stages;
}
