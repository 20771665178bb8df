import type { Lane } from "../calls/limiter.ts";
import type { WaitOptions } from "./updates.ts";
import { pollsAfterChange, WatchedJob } from "./watched-job.ts";

const longestMs = 59_000;
// A poll takes its time, and the first retries are no outage.
const patienceMs = 5_000;

/**
 * The longest pause before the next poll of a job, in ms. It keeps the end of a job from being seen later than
 * 5 s or a twentieth of its age, whichever is more, and never over a minute, with room for the poll
 * itself. Right after a change it is short again, because a job that fails soon after its start is the
 * one that people watch.
 * @param waitedMs how long the wait has lasted.
 * @param unchangedMs how long the job's status has not changed.
 */
export function longestPauseMs(
  waitedMs: number,
  unchangedMs: number,
  { minIntervalMs = 1_000 }: { minIntervalMs?: number | undefined } = {},
): number {
  // A pause of 0 would be a busy loop.
  const shortest = Math.max(10, minIntervalMs);
  const warm = Math.min(shortest + waitedMs / 2, shortest * 4.75);
  const byAge = Math.max(warm, waitedMs / 20.5);
  const byChange = Math.max(shortest * 3, unchangedMs * 3);
  return Math.min(byAge, byChange, Math.max(longestMs, shortest));
}

/** The pause before the next poll of a job, in ms: {@link longestPauseMs} with jitter. */
export function pollIntervalMs(...given: Parameters<typeof longestPauseMs>): number {
  // Jitter only shortens, so that no poll comes later than promised.
  return longestPauseMs(...given) * (1 - Math.random() * 0.05);
}

/** Whether an answer that was due at a time, after the pause of {@link pollIntervalMs}, is overdue. */
export function isOverdue(dueAt: number | undefined, now: number): boolean {
  return dueAt !== undefined && now > dueAt + patienceMs;
}

/** What a poll means for the next one. */
export interface NextPoll {
  /** The job has changed: the next polls come quickly. */
  readonly hasChanged?: boolean;
  /** Not sooner than this, in ms. */
  readonly afterMs?: number | undefined;
  /** Not later than this, on the watch's clock. */
  readonly latestAt?: number | undefined;
}

/** How long a job of `count` waits for its turn at most, in ms: few of them have just changed and go first. */
export function turnMs(count: number, perSecond: number): number {
  return (count / perSecond) * 2_000;
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
  /** The jobs that wait for a poll, those that are due first at the front; some may be watched no longer. */
  readonly #lanes: Record<Lane, WatchedJob[]> = { usual: [], urgent: [] };

  constructor(options: WaitOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#jobs.size;
  }

  all(): Iterable<WatchedJob> {
    return this.#jobs.values();
  }

  has(job: WatchedJob): boolean {
    return this.#jobs.get(job.jobId) === job;
  }

  /** Adds a job, due at once; nothing happens for one that is there. */
  add(jobId: string, now: number, how: Pick<WatchedJob, "isNew" | "before">): void {
    if (this.#jobs.has(jobId)) return;
    const job = new WatchedJob(jobId, now, how);
    this.#jobs.set(jobId, job);
    this.#put(job, now);
  }

  remove(jobId: string): WatchedJob | undefined {
    const job = this.#jobs.get(jobId);
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

  polled(
    job: WatchedJob,
    now: number,
    { hasChanged, afterMs = 0, latestAt = Infinity }: NextPoll,
  ): void {
    if (!this.has(job)) return;
    job.quickPolls = hasChanged ? pollsAfterChange : Math.max(0, job.quickPolls - 1);
    if (hasChanged) job.changedAt = now;
    const pauseMs = pollIntervalMs(now - job.addedAt, now - job.changedAt, this.#options);
    this.#put(job, Math.min(now + Math.max(pauseMs, afterMs), latestAt));
  }

  #head(lane: Lane): WatchedJob | undefined {
    const jobs = this.#lanes[lane];
    while (jobs[0] && !this.has(jobs[0])) jobs.shift();
    return jobs[0];
  }

  #put(job: WatchedJob, dueAt: number): void {
    job.dueAt = dueAt;
    const jobs = this.#lanes[job.quickPolls > 0 ? "urgent" : "usual"];
    // Most are due last, and of two that are due at once the one that came first stays first.
    jobs.splice(jobs.findLastIndex((each) => each.dueAt <= dueAt) + 1, 0, job);
  }
}
