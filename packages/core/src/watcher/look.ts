import { formatDuration } from "../duration.ts";
import type { QizhiError } from "../errors.ts";
import { ApiError, WaitLostError } from "../errors.ts";
import type { EventQueue } from "../event-queue.ts";
import type { IdentifiedJob } from "../job-id.ts";
import { classifyStatus } from "../phase.ts";
import { nextLimit, toTimeout, type WaitLimit } from "../wait-limit.ts";
import { isNotKnownYet, isTolerable, lookTimeoutMs, toRetryAfter } from "../wait-rules.ts";
import type { LookOutcome, Schedule, Scheduled } from "./schedule.ts";
import type { JobsUpdate, WatcherContext, WatchJobsOptions } from "./updates.ts";

/** What the looks of one watcher share. */
export interface WatchState extends WatcherContext {
  readonly options: WatchJobsOptions;
  readonly schedule: Schedule;
  readonly updates: EventQueue<JobsUpdate>;
  /** What the platform last said about each job, and only that. */
  readonly told: Map<string, Told>;
  readonly signal: AbortSignal;
  /** Since when a job could not be asked about, where others could. */
  readonly failingSince: Map<string, number>;
  looking: number;
  /** Failed looks in a row, over all jobs. */
  outage: { sinceMs: number; failures: number; isTold: boolean } | undefined;
  /** Wakes the loop. */
  ring: () => void;
}

interface Told {
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly isQueued: boolean;
}

/** Looks at a job once, tells what is new, and puts it back into the schedule; it never throws. */
export async function look(state: WatchState, scheduled: Scheduled): Promise<void> {
  state.looking += 1;
  try {
    await lookOnce(state, scheduled);
  } catch (grave) {
    state.updates.end(grave);
  }
  state.looking -= 1;
  state.ring();
}

async function lookOnce(state: WatchState, scheduled: Scheduled): Promise<void> {
  const { clock, schedule, signal } = state;
  const { jobId } = scheduled;
  // Taken before the look, so that a limit never passes without a last look after it.
  const lookedAt = clock.now();
  let outcome: LookOutcome;
  try {
    const timeoutMs = lookTimeoutMs(state.callTimeoutMs, endsAt(state, scheduled) - lookedAt);
    const job = await state.getJob(jobId, { signal, timeoutMs, pace: "prepaid" });
    noteAnswer(state, jobId);
    if (scheduled.isGone) return;
    outcome = tell(state, scheduled, job);
  } catch (error) {
    if (signal.aborted || scheduled.isGone) return;
    outcome = takeFailure(state, scheduled, lookedAt, error);
  }
  if (scheduled.isGone) return;
  const limit = limitOf(state, scheduled);
  if (limit !== undefined && lookedAt >= limit.at) {
    lose(state, jobId, toTimeout(jobId, limit, state.told.get(jobId)?.status));
  } else {
    schedule.looked(scheduled, clock.now(), { ...outcome, latestAt: endsAt(state, scheduled) });
  }
}

function limitOf({ options, told }: WatchState, scheduled: Scheduled): WaitLimit | undefined {
  const isQueued = told.get(scheduled.jobId)?.isQueued ?? true;
  return nextLimit(options, scheduled.addedAt, isQueued);
}

/** When a job's limit is reached, or the error budget of all is used up unless something is heard before. */
function endsAt(state: WatchState, scheduled: Scheduled): number {
  const { outage } = state;
  const givesUpAt = outage ? outage.sinceMs + budgetMs(state) : Infinity;
  return Math.min(limitOf(state, scheduled)?.at ?? Infinity, givesUpAt);
}

function noteAnswer(state: WatchState, jobId: string): void {
  const { outage } = state;
  if (outage?.isTold) {
    state.updates.push({ type: "recovered", afterMs: state.clock.now() - outage.sinceMs });
  }
  state.outage = undefined;
  state.failingSince.delete(jobId);
}

function tell(state: WatchState, scheduled: Scheduled, job: IdentifiedJob): LookOutcome {
  const { updates, told, options } = state;
  const { jobId } = scheduled;
  const { status, sub_msg: message, current_running_round: round } = job;
  const { phase, isTerminal, holdsNodes } = classifyStatus(status);
  const stage = JSON.stringify([status, round]);
  const isNew = stage !== scheduled.stage || message !== told.get(jobId)?.message;
  const isLast = isTerminal && !(holdsNodes && options.untilReleased === true);
  if (isLast) forget(state, jobId);
  else told.set(jobId, { status, message, isQueued: phase === "queued" });
  if (isNew || options.everyLook) {
    updates.push({ type: "job", jobId, job, phase, isTerminal, isLast });
  }
  return { stage };
}

/** Takes a failed look: the job is not known, the platform is out of reach, or nothing will help. */
function takeFailure(
  state: WatchState,
  { jobId, isNew, addedAt }: Scheduled,
  lookedAt: number,
  error: unknown,
): LookOutcome {
  const { clock, failingSince, told } = state;
  if (isTolerable(error, isNew || told.has(jobId))) {
    noteOutage(state, jobId, lookedAt, error);
    const since = failingSince.get(jobId) ?? lookedAt;
    failingSince.set(jobId, since);
    if (clock.now() - since >= budgetMs(state)) lose(state, jobId, error);
    return { afterMs: toRetryAfter(error) };
  }
  if (!(error instanceof ApiError)) throw error;
  if (!isNew || !isNotKnownYet(error, clock.now() - addedAt)) lose(state, jobId, error);
  return {};
}

/** Counts failures in a row, tells of them once, and gives up after the error budget. */
function noteOutage(state: WatchState, jobId: string, lookedAt: number, error: QizhiError): void {
  const outage = (state.outage ??= { sinceMs: lookedAt, failures: 0, isTold: false });
  outage.failures += 1;
  // One answer among many that fails is no outage.
  if (!outage.isTold && outage.failures >= Math.min(3, state.schedule.size)) {
    outage.isTold = true;
    state.updates.push({ type: "trouble", error });
  }
  const forMs = state.clock.now() - outage.sinceMs;
  if (forMs >= budgetMs(state)) throw new WaitLostError(jobId, formatDuration(forMs), error);
}

function budgetMs({ options }: WatchState): number {
  return options.errorBudgetMs ?? 600_000;
}

function lose(state: WatchState, jobId: string, error: QizhiError): void {
  forget(state, jobId);
  state.updates.push({ type: "lost", jobId, error });
}

/** Watches a job no longer. */
export function forget({ schedule, told, failingSince }: WatchState, jobId: string): void {
  schedule.remove(jobId);
  told.delete(jobId);
  failingSince.delete(jobId);
}
