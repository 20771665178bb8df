// The same on Node, Bun and Deno.
import { createClient, formatDuration, readJobSpec } from "@qizhi/core";

const client = createClient({
  baseUrl: process.env["QIZHI_BASE_URL"],
  credentials: {
    username: process.env["QIZHI_USERNAME"] ?? "",
    password: process.env["QIZHI_PASSWORD"] ?? "",
  },
});
const { spec } = await readJobSpec("job.yaml");
const { job_id } = await client.createJob(spec);
console.log((await client.waitForJob(job_id)).status, formatDuration(90_000));
