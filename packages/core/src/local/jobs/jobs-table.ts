import { randomUUID } from "node:crypto";
import { hasEnded, neededGpus, type JobRecord } from "./job-record.ts";

/** The jobs that the platform knows, in the order of their creation. */
export interface JobsTable {
  get(jobId: string): JobRecord | undefined;
  all(): readonly JobRecord[];
  /** Adds a job under a new id, unless it has one. */
  add(job: Omit<JobRecord, "jobId" | "sequence"> & { jobId?: string }): JobRecord;
  /** Puts a job of an earlier start back as it was. */
  restore(job: JobRecord): void;
  /** Changes a job and tells those who listen. */
  update(job: JobRecord, change: Partial<JobRecord>): void;
  /** GPUs that no job takes. */
  freeGpus(): number;
  /** GPUs of all jobs that have not ended, for the quota. */
  submittedGpus(): number;
}

/** A table of `totalGpus`; `onChange` hears of every new state of a job. */
export function createJobsTable(totalGpus: number, onChange: (job: JobRecord) => void): JobsTable {
  const jobs = new Map<string, JobRecord>();
  let lastSequence = 0;
  const all = () => [...jobs.values()];
  return {
    all,
    get: (jobId) => jobs.get(jobId.toLowerCase()),
    add(fields) {
      const jobId = (fields.jobId ?? `job-${randomUUID()}`).toLowerCase();
      const job: JobRecord = { ...fields, jobId, sequence: ++lastSequence };
      jobs.set(jobId, job);
      onChange(job);
      return job;
    },
    restore(job) {
      jobs.set(job.jobId, job);
      lastSequence = Math.max(lastSequence, job.sequence);
    },
    update(job, change) {
      Object.assign(job, change);
      onChange(job);
    },
    freeGpus: () => all().reduce((free, job) => free - job.heldGpus, totalGpus),
    submittedGpus: () =>
      all().reduce((sum, job) => (hasEnded(job) || job.seed ? sum : sum + neededGpus(job)), 0),
  };
}
