import { formatDuration } from "../duration.ts";
import type { AuthError, QizhiError } from "../errors.ts";
import { WaitLostError } from "../errors.ts";
import { toRetryAfter } from "../wait-rules.ts";
import type { WatchState } from "./watch-state.ts";

// Failed looks in a row at a job, or failed jobs in a row, that are more than bad luck.
const fewestFailures = 3;

/** Takes an answer about a job: what there was of trouble is over, and that is told. */
export function noteAnswer(state: WatchState, jobId: string): void {
  const { clock, failing, outage, updates } = state;
  state.isReached = true;
  state.answeredAt = clock.now();
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

/**
 * Counts the failed looks at a job, tells of them once, and gives the job up after the error budget.
 * @returns how many they are in a row, and what to give it up with.
 * @throws {WaitLostError} all are given up.
 */
export function noteFailure(
  state: WatchState,
  jobId: string,
  lookedAt: number,
  error: QizhiError,
): { failures: number; lost?: WaitLostError } {
  const own = state.failing.get(jobId) ?? { sinceMs: lookedAt, failures: 0, isTold: false };
  state.failing.set(jobId, own);
  own.failures += 1;
  // A job that was told of by itself says nothing about the platform.
  if (!own.isTold) noteOutage(state, jobId, lookedAt, error);
  const forMs = state.clock.now() - own.sinceMs;
  // While nobody knows whether it is this job or the platform, the next look at another tells.
  const isAlone = state.answeredAt > own.sinceMs || state.failing.size >= state.schedule.size;
  if (isAlone && forMs >= budgetMs(state)) {
    const lost = new WaitLostError(jobId, formatDuration(forMs), error);
    return { failures: own.failures, lost };
  }
  if (own.failures >= fewestFailures && !own.isTold && !state.outage?.isTold) {
    own.isTold = true;
    leaveOutage(state, jobId);
    state.updates.push({ type: "trouble", jobId, error });
  }
  return { failures: own.failures };
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

/** Takes a job out of the outage that all are in; without any it is none. */
function leaveOutage(state: WatchState, jobId: string): void {
  const { outage } = state;
  if (!outage?.jobs.delete(jobId) || outage.isTold || outage.jobs.size > 0) return;
  state.outage = undefined;
}

/** Holds all looks back after a new token was refused; those under way then count as one. */
export function hold(state: WatchState, error: AuthError): void {
  if (isHeld(state)) return;
  state.refusals += 1;
  const until = state.clock.now() + toRetryAfter(error, state.refusals);
  state.heldUntil = Math.min(until, (state.outage?.sinceMs ?? Infinity) + budgetMs(state));
}

/** Forgets the trouble of a job that is watched no longer. */
export function forgetTrouble(state: WatchState, jobId: string): void {
  state.failing.delete(jobId);
  leaveOutage(state, jobId);
}

function budgetMs({ options }: WatchState): number {
  return options.errorBudgetMs ?? 600_000;
}

/** When the error budget of a job or of all will be used up, unless something is heard before. */
export function givesUpAt(state: WatchState, jobId: string): number {
  const own = state.failing.get(jobId)?.sinceMs ?? Infinity;
  const at = Math.min(own, state.outage?.sinceMs ?? Infinity) + budgetMs(state);
  return at > state.clock.now() ? at : Infinity;
}

/** Whether looks are held back, because each would cost a login. */
export function isHeld({ clock, heldUntil }: WatchState): boolean {
  return clock.now() < heldUntil;
}
