import type { Operation } from "../calls/operations.ts";
import { JobSpecSchema } from "../schemas/job-spec.ts";
import { JobSchema } from "../schemas/job.ts";

// Apart from the others, which do not need the schema of a job spec.

/** `POST /openapi/v1/train_job/create` (page: 创建分布式训练任务); not idempotent (wire 5). */
export const createOperation: Operation<typeof JobSpecSchema, typeof JobSchema> = {
  name: "create",
  path: "/openapi/v1/train_job/create",
  request: JobSpecSchema,
  answer: JobSchema,
  required: ["job_id"],
  resend: "once",
};
