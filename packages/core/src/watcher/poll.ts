import {
  type KnownError,
  ApiError,
  AuthError,
  JobEndedError,
  JobGoneError,
} from "../errors/errors.ts";
import { isPassing, isTimeout, toTelling } from "../calls/retry.ts";
import { type IdentifiedJob, jobUrl } from "../jobs/job-id.ts";
import { canStop, classifyJob } from "../jobs/phase.ts";
import { readNodeNames, summarizeJob } from "../jobs/report.ts";
import {
  fewestEnds,
  fewestRefusals,
  isTolerable,
  lastTurnMs,
  notFoundGraceMs,
  saysNotFound,
  toRetryAfter,
} from "./rules.ts";
import { longestPauseMs, type NextPoll, turnMs } from "./schedule.ts";
import {
  givesUpAt,
  hold,
  leaveOutage,
  noteAnswer,
  noteFailure,
  noteRefusal,
  type WatchState,
} from "./trouble.ts";
import { nextLimit, toTimeout, type WatchedJob } from "./watched-job.ts";

/** How much longer than the limit of a wait a poll may take, in ms. */
const lastPollMs = 1_000;

/** Polls a job once, reports what is new, and puts it back into the schedule; it never throws. */
export async function poll(state: WatchState, job: WatchedJob): Promise<void> {
  state.polling += 1;
  try {
    await pollOnce(state, job);
  } catch (grave) {
    state.updates.end(grave);
  }
  state.polling -= 1;
  state.bell.ring();
}

async function pollOnce(state: WatchState, job: WatchedJob): Promise<void> {
  const { clock, context, schedule, signal, options } = state;
  // Read before the poll, so that a limit never passes without a last poll after it.
  const polledAt = clock.now();
  const limitAt = () => nextLimit(options, job).at;
  // A silent platform must not hold the wait past its end; with a limit of 0 this is its one poll.
  const timeoutMs = Math.min(
    context.callTimeoutMs,
    Math.max(options.timeoutMs === 0 ? lastTurnMs : lastPollMs, limitAt() - polledAt),
    Math.max(lastTurnMs, givesUpAt(state, job, polledAt) - polledAt),
  );
  const answer = await context.getJob(job.jobId, { signal, timeoutMs, turn: "prepaid" }).then(
    (found) => ({ found }),
    (error: unknown) => ({ error }),
  );
  if ("found" in answer) noteAnswer(state, job);
  if (signal.aborted || !schedule.has(job)) return;
  const now = clock.now();
  const isCut = timeoutMs < context.callTimeoutMs;
  const next =
    "found" in answer
      ? takeAnswer(state, job, answer.found, now)
      : takeFailure(state, job, polledAt, toTelling(answer.error, job.failing?.error, isCut));
  // Another poll of a silent platform would only hold the wait longer.
  const isSilent = "error" in answer && isTimeout(answer.error);
  if (loseAtLimit(state, job, isSilent ? now : polledAt)) return;
  const lostAt = givesUpAt(state, job);
  const latestAt = Math.min(limitAt(), lostAt > now ? lostAt : Infinity, next.latestAt ?? Infinity);
  schedule.polled(job, now, { ...next, latestAt });
}

/**
 * Gives up the jobs whose limit has passed, while none can be polled.
 * @param graceMs how long ago it must have passed.
 * @returns when the next limit passes.
 */
export function loseOverdue(state: WatchState, graceMs = 0): number {
  const now = state.clock.now() - graceMs;
  const limits = [...state.schedule.all()].map((job) =>
    loseAtLimit(state, job, now) ? Infinity : nextLimit(state.options, job).at,
  );
  return limits.reduce((first, at) => Math.min(first, at), Infinity);
}

function loseAtLimit(state: WatchState, job: WatchedJob, now: number): boolean {
  const limit = nextLimit(state.options, job);
  if (!state.schedule.has(job) || now < limit.at) return false;
  const { seen, refused } = job;
  const isGone = seen !== undefined && refused !== undefined && refused.polls >= fewestRefusals;
  const error = isGone
    ? toGone(state, job, refused.error)
    : toTimeout(job, limit, state.clock.now());
  lose(state, job, error);
  return true;
}

