// For a browser or a worker: no module of Node, no process.
import { createClient, isQizhiError, summarizeJob, type JobSpecInput } from "@qizhi/core";

interface Place {
  readonly baseUrl: string;
  readonly credentials: { username: string; password: string };
  readonly spec: JobSpecInput;
}

/** Submits a job and waits for it. */
export async function submit({ baseUrl, credentials, spec }: Place): Promise<string> {
  const client = createClient({ baseUrl, credentials });
  const { job_id } = await client.createJob(spec);
  const job = await client.waitForJob(job_id);
  const { phase } = summarizeJob(job, { baseUrl });
  const unknown = client.getJob("job-55555555-5555-4555-8555-555555555555");
  const code = await unknown.catch((error: unknown) => isQizhiError(error) && error.code);
  return `${phase} ${String(code)}`;
}
