import { createClient, formatDuration, readJobSpec } from "@qizhi/core";

const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
  // No event holds a secret; the text of an error may come from the platform, and is made visible.
  onEvent(event) {
    if (event.type === "answer")
      console.log(event.operation, event.status, formatDuration(event.ms));
    if (event.type === "retry")
      console.warn(`again in ${event.delayMs} ms: ${event.error.message}`);
    if (event.type === "login") console.log(`login at ${event.host}`);
  },
});
const { spec } = await readJobSpec("job.yaml");
console.log((await client.createJob(spec)).job_id);
