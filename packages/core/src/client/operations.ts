import {
  detailOperation,
  type Operation,
  stopOperation,
  tokenOperation,
} from "../calls/operations.ts";
import { type JobSpecInput, JobSpecSchema } from "../schemas/job-spec.ts";
import { type Job, JobSchema } from "../schemas/job.ts";

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
