import type { JobReport, JobUpdate, QizhiError } from "@qizhi/core";
import { excerpt, isOverdue } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { Messages } from "../messages/en.ts";
import { toMomentText } from "../text/time-text.ts";

/** What is told of a job, or of all, that cannot be asked about. */
type Trouble = Pick<Extract<JobUpdate, { type: "trouble" }>, "error" | "lastSeen">;

/** What is known of a job that is watched. */
export interface JobState {
  readonly jobId: string;
  /** What its last look added up to; none before the first. */
  report: JobReport | undefined;
  /** When that was, epoch ms. */
  seenAt: number;
  /** When the next answer is expected, epoch ms. */
  dueAt: number;
  /** Why it cannot be asked about at the moment, or was given up. */
  trouble: QizhiError | undefined;
  /** How it stood before the platform refused it, where that is the trouble. */
  lastSeen?: Trouble["lastSeen"];
  /** Its outcome is known, or it was given up: it is looked at no more. */
  hasEnded: boolean;
  /** It was given up; the job itself may go on. */
  isGivenUp: boolean;
}

/** A job that has not been looked at. */
export function newJobState(jobId: string): JobState {
  const [report, trouble] = [undefined, undefined];
  return { jobId, report, seenAt: 0, dueAt: Infinity, trouble, hasEnded: false, isGivenUp: false };
}

/** A job as it was seen at a time. */
export function toJobState(report: JobReport, seenAt: number): JobState {
  return { ...newJobState(report.jobId), report, seenAt };
}

/** Why a job, or all `count`, cannot be asked about, and what is known all the same. */
export function sayTrouble({ error, lastSeen }: Trouble, count: number, t: Messages): string {
  const why = sayError(error, t).summary;
  if (lastSeen === undefined) return t.cannotAsk(why, count);
  const status = excerpt(lastSeen.status ?? t.noStatus, 60);
  return t.isRefused(why, status, toMomentText(lastSeen.atMs, t));
}

/** Whether nobody knows how a job stands now: it cannot be asked about, or an answer is overdue. */
export function isStale({ report, trouble, hasEnded, dueAt }: JobState, now: number): boolean {
  if (report === undefined || hasEnded) return false;
  return trouble !== undefined || isOverdue(dueAt, now);
}

/** The time up to which a job is known. */
function knownUntil(state: JobState, now: number): number {
  return isStale(state, now) ? state.seenAt : now;
}

/**
 * What a job has used by `now`: the last answer, and the time since then while its command runs.
 * @returns hours of all GPUs together, and the cost in the platform's unit.
 */
export function usageAt(
  state: JobState,
  now: number,
): { gpuHours: number | undefined; cost: number | undefined } {
  const { report, seenAt } = state;
  if (report === undefined) return { gpuHours: undefined, cost: undefined };
  const { gpuHours, cost, gpus, nodes, pricePerNodeHour } = report;
  const run = report.stages.find(({ name }) => name === "run");
  const isRunning = report.phase === "running" && run !== undefined && run.endMs === undefined;
  const sinceHours = isRunning ? Math.max(0, knownUntil(state, now) - seenAt) / 3_600_000 : 0;
  return {
    gpuHours: gpuHours === undefined ? undefined : gpuHours + (gpus ?? 0) * sinceHours,
    cost:
      cost === undefined ? undefined : cost + (pricePerNodeHour ?? 0) * (nodes ?? 0) * sinceHours,
  };
}

/** How long the stage has lasted that a job is in, in ms. */
export function openStageMs(state: JobState, now: number): number | undefined {
  const stage = state.report?.stages.find(({ endMs }) => endMs === undefined);
  return stage && Math.max(0, knownUntil(state, now) - stage.startMs);
}
