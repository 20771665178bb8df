import { createClient, createRateLimiter } from "@qizhi/core";

// Asks for `count` details, 64 at a time, with core or with bare fetch, and tells what that took.
const [way = "", url = "", count = ""] = process.argv.slice(2);
const jobId = "job-11111111-1111-4111-8111-111111111111";
// The usual limiter lets three requests a second through.
const limiter = createRateLimiter({ perSecond: 1e9, burst: 1_000 });
const client = createClient({ baseUrl: url, accessToken: "bench", limiter });

async function fetchOne(): Promise<void> {
  const response = await fetch(`${url}/openapi/v1/train_job/detail`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer bench" },
    body: JSON.stringify({ job_id: jobId }),
  });
  JSON.parse(await response.text());
}

const ask = way === "fetch" ? fetchOne : () => client.getJob(jobId);

async function askAll(requests: number): Promise<void> {
  let left = requests;
  const workers = Array.from({ length: 64 }, async () => {
    while (left-- > 0) await ask();
  });
  await Promise.all(workers);
}

await askAll(Number(count));
const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
await askAll(Number(count));
const { user, system } = process.cpuUsage(startCpu);
const perSecond = (Number(count) / (performance.now() - startMs)) * 1_000;
process.stdout.write(JSON.stringify({ perSecond, cpuUs: (user + system) / Number(count) }));
