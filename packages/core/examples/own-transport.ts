import { createClient, readJobSpec, type TransportFetch } from "@qizhi/core";

// The runtime's own fetch, with the time of each request. It sees tokens and passwords: log neither.
const transport: TransportFetch = async (url, request) => {
  const startedAt = performance.now();
  const answer = await fetch(url, request);
  console.log(url, answer.status, Math.round(performance.now() - startedAt), "ms");
  return answer;
};
const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
  transport,
});
const { spec } = await readJobSpec("job.yaml");
console.log((await client.createJob(spec)).job_id);
