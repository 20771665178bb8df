import { createClient, readJobSpec } from "@qizhi/core";

const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
});
const { spec } = await readJobSpec("job.yaml");
const { job_id } = await client.createJob(spec);
// Or the signal of Ctrl-C, of your framework, of a user who leaves.
const signal = AbortSignal.timeout(500);
try {
  await client.waitForJob(job_id, { signal });
} catch (error) {
  if (!signal.aborted) throw error;
  // The wait is over, the job is not: stop it if nobody needs it.
  await client.stopJob(job_id);
}
console.log((await client.waitForJob(job_id)).status);
