import type { JobReport, JobsUpdate, JobUpdate, Stage } from "@qizhi/core";
import { excerpt, isOverdue } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { Messages } from "../messages/en.ts";
import { toMomentText } from "../text/time-text.ts";

/** Why polls of a job, or of all jobs, fail, or why a job was given up. */
type Trouble = Pick<Extract<JobUpdate, { type: "trouble" }>, "error" | "lastSeen">;

/** The state of a watched job. */
export interface JobState {
  readonly jobId: string;
  /** The report of its last poll; none before the first. */
  report: JobReport | undefined;
  /** How far the platform's clock, by which jobs have their times, was ahead of this machine's at that poll. */
  aheadMs: number;
  /** When the next answer is expected, epoch ms by the platform's clock. */
  dueAt: number;
  trouble: Trouble | undefined;
  /** The outcome is known, or the job was given up: there are no more polls. */
  hasEnded: boolean;
  /** The job was given up and may go on. */
  isGivenUp: boolean;
}

/** A job before its first poll, or as of a poll. */
export function newJobState(jobId: string, report?: JobReport): JobState {
  const none = { aheadMs: 0, dueAt: Infinity, trouble: undefined };
  return { jobId, report, ...none, hasEnded: false, isGivenUp: false };
}

/** Applies an update to the job that it names, without a name to all active jobs. */
export function takeUpdate(states: ReadonlyMap<string, JobState>, update: JobsUpdate): void {
  const { jobId } = update;
  for (const state of jobId === undefined ? states.values() : [states.get(jobId)]) {
    if (state === undefined || state.hasEnded) continue;
    state.trouble = "error" in update ? update : undefined;
    if (update.type === "lost") [state.hasEnded, state.isGivenUp] = [true, true];
    if (update.type !== "job") continue;
    const { report } = update;
    state.report = report;
    state.aheadMs = report.seenMs - Date.now();
    state.dueAt = report.seenMs + update.nextPollMs;
    state.hasEnded = update.isTerminal;
  }
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
  return isStale(state, now) ? state.report!.seenMs : now;
}

/**
 * The use of a job by `now`: that of the last answer, and of the time since then while its command runs.
 * @returns hours of all GPUs together, and the cost in the platform's unit.
 */
export function usageAt(
  state: JobState,
  now: number,
): { gpuHours?: number | undefined; cost?: number | undefined } {
  const { report } = state;
  if (report === undefined) return {};
  const { gpuHours, cost, gpus = 0, nodes = 0, pricePerNodeHour = 0, seenMs } = report;
  const isRunning = report.phase === "running" && openStage(state)?.name === "run";
  const sinceHours = isRunning ? Math.max(0, knownUntil(state, now) - seenMs) / 3_600_000 : 0;
  return {
    gpuHours: gpuHours === undefined ? undefined : gpuHours + gpus * sinceHours,
    cost: cost === undefined ? undefined : cost + pricePerNodeHour * nodes * sinceHours,
  };
}

function openStage({ report }: JobState): Stage | undefined {
  return report?.stages.find(({ endMs }) => endMs === undefined);
}

/** The phase of a job and for how long it has lasted, or how long ago it was seen. */
export function sayPhase(
  state: JobState,
  now: number,
  t: Messages,
  toText: (ms: number) => string,
): string {
  const { phase, seenMs } = state.report!;
  const since = openStageMs(state, now);
  if (isStale(state, now)) return t.lastSeen(t.phases[phase], toText(now - seenMs));
  return since === undefined ? t.phases[phase] : t.phaseFor(t.phases[phase], toText(since));
}

/** The age of the stage that a job is in, in ms. */
export function openStageMs(state: JobState, now: number): number | undefined {
  const stage = openStage(state);
  return stage && Math.max(0, knownUntil(state, now) - stage.startMs);
}
