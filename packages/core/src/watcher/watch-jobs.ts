import { type IdentifiedJob, checkJobId } from "../jobs/job-id.ts";
import {
  type JobsUpdate,
  type JobUpdate,
  type WaitOptions,
  type Watcher,
  type WatcherContext,
  readLastSeen,
} from "./updates.ts";
import { onAbort } from "../async/clock.ts";
import { type Lane, isTurnTimeout } from "../calls/limiter.ts";
import { forget, loseOverdue, poll } from "./poll.ts";
import { lastTurnMs } from "./rules.ts";
import { isHeld, WatchState } from "./trouble.ts";

/** How long one try to get a turn lasts where the wait has a limit, in ms. */
const longestTurnMs = 1_000;
/** Polls that may be under way at once: a slow platform is not asked more. */
const mostPolls = 16;

/**
 * Watches any number of jobs, which come and go, over one schedule and one limiter, with one timer: each job
 * quickly after a change, then in growing pauses, and fairly where that is more than the rate allows. Only a
 * status and a few numbers are kept for each.
 */
export class JobWatcher implements Watcher {
  readonly #state: WatchState;
  readonly #end = new AbortController();
  readonly #release: () => void;

  constructor(context: WatcherContext, options: WaitOptions = {}) {
    this.#state = new WatchState(context, options, this.#end.signal);
    const { updates } = this.#state;
    const forward = () => updates.end(options.signal?.reason);
    this.#release = onAbort(options.signal, forward);
    if (options.signal?.aborted) forward();
    run(this.#state).catch((error: unknown) => updates.end(error));
  }

  get size(): number {
    return this.#state.schedule.size;
  }

  add(jobId: string): void {
    const { context, options, schedule, clock, bell } = this.#state;
    const isNew = context.isNew(jobId);
    // The create was answered, so the platform is reachable.
    this.#state.isReached ||= isNew;
    const before = context.lastSeen(jobId) ?? readLastSeen(options, jobId);
    schedule.add(checkJobId(jobId), clock.now(), { isNew, before });
    bell.ring();
  }

  remove(jobId: string): void {
    forget(this.#state, jobId);
  }

  close(): void {
    this.#release();
    this.#end.abort();
    this.#state.updates.end();
  }

  [Symbol.asyncIterator](): AsyncGenerator<JobsUpdate, void> {
    return this.read();
  }

  /** Its updates until it is closed, or nothing is watched any more; polls begin only while one is waited for. */
  async *read(untilIdle = false): AsyncGenerator<JobsUpdate, void> {
    const { schedule, updates } = this.#state;
    try {
      for (;;) {
        if (untilIdle && schedule.size + updates.size === 0) return;
        const update = await updates.next();
        if (update === undefined) return;
        yield update;
      }
    } finally {
      this.close();
    }
  }
}

/** The one loop: waits for the next due job, then for a turn, and only then chooses the job. */
async function run(state: WatchState): Promise<void> {
  const { clock, schedule, signal, updates, bell, options } = state;
  const { timeoutMs: limitMs, queueTimeoutMs: queueLimitMs } = options;
  const hasLimit = limitMs !== undefined || queueLimitMs !== undefined;
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
    // A turn that is given up loses its place, so it is waited for until a limit has passed.
    const untilLimit = () => loseOverdue(state, lastTurnMs) + lastTurnMs - clock.now();
    const timeoutMs = hasLimit ? Math.max(longestTurnMs, untilLimit()) : undefined;
    try {
      lane = await state.context.limiter.take({ lane: next.lane, signal, timeoutMs });
    } catch (error) {
      if (signal.aborted) return;
      if (!isTurnTimeout(error)) throw error;
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

/** Watches different jobs until all have ended or the signal aborts; see `JobWatcher`. */
export async function* watchJobs(
  context: WatcherContext,
  jobIds: Iterable<string>,
  options: WaitOptions = {},
): AsyncGenerator<JobsUpdate, void> {
  const watcher = new JobWatcher(context, options);
  try {
    for (const jobId of jobIds) watcher.add(jobId);
    yield* watcher.read(true);
  } finally {
    watcher.close();
  }
}

/**
 * Watches one job until it has ended.
 * @returns the job as it was when it ended.
 * @throws what it is given up with.
 */
export async function* watchJob(
  context: WatcherContext,
  jobId: string,
  options: WaitOptions = {},
): AsyncGenerator<JobUpdate, IdentifiedJob> {
  for await (const update of watchJobs(context, [jobId], options)) {
    if (update.type === "lost") throw update.error;
    yield update;
    if (update.type === "job" && update.isLast) return update.job;
  }
  throw new Error("a watch ends with the job or with an error");
}
