import { createClient, readJobSpec } from "@qizhi/core";

const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
});
// One watch for all jobs, also for those that come later, at the client's rate.
const watcher = client.openWatcher();
const showChanges = async () => {
  for await (const update of watcher) {
    if (update.type === "job") console.log(update.job.name, update.phase);
    if (update.type === "lost") console.error(update.jobId, update.error.message);
    if ("isLast" in update && update.isLast && watcher.size === 0) watcher.close();
  }
};
const shown = showChanges();
const { spec } = await readJobSpec("job.yaml");
for (const name of ["first", "second"]) {
  const { job_id } = await client.createJob({ ...spec, name });
  watcher.add(job_id);
}
await shown;
