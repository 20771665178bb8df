import { createClient, isQizhiError, JobSchema, SubmissionUnknownError } from "@qizhi/core";

/** An app that waits, checks what it kept, and tells errors apart. */
async function main(token: string, kept: string): Promise<void> {
  const client = createClient({ accessToken: token });
  const job = JobSchema.parse(JSON.parse(kept));
  try {
    const ended = await client.waitForJob(job.job_id ?? "");
    console.log(ended.status);
  } catch (error) {
    if (error instanceof SubmissionUnknownError) console.error("look before you submit again");
    else if (isQizhiError(error)) console.error(error.code);
    else throw error;
  }
}

// Without arguments it is only loaded, to see what that takes.
const [token, kept] = process.argv.slice(2);
if (token !== undefined && kept !== undefined) await main(token, kept);
