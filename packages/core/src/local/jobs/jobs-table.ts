import { hasEnded, neededGpus, type JobRecord, type JobRequest } from "./job-record.ts";
import { type PlatformSettings, toShape } from "./options.ts";

export interface GpuCount {
  total: number;
  free: number;
}

/** The jobs that the platform knows, in the order of their creation. */
export class JobsTable {
  readonly changes = new Changes();
  readonly #jobs = new Map<string, JobRecord>();
  readonly #settings: PlatformSettings;
  readonly #save: (job: JobRecord) => void;
  #lastSequence = 0;

  /** @param save keeps a new state of a job. */
  constructor(settings: PlatformSettings, save: (job: JobRecord) => void) {
    this.#settings = settings;
    this.#save = save;
  }

  get(jobId: string): JobRecord | undefined {
    return this.#jobs.get(jobId.toLowerCase());
  }

  all(): readonly JobRecord[] {
    return [...this.#jobs.values()];
  }

  /** Adds a job in the queue, unless `more` says otherwise. */
  add(
    request: JobRequest,
    more: Partial<JobRecord> = {},
    id = `job-${crypto.randomUUID()}`,
  ): JobRecord {
    const job: JobRecord = {
      request,
      shape: toShape(request.specId, this.#settings),
      status: "job_queuing",
      subMsg: "",
      createdAt: Date.now(),
      round: 1,
      heldGpus: 0,
      ...more,
      jobId: id.toLowerCase(),
      sequence: ++this.#lastSequence,
    };
    this.#jobs.set(job.jobId, job);
    this.#note(job);
    return job;
  }

  /** Puts a job of an earlier start back as it was. */
  restore(job: JobRecord): void {
    this.#jobs.set(job.jobId, job);
    this.#lastSequence = Math.max(this.#lastSequence, job.sequence);
  }

  update(job: JobRecord, change: Partial<JobRecord>): void {
    Object.assign(job, change);
    this.#note(job);
  }

  #note(job: JobRecord): void {
    this.#save(job);
    this.changes.notify();
  }

  /** GPUs in all, and those that no job holds. */
  gpus(): GpuCount {
    const { gpus: total } = this.#settings;
    return { total, free: this.all().reduce((free, job) => free - job.heldGpus, total) };
  }

  /** GPUs of all jobs that have not ended, for the quota. */
  submittedGpus(): number {
    const open = this.all().filter((job) => !hasEnded(job) && !job.seed);
    return open.reduce((sum, job) => sum + neededGpus(job), 0);
  }
}

interface Waiter {
  /** Settles its promise if what it waits for is there. @returns whether it did. */
  isDone(): boolean;
  reject(reason: Error): void;
}

/** Wakes whatever waits for a change. */
export class Changes {
  #waiters: Waiter[] = [];
  #closed: Error | undefined;

  /** Whether there will be no more changes. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  notify(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#waiters.push(...waiters.filter((waiter) => !waiter.isDone()));
  }

  /** Resolves at the next change; rejects when there will be none. */
  async next(): Promise<void> {
    let looks = 0;
    await this.until(() => looks++ > 0 || undefined);
  }

  /**
   * Resolves with the first value that `find` gives: now, or in the very moment of a change, so that
   * none is missed. Rejects with what it throws, and when there will be no more changes.
   */
  until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const isDone = () => {
        try {
          const value = find();
          if (value === undefined) return false;
          resolve(value);
        } catch (error) {
          reject(error);
        }
        return true;
      };
      if (isDone()) return;
      if (this.#closed) reject(this.#closed);
      else this.#waiters.push({ isDone, reject });
    });
  }

  /** Rejects all waits, and those that begin later. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#waiters = [];
  }
}
