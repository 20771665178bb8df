import type { Lane } from "../calls/limiter.ts";
import { pollIntervalMs } from "./poll-interval.ts";
import type { KnownError } from "../errors/errors.ts";
import type { LastSeen, WaitOptions } from "./updates.ts";

/** What a poll means for the next one. */
export interface NextPoll {
  /** The job has changed: the next polls come quickly. */
  readonly hasChanged?: boolean;
  /** Not sooner than this, in ms. */
  readonly afterMs?: number | undefined;
  /** Not later than this, on the watch's clock. */
  readonly latestAt?: number | undefined;
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
 * When to poll which of many jobs; it has no timer and sends nothing: the time is an argument. Each job has the
 * pauses of `pollIntervalMs`. Where more is due than may be asked, the one that is due for longest comes
 * first, so that all wait alike; those that just changed wait in the urgent lane of the limiter, which decides
 * whose turn it is.
 */
export class Schedule {
  readonly #options: WaitOptions;
  readonly #jobs = new Map<string, WatchedJob>();
  /** The jobs that wait for a poll, those that are due first at the front. */
  readonly #lanes: Record<Lane, WatchedJob[]> = { usual: [], urgent: [] };

  constructor(options: WaitOptions) {
    this.#options = options;
  }

  /** How many jobs are in it. */
  get size(): number {
    return this.#jobs.size;
  }

  /** Every job that is in it. */
  all(): Iterable<WatchedJob> {
    return this.#jobs.values();
  }

  /** Adds a job, due at once; nothing happens for one that is there. */
  add(jobId: string, now: number, how: Pick<WatchedJob, "isNew" | "before">): void {
    if (this.#jobs.has(jobId)) return;
    const job = newWatchedJob(jobId, now, how);
    if (how.isNew) job.quickPolls = pollsAfterChange;
    this.#jobs.set(jobId, job);
    this.#put(job, now);
  }

  /** Takes a job out, and gives it. */
  remove(jobId: string): WatchedJob | undefined {
    const job = this.#jobs.get(jobId);
    if (job) job.isRemoved = true;
    this.#jobs.delete(jobId);
    return job;
  }

  /** In how many ms the next job is due, and which lanes have one by then; `undefined` while there is none to wait for. */
  next(now: number): { inMs: number; lane: Lane | "either" } | undefined {
    const usual = this.#head("usual")?.dueAt ?? Infinity;
    const urgent = this.#head("urgent")?.dueAt ?? Infinity;
    const inMs = Math.min(usual, urgent) - now;
    if (inMs === Infinity) return undefined;
    if (Math.max(usual, urgent) <= now) return { inMs, lane: "either" };
    return { inMs, lane: urgent <= usual ? "urgent" : "usual" };
  }

  /** The job to poll now in a turn that a lane got; it comes back with {@link Schedule.polled}. */
  pick(lane: Lane, now: number): WatchedJob | undefined {
    const other = lane === "urgent" ? "usual" : "urgent";
    // The job for which the turn was taken may be watched no longer.
    const due = ([lane, other] as const).find((each) => {
      return (this.#head(each)?.dueAt ?? Infinity) <= now;
    });
    return due && this.#lanes[due].shift();
  }

  /** Puts a job back after a poll. */
  polled(
    job: WatchedJob,
    now: number,
    { hasChanged, afterMs = 0, latestAt = Infinity }: NextPoll,
  ): void {
    if (job.isRemoved) return;
    job.quickPolls = hasChanged ? pollsAfterChange : Math.max(0, job.quickPolls - 1);
    if (hasChanged) job.changedAt = now;
    const pauseMs = pollIntervalMs(now - job.addedAt, now - job.changedAt, this.#options);
    this.#put(job, Math.min(now + Math.max(pauseMs, afterMs), latestAt));
  }

  #head(lane: Lane): WatchedJob | undefined {
    const jobs = this.#lanes[lane];
    while (jobs[0]?.isRemoved) jobs.shift();
    return jobs[0];
  }

  #put(job: WatchedJob, dueAt: number): void {
    job.dueAt = dueAt;
    const jobs = this.#lanes[job.quickPolls > 0 ? "urgent" : "usual"];
    // Most are due last, and of two that are due at once the one that came first stays first.
    jobs.splice(jobs.findLastIndex((each) => each.dueAt <= dueAt) + 1, 0, job);
  }
}

/** A job that is watched, and all that is kept of it. */
export interface WatchedJob {
  readonly jobId: string;
  /** When it is polled next, on the watch's clock. */
  dueAt: number;
  /** When it was added, on the watch's clock. */
  readonly addedAt: number;
  /** It was just created. */
  readonly isNew: boolean;
  /** How it was seen before this watch. */
  readonly before: LastSeen | undefined;
  /** What its last answer said; none before the first. */
  seen: Sighting | undefined;
  /** When its status or round was last seen to be new, on the watch's clock. */
  changedAt: number;
  /** When its present stay in the queue was seen to begin; one that was never seen counts as queued. */
  queuedSince: number | undefined;
  /** How many of the next polls are urgent, because a change often follows a change. */
  quickPolls: number;
  /** The polls that failed since its last answer. */
  failing: Failing | undefined;
  /** The polls since its last answer to which the platform said that there is no such job. */
  refused: Failing | undefined;
  /** How many answers in a row had an end with a status that this version does not know. */
  endedPolls: number;
  /** The nodes of the last answer; those before it, where it is about the end and has none (wire 2.2). */
  nodeNames: string[];
  /** It is watched no longer. */
  isRemoved: boolean;
}

/** What is kept of an answer about a job. */
export interface Sighting extends LastSeen {
  readonly message: string | undefined;
  /** Status and round in one text. */
  readonly stage: string;
  readonly round: number | undefined;
}

/** What an error budget counts from, on the watch's clock. */
export interface Budget {
  /** When the first poll that failed began. */
  readonly sinceMs: number;
  /** Until when the platform asked for a pause that is longer than the budget. */
  askedUntil: number;
}

/** Polls of a job that failed, one after the other. */
export interface Failing extends Budget {
  /** How many they are. */
  polls: number;
  /** They were reported as trouble of this job alone. */
  isReported: boolean;
  /** What the last of them failed with. */
  error: KnownError;
}

function newWatchedJob(
  jobId: string,
  now: number,
  { isNew, before }: Pick<WatchedJob, "isNew" | "before">,
): WatchedJob {
  return {
    jobId,
    dueAt: now,
    addedAt: now,
    isNew,
    before,
    seen: undefined,
    changedAt: isNew ? now : -Infinity,
    queuedSince: now,
    quickPolls: 0,
    failing: undefined,
    refused: undefined,
    endedPolls: 0,
    nodeNames: [],
    isRemoved: false,
  };
}
