// A bot: submits the jobs it is told of, again where one fails, and says how each ended.
import {
  createClient,
  createRateLimiter,
  isQizhiError,
  parseJobSpec,
  type Client,
  type JobSpec,
  type JobUpdate,
} from "@qizhi/core";

const client: Client = createClient({
  baseUrl: process.env["QIZHI_BASE_URL"],
  credentials: {
    username: process.env["QIZHI_USERNAME"] ?? "",
    password: process.env["QIZHI_PASSWORD"] ?? "",
  },
  limiter: createRateLimiter({ perSecond: 100, burst: 10 }),
});

async function run(spec: JobSpec, tries: number): Promise<string> {
  const { job_id } = await client.createJob(spec);
  const onUpdate = (update: JobUpdate): void => {
    if (update.type === "trouble") console.error(update.error.code, update.error.message);
  };
  const job = await client.waitForJob(job_id, { onUpdate, timeoutMs: 60_000 });
  if (job.status !== "job_succeeded" && tries > 1) return run(spec, tries - 1);
  return `${spec.name} ${job.status} ${job.framework_config?.[0]?.gpu_count} ${tries}`;
}

/** What to do after an error; every code has the fields of its own. */
function nextStep(error: unknown): string {
  if (!isQizhiError(error)) throw error;
  switch (error.code) {
    case "submission_unknown":
      return error.listUrl;
    case "api":
      return `${error.status} ${error.platformCode ?? "none"}`;
    case "wait_timeout":
      return `${error.limitMs}`;
    case "connection":
      return `${error.reason} ${error.sent}`;
    default:
      return error.summary;
  }
}

const spec = JSON.parse(process.env["SPEC"] ?? "null");
console.log(await run(parseJobSpec({ ...spec, name: "good", command: "true" }), 2));
console.log(await run(parseJobSpec({ ...spec, name: "bad", command: "exit 1" }), 2));
console.log(await client.getJob("job-55555555-5555-4555-8555-555555555555").catch(nextStep));
