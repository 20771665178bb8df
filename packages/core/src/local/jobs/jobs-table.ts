import { hasEnded, neededGpus, type JobRecord, type JobRequest } from "./job-record.ts";
import { type PlatformSettings, toShape } from "./options.ts";

export interface GpuCount {
  total: number;
  free: number;
}

/** The jobs that the platform knows, in the order of their creation. */
export class JobsTable {
  readonly #jobs = new Map<string, JobRecord>();
  readonly #settings: PlatformSettings;
  readonly #onChange: (job: JobRecord) => void;
  #lastSequence = 0;

  /** @param onChange called with every new state of a job. */
  constructor(settings: PlatformSettings, onChange: (job: JobRecord) => void) {
    this.#settings = settings;
    this.#onChange = onChange;
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
    this.#onChange(job);
    return job;
  }

  /** Puts a job of an earlier start back as it was. */
  restore(job: JobRecord): void {
    this.#jobs.set(job.jobId, job);
    this.#lastSequence = Math.max(this.#lastSequence, job.sequence);
  }

  update(job: JobRecord, change: Partial<JobRecord>): void {
    Object.assign(job, change);
    this.#onChange(job);
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
