import type { JobReport, JobUpdate, KnownError } from "@qizhi/core";
import { excerpt, isOverdue } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { Messages } from "../messages/en.ts";
import { toMomentText } from "../text/time-text.ts";

/** The failure of the polls of a job, or of all jobs. */
type Trouble = Pick<Extract<JobUpdate, { type: "trouble" }>, "error" | "lastSeen">;

/** The state of a watched job. */
export interface JobState {
  readonly jobId: string;
  /** The report of its last poll; none before the first. */
  report: JobReport | undefined;
  /** When the last poll was answered, epoch ms by the platform's clock. */
  seenAt: number;
  /** When the next answer is expected, by the same clock. */
  dueAt: number;
  /** Why polls fail at the moment, or why the job was given up. */
  trouble: KnownError | undefined;
  /** How the job stood before the platform refused to show it. */
  lastSeen?: Trouble["lastSeen"];
  /** The outcome is known, or the job was given up: there are no more polls. */
  hasEnded: boolean;
  /** The job was given up and may go on. */
  isGivenUp: boolean;
}

/** A job before its first poll. */
export function newJobState(jobId: string): JobState {
  const [report, trouble] = [undefined, undefined];
  return { jobId, report, seenAt: 0, dueAt: Infinity, trouble, hasEnded: false, isGivenUp: false };
}

/** A job as of a poll. */
export function toJobState(report: JobReport): JobState {
  return { ...newJobState(report.jobId), report, seenAt: report.seenMs };
}

/** Says why a job, or all `count`, cannot be polled, and how it was last seen. */
export function sayTrouble({ error, lastSeen }: Trouble, count: number, t: Messages): string {
  const why = sayError(error, t).summary;
  if (lastSeen === undefined) return t.cannotAsk(why, count);
  const status = excerpt(lastSeen.status ?? t.noStatus, 60);
  return t.isRefused(why, status, toMomentText(lastSeen.atMs, t));
}

/** Whether the state of a job is out of date: polls fail, or an answer is overdue. */
export function isStale({ report, trouble, hasEnded, dueAt }: JobState, now: number): boolean {
  if (report === undefined || hasEnded) return false;
  return trouble !== undefined || isOverdue(dueAt, now);
}

/** The time up to which the state of a job is known. */
function knownUntil(state: JobState, now: number): number {
  return isStale(state, now) ? state.seenAt : now;
}

/**
 * The use of a job by `now`: that of the last answer, and of the time since then while its command runs.
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

/** The age of the stage that a job is in, in ms. */
export function openStageMs(state: JobState, now: number): number | undefined {
  const stage = state.report?.stages.find(({ endMs }) => endMs === undefined);
  return stage && Math.max(0, knownUntil(state, now) - stage.startMs);
}
