import { createClient, defineOperation, isQizhiError } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";
import * as z from "zod";

// A toy: nobody has seen this endpoint answer. Any library with Standard Schema will do for the schemas.
const createHpcJob = defineOperation({
  path: "/openapi/v1/hpc_jobs/create",
  request: z.strictObject({ name: z.string(), nodes: z.int().positive() }),
  answer: z.looseObject({ job_id: z.string() }),
  // Sent twice it would make two jobs.
  resend: "once",
});

// The local platform's side of it; token, envelope and faults come with it.
const platform = await startLocalPlatform({
  routes: { [createHpcJob.path]: ({ name }) => ({ data: { job_id: `hpc-${name}` } }) },
});
const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
const { job_id } = await client.call(createHpcJob, { name: "fluid", nodes: 2 });
console.log(job_id);

platform.setFaults([{ operation: "route", fault: { kind: "reset", effect: true } }]);
try {
  await client.call(createHpcJob, { name: "fluid", nodes: 2 });
} catch (error) {
  if (!isQizhiError(error)) throw error;
  // Nothing was sent again: it may have been done.
  console.log(error.code, platform.requests.length);
}
await platform.dispose();
