import { hasEnded, neededGpus, type JobRecord } from "./job-record.ts";

export interface GpuCount {
  total: number;
  free: number;
}

/** The jobs that the platform knows, in the order of their creation. */
export class JobsTable {
  readonly #jobs = new Map<string, JobRecord>();
  readonly #totalGpus: number;
  readonly #onChange: (job: JobRecord) => void;
  #lastSequence = 0;

  /** @param onChange called with every new state of a job. */
  constructor(totalGpus: number, onChange: (job: JobRecord) => void) {
    this.#totalGpus = totalGpus;
    this.#onChange = onChange;
  }

  get(jobId: string): JobRecord | undefined {
    return this.#jobs.get(jobId.toLowerCase());
  }

  all(): readonly JobRecord[] {
    return [...this.#jobs.values()];
  }

  /** Adds a job under a new id, unless it has one. */
  add(fields: Omit<JobRecord, "jobId" | "sequence"> & { jobId?: string | undefined }): JobRecord {
    const jobId = (fields.jobId ?? `job-${crypto.randomUUID()}`).toLowerCase();
    const job: JobRecord = { ...fields, jobId, sequence: ++this.#lastSequence };
    this.#jobs.set(jobId, job);
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
    const total = this.#totalGpus;
    return { total, free: this.all().reduce((free, job) => free - job.heldGpus, total) };
  }

  /** GPUs of all jobs that have not ended, for the quota. */
  submittedGpus(): number {
    const open = this.all().filter((job) => !hasEnded(job) && !job.seed);
    return open.reduce((sum, job) => sum + neededGpus(job), 0);
  }
}
