import type { QizhiError } from "../errors.ts";
import { ApiError, AuthError } from "../errors.ts";
import type { IdentifiedJob } from "../job-id.ts";
import { classifyStatus } from "../phase.ts";
import { nextLimit, toTimeout, type WaitLimit } from "../wait-limit.ts";
import { isNotKnownYet, isTolerable, lookTimeoutMs, toRetryAfter } from "../wait-rules.ts";
import type { LookOutcome, Scheduled } from "./schedule.ts";
import { forgetTrouble, givesUpAt, hold, noteAnswer, noteFailure } from "./trouble.ts";
import type { WatchState } from "./watch-state.ts";

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
  const answer = await state.getJob(jobId, { signal, timeoutMs, turn: "prepaid" }).then(
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
    const { failures, lost } = noteFailure(state, jobId, lookedAt, error);
    if (lost !== undefined) lose(state, jobId, lost);
    if (error instanceof AuthError) hold(state, error);
    return { afterMs: toRetryAfter(error, failures) };
  }
  if (!(error instanceof ApiError)) throw error;
  if (!isNew || !isNotKnownYet(error, clock.now() - addedAt)) lose(state, jobId, error);
  return {};
}

function lose(state: WatchState, jobId: string, error: QizhiError): void {
  forget(state, jobId);
  state.updates.push({ type: "lost", jobId, error });
}

/** Watches a job no longer. */
export function forget(state: WatchState, jobId: string): void {
  state.schedule.remove(jobId);
  state.told.delete(jobId);
  forgetTrouble(state, jobId);
}
