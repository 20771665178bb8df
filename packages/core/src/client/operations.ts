import {
  detailOperation,
  type Operation,
  stopOperation,
  tokenOperation,
} from "../calls/operations.ts";
import { lazySchema, type Schema } from "../calls/standard-schema.ts";
import { type JobSpec, type JobSpecInput, jobSpecSchema } from "../schemas/job-spec.ts";
import { type Job, jobSchema } from "../schemas/job.ts";

// Written out, so that nobody needs zod for them.

/** The schema of a job spec: unknown keys are refused; durations and `envs` also come in friendlier forms. */
export const JobSpecSchema: Schema<JobSpec, JobSpecInput> = lazySchema(jobSpecSchema);

/** The schema of a job as the platform answers it: every field may be absent, and unknown fields are kept. */
export const JobSchema: Schema<Job> = lazySchema(jobSchema);

/** `POST /openapi/v1/train_job/create` (page: 创建分布式训练任务); not idempotent (wire 5). */
export const createOperation: Operation<JobSpecInput, Job> = {
  name: "create",
  path: "/openapi/v1/train_job/create",
  request: JobSpecSchema,
  answer: JobSchema,
  required: ["job_id"],
  resend: "once",
};

/** The calls of the platform that a client is made of, as values for `client.call`. */
export const operations = {
  /** Logs in. */
  token: tokenOperation,
  /** Creates a job; `createJob` says more of what is wrong with a spec. */
  create: createOperation,
  /** Reads a job. */
  detail: detailOperation,
  /** Stops a job; `stopJob` also makes sure that it ends. */
  stop: stopOperation,
} as const;
