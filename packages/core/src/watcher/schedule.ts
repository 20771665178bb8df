import type { Lane } from "../limiter.ts";
import { pollIntervalMs } from "../poll-interval.ts";
import { createDueQueue, type Due } from "./due-queue.ts";

/** A job of a schedule. */
export interface Scheduled extends Due {
  readonly jobId: string;
  /** When it was added. */
  readonly addedAt: number;
  /** Status and round when last looked at; none before the first look. */
  stage: string | undefined;
  /** When its stage was last seen to be new. */
  changedAt: number;
  /** It was just made. */
  readonly isNew: boolean;
  /** How many of the next looks are urgent, because a change often follows a change. */
  quickLooks: number;
  /** It was taken out. */
  isGone: boolean;
}

/** What a look means for the next one. */
export interface LookOutcome {
  readonly stage?: string | undefined;
  /** ms. */
  readonly afterMs?: number | undefined;
  readonly latestAt?: number | undefined;
}

/** When to look at which of many jobs. It holds no timer and asks nobody: time is handed in. */
export interface Schedule {
  /** How many jobs are in it. */
  readonly size: number;
  /** Adds a job, due at once; nothing happens for one that is there. */
  add(jobId: string, now: number, options?: { isNew?: boolean | undefined }): void;
  /** Takes a job out. */
  remove(jobId: string): void;
  /** When the next job is due, and in which lane; `undefined` while there is none to wait for. */
  next(): { dueAt: number; lane: Lane } | undefined;
  /** The job to look at now; it comes back with {@link Schedule.looked}. */
  pick(now: number): Scheduled | undefined;
  /**
   * Puts a job back after a look at it, due after `afterMs` at least, but at `latestAt`; `stage` is what
   * the look told, if it did.
   */
  looked(job: Scheduled, now: number, outcome: LookOutcome): void;
  /** Puts a job back that was picked and not looked at. */
  defer(job: Scheduled, dueAt: number): void;
}

const looksAfterChange = 3;
// While both lanes have jobs that are due, they take turns.
const mostUrgentInARow = 1;

/** The longest time between two looks at one of `count` jobs, in ms: one round of the schedule. */
export function roundMs(count: number, perSecond: number): number {
  // A pause lasts a minute at most, and each lane gets every second turn at least.
  return 120_000 + (count / perSecond) * 2_000;
}

/**
 * Makes a schedule. Each job has the pauses of `pollIntervalMs`. Where more is due than may be asked, the
 * one that is due for longest comes first, so that all wait alike; those that just changed have a lane of
 * their own, which gets every second turn at most.
 */
export function createSchedule(options: { minIntervalMs?: number | undefined } = {}): Schedule {
  const jobs = new Map<string, Scheduled>();
  const lanes = { usual: createDueQueue<Scheduled>(), urgent: createDueQueue<Scheduled>() };
  let order = 0;
  let urgentInARow = 0;

  const head = (lane: Lane) => {
    while (lanes[lane].peek()?.isGone) lanes[lane].pop();
    return lanes[lane].peek();
  };
  const put = (job: Scheduled, dueAt: number) => {
    job.dueAt = dueAt;
    job.order = order++;
    lanes[job.quickLooks > 0 ? "urgent" : "usual"].add(job);
  };

  return {
    get size() {
      return jobs.size;
    },
    add(jobId, now, { isNew = false } = {}) {
      if (jobs.has(jobId)) return;
      const job: Scheduled = {
        jobId,
        addedAt: now,
        isNew,
        stage: undefined,
        changedAt: isNew ? now : -Infinity,
        quickLooks: isNew ? looksAfterChange : 0,
        isGone: false,
        dueAt: now,
        order: 0,
      };
      jobs.set(jobId, job);
      put(job, now);
    },
    remove(jobId) {
      const job = jobs.get(jobId);
      if (job) job.isGone = true;
      jobs.delete(jobId);
    },
    next() {
      const [usual, urgent] = [head("usual"), head("urgent")];
      const isUrgent = urgent !== undefined && !(usual && usual.dueAt < urgent.dueAt);
      const first = isUrgent ? urgent : usual;
      return first && { dueAt: first.dueAt, lane: isUrgent ? "urgent" : "usual" };
    },
    pick(now) {
      const isDue = (job: Scheduled | undefined) => job !== undefined && job.dueAt <= now;
      const [usual, urgent] = [isDue(head("usual")), isDue(head("urgent"))];
      const takesUrgent = urgent && !(usual && urgentInARow >= mostUrgentInARow);
      if (!takesUrgent && !usual) return undefined;
      urgentInARow = takesUrgent && usual ? urgentInARow + 1 : 0;
      return lanes[takesUrgent ? "urgent" : "usual"].pop();
    },
    defer: put,
    looked(job, now, { stage, afterMs = 0, latestAt = Infinity }) {
      if (job.isGone) return;
      job.quickLooks = Math.max(0, job.quickLooks - 1);
      if (stage !== undefined && stage !== job.stage) {
        // The first look at a job that was there before tells nothing about when it changed.
        if (job.stage !== undefined) [job.changedAt, job.quickLooks] = [now, looksAfterChange];
        job.stage = stage;
      }
      const pauseMs = pollIntervalMs(now - job.addedAt, now - job.changedAt, options);
      put(job, Math.min(now + Math.max(pauseMs, afterMs), latestAt));
    },
  };
}
