import { createClient, createRateLimiter, readJobSpec } from "@qizhi/core";

const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
  // Three requests a second for all jobs together; clients may share a limiter.
  limiter: createRateLimiter({ perSecond: 3 }),
});
const { spec } = await readJobSpec("job.yaml");
const jobIds: string[] = [];
for (const seed of [1, 2, 3]) {
  const job = await client.createJob({ ...spec, name: `seed-${seed}`, envs: { SEED: seed } });
  jobIds.push(job.job_id);
}
for await (const update of client.watchJobs(jobIds)) {
  if (update.type === "job") console.log(update.job.name, update.phase);
  if (update.type === "lost") console.error(update.jobId, update.error.message);
}
