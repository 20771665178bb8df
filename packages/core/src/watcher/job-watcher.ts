import { onAbort } from "../async/abort.ts";
import { Bell } from "../async/bell.ts";
import { EventQueue } from "../async/event-queue.ts";
import { checkJobId } from "../jobs/job-id.ts";
import { type Lane, TurnTimeoutError } from "../calls/limiter.ts";
import { forget, loseOverdue, poll } from "./poll.ts";
import { lastTurnMs } from "./rules.ts";
import { Schedule } from "./schedule.ts";
import { isHeld } from "./trouble.ts";
import type { JobsUpdate, WaitOptions, WatcherContext } from "./updates.ts";
import type { WatchState } from "./watch-state.ts";

/** How long one try to get a turn lasts where the wait has a limit, in ms. */
const longestTurnMs = 1_000;
/** Polls that may be under way at once: a slow platform is not asked more. */
const mostPolls = 16;

/**
 * Watches any number of jobs, which come and go, over one schedule and one limiter, with one timer: each job
 * quickly after a change, then in growing pauses, and fairly where that is more than the rate allows. Only a
 * status and a few numbers are kept for each.
 */
export class JobWatcher {
  readonly #state: WatchState;
  readonly #end = new AbortController();
  readonly #release: () => void;

  constructor(context: WatcherContext, options: WaitOptions = {}) {
    const bell = new Bell(context.clock, this.#end.signal);
    const updates = new EventQueue<JobsUpdate>(() => bell.ring());
    this.#state = {
      ...context,
      options,
      schedule: new Schedule(options),
      updates,
      signal: this.#end.signal,
      failing: new Set(),
      polling: 0,
      outage: undefined,
      isReached: false,
      answeredAt: -Infinity,
      refusals: 0,
      heldUntil: -Infinity,
      bell,
    };
    const forward = () => updates.end(options.signal?.reason);
    this.#release = onAbort(options.signal, forward);
    if (options.signal?.aborted) forward();
    run(this.#state).catch((error: unknown) => updates.end(error));
  }

  /** How many jobs are watched. */
  get size(): number {
    return this.#state.schedule.size;
  }

  /** Nothing is watched, and all that happened was read. */
  get isIdle(): boolean {
    return this.size === 0 && this.#state.updates.size === 0;
  }

  /** Watches a job, from now on. @param options.isNew it was just created: quick polls, and it may be unknown yet. */
  add(jobId: string, { isNew }: { isNew?: boolean | undefined } = {}): void {
    // The create was answered, so the platform is reachable.
    this.#state.isReached ||= isNew === true;
    this.#state.schedule.add(checkJobId(jobId), this.#state.clock.now(), { isNew });
    this.#state.bell.ring();
  }

  /** Watches a job no longer. */
  remove(jobId: string): void {
    forget(this.#state, jobId);
  }

  /** The next update; `undefined` once it is closed. Polls begin only while the caller waits for one. */
  async next(): Promise<JobsUpdate | undefined> {
    try {
      return await this.#state.updates.next();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Ends it: no poll goes on. */
  close(): void {
    this.#release();
    this.#end.abort();
    this.#state.updates.end();
  }
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
      loseOverdue(state, lastTurnMs);
      continue;
    }
    // While it waited for the turn, a token may have been refused.
    const job = isHeld(state) ? undefined : schedule.pick(lane, clock.now());
    if (job !== undefined) void poll(state, job);
  }
}

/** Whether one poll must show how it goes on: new tokens are refused, or the first polls failed. */
function isDoubtful({ refusals, isReached, outage }: WatchState): boolean {
  return refusals > 0 || (!isReached && outage !== undefined);
}