function takeAnswer(
  state: WatchState,
  watched: WatchedJob,
  job: IdentifiedJob,
  now: number,
): NextPoll {
  const { context, updates, options, schedule } = state;
  const { jobId, seen } = watched;
  const { status, sub_msg: message, current_running_round: round } = job;
  const { phase, isTerminal, holdsNodes } = classifyJob(job);
  const isSameStage = status === seen?.status && round === seen?.round;
  // The first answer about a job that was there before does not say when it changed.
  const hasChanged = seen !== undefined && !isSameStage;
  const isNew = seen === undefined || !isSameStage || message !== seen.message;
  const isLast = isTerminal && !(holdsNodes && options.untilReleased === true);
  watched.seen = { status, message, round, atMs: Date.now() };
  // In another round the job has run in between, also where no poll saw it.
  const queuedBefore = (seen?.round ?? round) === round ? watched.queuedSince : undefined;
  watched.queuedSince = phase === "queued" ? (queuedBefore ?? now) : undefined;
  watched.endedPolls = phase === "ended" ? watched.endedPolls + 1 : 0;
  const hasEnded = watched.endedPolls >= fewestEnds;
  const nodeNames = readNodeNames(job);
  // The answer about the end may not have them any more.
  if (nodeNames.length > 0 || !isTerminal) watched.nodeNames = nodeNames;
  if (isLast) forget(state, jobId);
  if (isNew || isLast || hasEnded || options.everyPoll) {
    const report = { ...summarizeJob(job, context), nodeNames: watched.nodeNames };
    const unchangedMs = hasChanged ? 0 : now - watched.changedAt;
    const pauseMs = longestPauseMs(now - watched.addedAt, unchangedMs, options);
    const nextPollMs = Math.max(pauseMs, turnMs(schedule.size, context.limiter.perSecond));
    updates.push({ type: "job", jobId, job, report, phase, isTerminal, isLast, nextPollMs });
    const { url, finishedMs: endedAtMs } = report;
    if (hasEnded) lose(state, watched, new JobEndedError({ jobId, url, status, endedAtMs }));
  }
  return { hasChanged };
}

/** Handles a failed poll: the job is not known, it or the platform is out of reach, or the error is final. */
function takeFailure(
  state: WatchState,
  job: WatchedJob,
  polledAt: number,
  error: unknown,
): NextPoll {
  // A poll that is under way may still be answered.
  const isReached = state.isReached || state.polling > 1;
  const isRefusal = error instanceof ApiError && !isPassing(error);
  const isKnown = job.isNew || (job.seen ?? job.before) !== undefined;
  const mayPass = isRefusal && isKnown && !saysNotFound(error);
  if (mayPass || isTolerable(error, isReached)) {
    const { failures, lost } = noteFailure(state, job, polledAt, error);
    if (lost !== undefined) lose(state, job, lost);
    if (error instanceof AuthError) hold(state, error);
    return { afterMs: toRetryAfter(error, failures) };
  }
  if (!(error instanceof ApiError)) throw error;
  if (saysNotFound(error) && isKnown) return takeNotFound(state, job, polledAt, error);
  lose(state, job, error);
  return {};
}

/** Handles an answer that there is no such job, of one that it has shown or that was just created. */
function takeNotFound(
  state: WatchState,
  job: WatchedJob,
  polledAt: number,
  error: ApiError,
): NextPoll {
  const { addedAt } = job;
  const now = state.clock.now();
  const { sinceMs, polls } = noteRefusal(state, job, job.seen ? polledAt : addedAt, error);
  const endsAt = sinceMs + notFoundGraceMs;
  const gone = toGone(state, job, error);
  // What had ended is believed to be deleted.
  if ((now >= endsAt || gone.hasEnded) && polls >= fewestRefusals) lose(state, job, gone);
  return { hasChanged: polls === 1, latestAt: now < endsAt ? endsAt : Infinity };
}

function toGone(
  { context, clock }: WatchState,
  { jobId, addedAt, seen, before }: WatchedJob,
  error: ApiError,
): JobGoneError {
  const { status, atMs: seenAtMs = Date.now() - (clock.now() - addedAt) } = seen ?? before ?? {};
  const hasEnded = !canStop(status);
  const url = jobUrl(context.baseUrl, jobId);
  return new JobGoneError({ jobId, url, status, seenAtMs, hasEnded }, error);
}

function lose(state: WatchState, { jobId }: WatchedJob, error: KnownError): void {
  forget(state, jobId);
  state.updates.push({ type: "lost", jobId, error });
}

/** Watches a job no longer. */
export function forget(state: WatchState, jobId: string): void {
  const job = state.schedule.remove(jobId);
  if (job !== undefined) leaveOutage(state, job);
}
