import { onAbort } from "../abort.ts";
import { createEventQueue } from "../event-queue.ts";
import { checkJobId } from "../job-id.ts";
import { forget, look, rest } from "./look.ts";
import { createSchedule } from "./schedule.ts";
import { isHeld } from "./trouble.ts";
import type { JobsUpdate, WatcherContext, WatchJobsOptions } from "./updates.ts";
import type { WatchState } from "./watch-state.ts";

/** Watches jobs that come and go. */
export interface JobWatcher {
  /** Watches a job, from now on. @param options.isNew it was just made: quick looks, and it may be unknown yet. */
  add(jobId: string, options?: { isNew?: boolean | undefined }): void;
  /** Watches a job no longer. */
  remove(jobId: string): void;
  /** How many jobs are watched. */
  readonly size: number;
  /** The next thing that happened; `undefined` once it is closed. */
  next(): Promise<JobsUpdate | undefined>;
  /** Ends it: no look goes on. */
  close(): void;
}

/** Looks that may be under way at once: a slow platform is not asked more. */
const mostLooks = 16;
/** Updates that may lie unread before the looks pause. */
const mostUnread = 1_000;
/**
 * Watches many jobs over one schedule and one limiter, with one timer: each job as a wait of its own would
 * (quickly after a change, then in growing pauses), and fairly where that is more than the rate allows.
 * Only a status and a few numbers are kept for each.
 */
export function openJobWatcher(
  context: WatcherContext,
  options: WatchJobsOptions = {},
): JobWatcher {
  const { clock } = context;
  const end = new AbortController();
  const state: WatchState = {
    ...context,
    options,
    schedule: createSchedule(options),
    updates: createEventQueue(),
    told: new Map(),
    signal: end.signal,
    failing: new Map(),
    looking: 0,
    outage: undefined,
    isReached: false,
    answeredAt: -Infinity,
    refusals: 0,
    heldUntil: -Infinity,
    ring: () => {},
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
    add(jobId, { isNew } = {}) {
      // Whoever made it was answered.
      state.isReached ||= isNew === true;
      state.schedule.add(checkJobId(jobId), clock.now(), { isNew });
      state.ring();
    },
    remove: (jobId) => forget(state, jobId),
    async next() {
      try {
        const update = await state.updates.next();
        if (state.updates.size < mostUnread) state.ring();
        return update;
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
  const { clock, schedule, limiter, signal } = state;
  while (!signal.aborted) {
    const next = schedule.next();
    const most = isDoubtful(state) ? 1 : mostLooks;
    const isFull = state.looking >= most || state.updates.size >= mostUnread;
    const waitMs = next && !isFull ? next.dueAt - clock.now() : Infinity;
    if (next === undefined || waitMs > 0) {
      await pause(state, waitMs);
      continue;
    }
    try {
      if (!isHeld(state)) await limiter.take({ lane: next.lane, signal });
    } catch {
      return;
    }
    const job = schedule.pick(clock.now());
    if (job === undefined) continue;
    if (isHeld(state)) rest(state, job);
    else void look(state, job);
  }
}

/** Whether one look must tell how it goes on: new tokens are refused, or the first looks failed. */
function isDoubtful({ refusals, isReached, outage }: WatchState): boolean {
  return refusals > 0 || (!isReached && outage !== undefined);
}

/** Waits for some time, or until something has changed. */
async function pause(state: WatchState, ms: number): Promise<void> {
  const wake = new AbortController();
  const ring = () => {
    state.ring = () => {};
    wake.abort();
  };
  state.ring = ring;
  const release = onAbort(state.signal, ring);
  if (Number.isFinite(ms)) await state.clock.sleep(ms, wake.signal).catch(() => {});
  else if (!state.signal.aborted) {
    await new Promise((resolve) => wake.signal.addEventListener("abort", resolve, { once: true }));
  }
  release();
  state.ring = () => {};
}
