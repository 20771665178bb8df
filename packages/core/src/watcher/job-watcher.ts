import { onAbort } from "../abort.ts";
import { formatDuration } from "../duration.ts";
import type { QizhiError } from "../errors.ts";
import { ApiError, ConnectionError, ResponseError, WaitLostError } from "../errors.ts";
import { createEventQueue, type EventQueue } from "../event-queue.ts";
import { isPassing } from "../http/retry.ts";
import type { IdentifiedJob } from "../job-id.ts";
import { checkJobId } from "../job-id.ts";
import { classifyStatus } from "../phase.ts";
import { createSchedule, type Schedule, type Scheduled } from "./schedule.ts";
import type { JobsUpdate, WatcherContext, WatchJobsOptions } from "./updates.ts";

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
// How long a new job may be unknown to the detail call (wire-facts 5).
const notFoundGraceMs = 30_000;
const notFoundCodes = new Set<number | undefined>([100002, 100003, 100004]);

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
    messages: new Map(),
    signal: end.signal,
    failingSince: new Map(),
    looking: 0,
    outage: undefined,
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

interface WatchState extends WatcherContext {
  readonly options: WatchJobsOptions;
  readonly schedule: Schedule;
  readonly updates: EventQueue<JobsUpdate>;
  /** What the platform last said about each job, and only that. */
  readonly messages: Map<string, string | undefined>;
  readonly signal: AbortSignal;
  /** Since when a job could not be asked about, where others could. */
  readonly failingSince: Map<string, number>;
  looking: number;
  /** Failed looks in a row, over all jobs. */
  outage: { sinceMs: number; failures: number; isTold: boolean } | undefined;
  /** Wakes the loop. */
  ring: () => void;
}

/** The one loop: waits for the next due job, then for a turn, and only then chooses the job. */
async function run(state: WatchState): Promise<void> {
  const { clock, schedule, limiter, signal } = state;
  while (!signal.aborted) {
    const next = schedule.next();
    const isFull = state.looking >= mostLooks || state.updates.size >= mostUnread;
    const waitMs = next && !isFull ? next.dueAt - clock.now() : Infinity;
    if (next === undefined || waitMs > 0) {
      await pause(state, waitMs);
      continue;
    }
    try {
      await limiter.take({ lane: next.lane, signal });
    } catch {
      return;
    }
    const job = schedule.pick(clock.now());
    if (job) void look(state, job);
  }
}

/** Waits for some time, or until something has changed. */
async function pause(state: WatchState, ms: number): Promise<void> {
  const wake = new AbortController();
  const ring = () => wake.abort();
  state.ring = ring;
  const release = onAbort(state.signal, ring);
  if (Number.isFinite(ms)) await state.clock.sleep(ms, wake.signal).catch(() => {});
  else if (!state.signal.aborted) {
    await new Promise((resolve) => wake.signal.addEventListener("abort", resolve, { once: true }));
  }
  release();
  state.ring = () => {};
}

async function look(state: WatchState, scheduled: Scheduled): Promise<void> {
  const { clock, schedule, signal } = state;
  const { jobId } = scheduled;
  const lookedAt = clock.now();
  state.looking += 1;
  try {
    const job = await state.getJob(jobId, { signal, pace: "prepaid" });
    if (state.outage?.isTold) {
      state.updates.push({ type: "recovered", afterMs: clock.now() - state.outage.sinceMs });
    }
    state.outage = undefined;
    state.failingSince.delete(jobId);
    if (!scheduled.isGone) tell(state, scheduled, job);
  } catch (error) {
    if (signal.aborted || scheduled.isGone) return;
    try {
      takeFailure(state, scheduled, lookedAt, error);
    } catch (grave) {
      state.updates.end(grave);
      state.ring();
      return;
    }
    schedule.looked(scheduled, clock.now(), {});
  } finally {
    state.looking -= 1;
    state.ring();
  }
}

function tell(state: WatchState, scheduled: Scheduled, job: IdentifiedJob): void {
  const { clock, schedule, updates, messages, options } = state;
  const { jobId } = scheduled;
  const { status, sub_msg: message, current_running_round: round } = job;
  const { phase, isTerminal, holdsNodes } = classifyStatus(status);
  const stage = JSON.stringify([status, round]);
  const isNew = stage !== scheduled.stage || message !== messages.get(jobId);
  const isLast = isTerminal && !(holdsNodes && options.untilReleased === true);
  if (isLast) {
    forget(state, jobId);
  } else {
    messages.set(jobId, message);
    schedule.looked(scheduled, clock.now(), { stage });
  }
  if (isNew || options.everyLook) {
    updates.push({ type: "job", jobId, job, phase, isTerminal, isLast });
  }
}

/** Takes a failed look: the job is not known, the platform is out of reach, or nothing will help. */
function takeFailure(
  state: WatchState,
  scheduled: Scheduled,
  lookedAt: number,
  error: unknown,
): void {
  const { clock, failingSince } = state;
  const { jobId } = scheduled;
  const wasSeen = scheduled.stage !== undefined;
  const isOutage = error instanceof ResponseError || error instanceof ConnectionError;
  if (isPassing(error) || (wasSeen && isOutage)) {
    noteOutage(state, jobId, lookedAt, error);
    failingSince.set(jobId, failingSince.get(jobId) ?? lookedAt);
    const forMs = clock.now() - (failingSince.get(jobId) ?? lookedAt);
    if (forMs >= budgetMs(state)) lose(state, jobId, error);
    return;
  }
  if (!(error instanceof ApiError)) throw error;
  const isNew = clock.now() - scheduled.addedAt < notFoundGraceMs && scheduled.quickLooks > 0;
  if (!isNew || !notFoundCodes.has(error.platformCode)) lose(state, jobId, error);
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

function forget({ schedule, messages, failingSince }: WatchState, jobId: string): void {
  schedule.remove(jobId);
  messages.delete(jobId);
  failingSince.delete(jobId);
}
