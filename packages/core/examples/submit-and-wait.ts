import { createClient, formatDuration, readJobSpec, summarizeJob } from "@qizhi/core";

const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
});
const { spec } = await readJobSpec("job.yaml");
const { job_id } = await client.createJob(spec);
const job = await client.waitForJob(job_id, { timeoutMs: 2 * 60 * 60 * 1000 });
const report = summarizeJob(job, client);
console.log(report.phase, formatDuration(report.runTimeMs ?? 0), report.gpuHours);
