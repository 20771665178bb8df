import { createClient, readJobSpec, type Transport } from "@qizhi/core";

// The runtime's own fetch, with the time of each request. It sees tokens and passwords: log neither.
const transport: Transport = {
  Headers,
  async fetch(input, init) {
    const startedAt = performance.now();
    const response = await fetch(input, init);
    console.log(String(input), response.status, Math.round(performance.now() - startedAt), "ms");
    return response;
  },
};
const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
  transport,
});
const { spec } = await readJobSpec("job.yaml");
console.log((await client.createJob(spec)).job_id);
