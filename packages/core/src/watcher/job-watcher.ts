import { onAbort } from "../async/abort.ts";
import { createBell } from "../async/bell.ts";
import { createEventQueue } from "../async/event-queue.ts";
import { checkJobId } from "../jobs/job-id.ts";
import { type Lane, TurnTimeoutError } from "../calls/limiter.ts";
import { forget, loseOverdue, poll } from "./poll.ts";
import { lastPollMs } from "./rules.ts";
import { createSchedule } from "./schedule.ts";
import { isHeld } from "./trouble.ts";
import type { JobsUpdate, WaitOptions, WatcherContext } from "./updates.ts";
import type { WatchState } from "./watch-state.ts";

/** Watches jobs that come and go. */
export interface JobWatcher {
  /** Watches a job, from now on. @param options.isNew it was just created: quick polls, and it may be unknown yet. */
  add(jobId: string, options?: { isNew?: boolean | undefined }): void;
  /** Watches a job no longer. */
  remove(jobId: string): void;
  /** How many jobs are watched. */
  readonly size: number;
  /** Nothing is watched, and all that happened was read. */
  readonly isIdle: boolean;
  /** The next thing that happened; `undefined` once it is closed. Polls begin only while somebody waits for it. */
  next(): Promise<JobsUpdate | undefined>;
  /** Ends it: no poll goes on. */
  close(): void;
}

/** How long one try to get a turn lasts where the wait has a limit, in ms. */
const longestTurnMs = 1_000;
/** Polls that may be under way at once: a slow platform is not asked more. */
const mostPolls = 16;

/**
 * Watches any number of jobs over one schedule and one limiter, with one timer: each job quickly after a
 * change, then in growing pauses, and fairly where that is more than the rate allows. Only a status and a
 * few numbers are kept for each.
 */
export function openJobWatcher(context: WatcherContext, options: WaitOptions = {}): JobWatcher {
  const { clock } = context;
  const end = new AbortController();
  const bell = createBell(clock, end.signal);
  const state: WatchState = {
    ...context,
    options,
    schedule: createSchedule(options),
    updates: createEventQueue(bell.ring),
    signal: end.signal,
    failing: new Set(),
    polling: 0,
    outage: undefined,
    isReached: false,
    answeredAt: -Infinity,
    refusals: 0,
    heldUntil: -Infinity,
    bell,
  };
  const forward = () => state.updates.end(options.signal?.reason);
  const release = onAbort(options.signal, forward);
  const close = () => {
    release();
    end.abort();
    state.updates.end();
  };
  if (options.signal?.aborted) forward();
  run(state).catch((error: unknown) => state.updates.end(error));
  return {
    get size() {
      return state.schedule.size;
    },
    get isIdle() {
      return state.schedule.size === 0 && state.updates.size === 0;
    },
    add(jobId, { isNew } = {}) {
      // Whoever created it was answered.
      state.isReached ||= isNew === true;
      state.schedule.add(checkJobId(jobId), clock.now(), { isNew });
      bell.ring();
    },
    remove: (jobId) => forget(state, jobId),
    async next() {
      try {
        return await state.updates.next();
      } catch (error) {
        close();
        throw error;
      }
    },
    close,
  };
}

/** The one loop: waits for the next due job, then for a turn, and only then chooses the job. */
async function run(state: WatchState): Promise<void> {
  const { clock, schedule, limiter, signal, updates, bell, options } = state;
  const { timeoutMs: limitMs, queueTimeoutMs: queueLimitMs } = options;
  const hasLimit = limitMs !== undefined || queueLimitMs !== undefined;
  const timeoutMs = hasLimit ? longestTurnMs : undefined;
  while (!signal.aborted) {
    if (isHeld(state)) {
      await bell.wait(Math.min(state.heldUntil, loseOverdue(state)) - clock.now());
      continue;
    }
    const most = isDoubtful(state) ? 1 : mostPolls;
    const isFull = state.polling >= most || !updates.isAwaited;
    const next = isFull ? undefined : schedule.next(clock.now());
    if (next === undefined || next.inMs > 0) {
      await bell.wait(next?.inMs ?? Infinity);
      continue;
    }
    let lane: Lane;
    try {
      lane = await limiter.take({ lane: next.lane, signal, timeoutMs });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof TurnTimeoutError)) throw error;
      // A pause that the platform asked for must not hold a wait past its end.
      loseOverdue(state, lastPollMs);
      continue;
    }
    // While it waited for the turn, a token may have been refused.
    const job = isHeld(state) ? undefined : schedule.pick(lane, clock.now());
    if (job !== undefined) void poll(state, job);
  }
}

/** Whether one poll must tell how it goes on: new tokens are refused, or the first polls failed. */
function isDoubtful({ refusals, isReached, outage }: WatchState): boolean {
  return refusals > 0 || (!isReached && outage !== undefined);
}
