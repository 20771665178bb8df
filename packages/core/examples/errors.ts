import { createClient, isQizhiError, readJobSpec } from "@qizhi/core";

const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
});
try {
  const { spec } = await readJobSpec("job.yaml");
  console.log((await client.createJob({ ...spec, name: "" })).job_id);
} catch (error) {
  if (!isQizhiError(error)) throw error;
  // Never submit again by yourself here: there may be a job. Ask somebody to look at the job list.
  if (error.code === "submission_unknown") throw error;
  console.error(error.code, error.message);
}
