import { formatDuration } from "../duration.ts";
import type { QizhiError } from "../errors.ts";
import { ApiError, AuthError, WaitLostError } from "../errors.ts";
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
  /** The jobs whose last look failed. */
  readonly failing: Map<string, Failing>;
  looking: number;
  /** Nothing was heard since then, and these jobs failed (some of them, once it is told). */
  outage: { sinceMs: number; jobs: Set<string>; isTold: boolean } | undefined;
  /** The platform has answered. */
  isReached: boolean;
  /** How often the looks were held back in a row because new tokens are refused. */
  refusals: number;
  /** Until when they are. */
  heldUntil: number;
  /** Wakes the loop. */
  ring: () => void;
}

interface Failing {
  readonly sinceMs: number;
  failures: number;
  /** It was told that this job cannot be asked about, while others can. */
  isTold: boolean;
}

// Failed looks in a row at a job, or failed jobs in a row, that are more than bad luck.
const fewestFailures = 3;

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
  const endsAt = () => {
    return Math.min(limitOf(state, scheduled)?.at ?? Infinity, givesUpAt(state, jobId));
  };
  const timeoutMs = lookTimeoutMs(state.callTimeoutMs, endsAt() - lookedAt);
  const answer = await state.getJob(jobId, { signal, timeoutMs, pace: "prepaid" }).then(
    (job) => ({ job }),
    (error: unknown) => ({ error }),
  );
  if ("job" in answer) noteAnswer(state, jobId);
  if (signal.aborted || scheduled.isGone) return;
  const outcome =
    "job" in answer
      ? tell(state, scheduled, answer.job)
      : takeFailure(state, scheduled, lookedAt, answer.error);
  if (!loseAtLimit(state, scheduled, lookedAt)) {
    schedule.looked(scheduled, clock.now(), { ...outcome, latestAt: endsAt() });
  }
}

/** Whether looks are held back, because each would cost a login. */
export function isHeld({ clock, heldUntil }: WatchState): boolean {
  return clock.now() < heldUntil;
}

/** Lets a job that is due wait while looks are held back. */
export function rest(state: WatchState, scheduled: Scheduled): void {
  if (loseAtLimit(state, scheduled, state.clock.now())) return;
  const limit = limitOf(state, scheduled);
  state.schedule.defer(scheduled, Math.min(state.heldUntil, limit?.at ?? Infinity));
}

function loseAtLimit(state: WatchState, scheduled: Scheduled, now: number): boolean {
  const { jobId, isGone } = scheduled;
  const limit = limitOf(state, scheduled);
  if (isGone || limit === undefined || now < limit.at) return false;
  lose(state, jobId, toTimeout(jobId, limit, state.told.get(jobId)?.status));
  return true;
}

function limitOf({ options, told }: WatchState, scheduled: Scheduled): WaitLimit | undefined {
  const isQueued = told.get(scheduled.jobId)?.isQueued ?? true;
  return nextLimit(options, scheduled.addedAt, isQueued);
}

/** When the error budget of a job or of all is used up, unless something is heard before. */
function givesUpAt(state: WatchState, jobId: string): number {
  const own = state.failing.get(jobId)?.sinceMs ?? Infinity;
  return Math.min(own, state.outage?.sinceMs ?? Infinity) + budgetMs(state);
}

function noteAnswer(state: WatchState, jobId: string): void {
  const { clock, failing, outage, updates } = state;
  state.isReached = true;
  state.refusals = 0;
  state.outage = undefined;
  if (outage?.isTold) {
    updates.push({ type: "recovered", afterMs: clock.now() - outage.sinceMs });
    // Of these it is not true, and is told again.
    for (const own of failing.values()) own.isTold = false;
  }
  const own = failing.get(jobId);
  if (own?.isTold) updates.push({ type: "recovered", jobId, afterMs: clock.now() - own.sinceMs });
  failing.delete(jobId);
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

/** Takes a failed look: the job is not known, it or the platform is out of reach, or nothing will help. */
function takeFailure(
  state: WatchState,
  { jobId, isNew, addedAt }: Scheduled,
  lookedAt: number,
  error: unknown,
): LookOutcome {
  const { clock, looking, isReached } = state;
  // A look that is under way may be answered yet.
  if (isTolerable(error, isReached || looking > 1)) {
    const own = noteFailure(state, jobId, lookedAt, error);
    if (error instanceof AuthError) hold(state, error);
    return { afterMs: toRetryAfter(error, own.failures) };
  }
  if (!(error instanceof ApiError)) throw error;
  if (!isNew || !isNotKnownYet(error, clock.now() - addedAt)) lose(state, jobId, error);
  return {};
}

/** Counts the failed looks at a job, tells of them once, and gives the job up after the error budget. */
function noteFailure(
  state: WatchState,
  jobId: string,
  lookedAt: number,
  error: QizhiError,
): Failing {
  const own = state.failing.get(jobId) ?? { sinceMs: lookedAt, failures: 0, isTold: false };
  state.failing.set(jobId, own);
  own.failures += 1;
  // A job that was told of by itself says nothing about the platform.
  if (!own.isTold) noteOutage(state, jobId, lookedAt, error);
  const forMs = state.clock.now() - own.sinceMs;
  if (forMs >= budgetMs(state)) {
    lose(state, jobId, new WaitLostError(jobId, formatDuration(forMs), error));
  } else if (own.failures >= fewestFailures && !own.isTold && !state.outage?.isTold) {
    own.isTold = true;
    leaveOutage(state, jobId);
    state.updates.push({ type: "trouble", jobId, error });
  }
  return own;
}

/** Counts jobs that failed in a row, tells of them once, and gives all up after the error budget. */
function noteOutage(state: WatchState, jobId: string, lookedAt: number, error: QizhiError): void {
  const outage = (state.outage ??= { sinceMs: lookedAt, jobs: new Set(), isTold: false });
  if (!outage.isTold) {
    outage.jobs.add(jobId);
    const ownTroubles = [...state.failing.values()].filter(({ isTold }) => isTold).length;
    // One job among many that fails is no outage.
    if (outage.jobs.size < Math.min(fewestFailures, state.schedule.size - ownTroubles)) return;
    outage.isTold = true;
    state.updates.push({ type: "trouble", error });
  }
  const forMs = state.clock.now() - outage.sinceMs;
  if (forMs >= budgetMs(state)) throw new WaitLostError(jobId, formatDuration(forMs), error);
}

function leaveOutage(state: WatchState, jobId: string): void {
  const { outage } = state;
  if (!outage?.jobs.delete(jobId) || outage.isTold || outage.jobs.size > 0) return;
  state.outage = undefined;
}

/** Holds all looks back after a new token was refused; those under way then count as one. */
function hold(state: WatchState, error: AuthError): void {
  if (isHeld(state)) return;
  state.refusals += 1;
  const until = state.clock.now() + toRetryAfter(error, state.refusals);
  state.heldUntil = Math.min(until, (state.outage?.sinceMs ?? Infinity) + budgetMs(state));
}

function budgetMs({ options }: WatchState): number {
  return options.errorBudgetMs ?? 600_000;
}

function lose(state: WatchState, jobId: string, error: QizhiError): void {
  forget(state, jobId);
  state.updates.push({ type: "lost", jobId, error });
}

/** Watches a job no longer. */
export function forget(state: WatchState, jobId: string): void {
  state.schedule.remove(jobId);
  state.told.delete(jobId);
  state.failing.delete(jobId);
  leaveOutage(state, jobId);
}
