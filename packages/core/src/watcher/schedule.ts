import type { Lane } from "../calls/limiter.ts";
import { pollIntervalMs } from "./poll-interval.ts";
import { createDueQueue } from "./due-queue.ts";
import { newWatchedJob, type WatchedJob } from "./watched-job.ts";

/** What a poll means for the next one. */
export interface NextPoll {
  /** The job has changed: the next polls come quickly. */
  readonly hasChanged?: boolean;
  /** Not sooner than this, in ms. */
  readonly afterMs?: number | undefined;
  /** Not later than this, on the watch's clock. */
  readonly latestAt?: number | undefined;
}

/** When to poll which of many jobs. It holds no timer and asks nobody: time is handed in. */
export interface Schedule {
  /** How many jobs are in it. */
  readonly size: number;
  /** Adds a job, due at once; nothing happens for one that is there. */
  add(jobId: string, now: number, options?: { isNew?: boolean | undefined }): void;
  /** Takes a job out, and gives it. */
  remove(jobId: string): WatchedJob | undefined;
  /** In how many ms the next job is due, and which lanes have one by then; `undefined` while there is none to wait for. */
  next(now: number): { inMs: number; lane: Lane | "either" } | undefined;
  /** Every job that is in it. */
  all(): Iterable<WatchedJob>;
  /** The job to poll now in a turn that a lane got; it comes back with {@link Schedule.polled}. */
  pick(lane: Lane, now: number): WatchedJob | undefined;
  /** Puts a job back after a poll. */
  polled(job: WatchedJob, now: number, next: NextPoll): void;
}

const pollsAfterChange = 3;

/** How long a job of `count` waits for its turn at most, in ms: few of them have just changed and go first. */
export function turnMs(count: number, perSecond: number): number {
  return (count / perSecond) * 2_000;
}

/** The longest time between two polls of one of `count` jobs, in ms: one round of the schedule. */
export function roundMs(count: number, perSecond: number): number {
  // A pause lasts a minute at most.
  return 120_000 + turnMs(count, perSecond);
}

/**
 * Makes a schedule. Each job has the pauses of `pollIntervalMs`. Where more is due than may be asked, the
 * one that is due for longest comes first, so that all wait alike; those that just changed wait in the urgent
 * lane of the limiter, which decides whose turn it is.
 */
export function createSchedule(options: { minIntervalMs?: number | undefined } = {}): Schedule {
  const jobs = new Map<string, WatchedJob>();
  const lanes = { usual: createDueQueue<WatchedJob>(), urgent: createDueQueue<WatchedJob>() };
  let order = 0;

  const head = (lane: Lane) => {
    while (lanes[lane].peek()?.isRemoved) lanes[lane].pop();
    return lanes[lane].peek();
  };
  const put = (job: WatchedJob, dueAt: number) => {
    job.dueAt = dueAt;
    job.order = order++;
    lanes[job.quickPolls > 0 ? "urgent" : "usual"].add(job);
  };

  return {
    get size() {
      return jobs.size;
    },
    add(jobId, now, { isNew = false } = {}) {
      if (jobs.has(jobId)) return;
      const job = newWatchedJob(jobId, now, isNew);
      if (isNew) job.quickPolls = pollsAfterChange;
      jobs.set(jobId, job);
      put(job, now);
    },
    remove(jobId) {
      const job = jobs.get(jobId);
      if (job) job.isRemoved = true;
      jobs.delete(jobId);
      return job;
    },
    next(now) {
      const [usual = Infinity, urgent = Infinity] = [head("usual")?.dueAt, head("urgent")?.dueAt];
      const inMs = Math.min(usual, urgent) - now;
      if (inMs === Infinity) return undefined;
      if (Math.max(usual, urgent) <= now) return { inMs, lane: "either" };
      return { inMs, lane: urgent <= usual ? "urgent" : "usual" };
    },
    pick(lane, now) {
      const other = lane === "urgent" ? "usual" : "urgent";
      // The job for which the turn was taken may be watched no longer.
      const due = ([lane, other] as const).find((each) => (head(each)?.dueAt ?? Infinity) <= now);
      return due && lanes[due].pop();
    },
    all: () => jobs.values(),
    polled(job, now, { hasChanged, afterMs = 0, latestAt = Infinity }) {
      if (job.isRemoved) return;
      job.quickPolls = hasChanged ? pollsAfterChange : Math.max(0, job.quickPolls - 1);
      if (hasChanged) job.changedAt = now;
      const pauseMs = pollIntervalMs(now - job.addedAt, now - job.changedAt, options);
      put(job, Math.min(now + Math.max(pauseMs, afterMs), latestAt));
    },
  };
}
