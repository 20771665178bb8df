import { createClient, isQizhiError, JobSchema, SubmissionUnknownError } from "@qizhi/core";

// An app that submits, waits, checks what it kept, and tells errors apart.
const client = createClient({ accessToken: process.argv[2] });
const job = JobSchema.parse(JSON.parse(process.argv[3] ?? "{}"));
try {
  const ended = await client.waitForJob(job.job_id ?? "");
  console.log(ended.status);
} catch (error) {
  if (error instanceof SubmissionUnknownError) console.error("look before you submit again");
  else if (isQizhiError(error)) console.error(error.code);
  else throw error;
}
