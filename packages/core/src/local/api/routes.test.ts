import { expect, test } from "vitest";
import * as z from "zod/mini";
import { createClient } from "../../client/create-client.ts";
import { count, failureOf } from "../../client/client.fixture.ts";
import { ApiError, ConnectionError, SpecError } from "../../errors/errors.ts";
import type { Operation } from "../../calls/operations.ts";
import { startLocalPlatform, type LocalRoute } from "../index.ts";

const HpcSpecSchema = z.strictObject({
  /** Name of the job. */
  name: z.string().check(z.minLength(1)),
  /** Nodes. */
  instance_count: z.int(),
});

const HpcJobSchema = z.looseObject({
  /** Id of the job. */
  job_id: z.optional(z.string()),
  /** Raw status. */
  status: z.optional(z.string()),
});

const HpcRequestSchema = z.strictObject({ job_id: z.string() });

/** A create as the platform's other job families have it: the same shape under another path. */
const createHpcJob: Operation<typeof HpcSpecSchema, typeof HpcJobSchema> = {
  name: "hpc_create",
  path: "/openapi/v1/hpc_jobs/create",
  request: HpcSpecSchema,
  answer: HpcJobSchema,
  required: ["job_id"],
  resend: "once",
};

const getHpcJob: Operation<typeof HpcRequestSchema, typeof HpcJobSchema> = {
  name: "hpc_detail",
  path: "/openapi/v1/hpc_jobs/detail",
  request: HpcRequestSchema,
  answer: HpcJobSchema,
  required: ["job_id"],
  resend: "safe",
};

/** The local platform's side of it. */
function hpcRoutes(): Record<string, LocalRoute> {
  const jobs = new Map<string, Record<string, unknown>>();
  return {
    [createHpcJob.path]: ({ name }) => {
      const job = { job_id: `hpc-${jobs.size + 1}`, name, status: "queuing", new_field: 1 };
      jobs.set(job.job_id, job);
      return { data: job };
    },
    [getHpcJob.path]: ({ job_id }) => {
      const job = jobs.get(String(job_id));
      return job ? { data: job } : { refusal: { status: 200, code: 100002, message: "no job" } };
    },
  };
}

async function start() {
  const platform = await startLocalPlatform({ routes: hpcRoutes() });
  const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
  return { platform, client, [Symbol.asyncDispose]: platform.dispose };
}

test("a toy endpoint is two values: the call has token, schemas, envelope and refusals", async () => {
  await using place = await start();
  const { client, platform } = place;
  const { job_id = "" } = await client.call(createHpcJob, { name: "fluid", instance_count: 2 });
  const job = await client.call(getHpcJob, { job_id });
  expect(job).toEqual({ job_id: "hpc-1", name: "fluid", status: "queuing", new_field: 1 });
  expect(platform.requests.map(({ operation, path }) => [operation, path])).toEqual([
    ["token", "/auth/token"],
    ["route", createHpcJob.path],
    ["route", getHpcJob.path],
  ]);
  const refusal = await failureOf(client.call(getHpcJob, { job_id: "hpc-9" }));
  expect(refusal).toBeInstanceOf(ApiError);
  expect(refusal).toMatchObject({ platformCode: 100002 });
  expect(refusal).toHaveProperty("message", expect.stringContaining("hpc_detail"));
});

test("nothing is sent of a request that its schema refuses", async () => {
  await using place = await start();
  const wrong = await failureOf(place.client.call(createHpcJob, { name: "", instance_count: 2 }));
  expect(wrong).toBeInstanceOf(SpecError);
  expect(count(place.platform, "route")).toBe(0);
});

test("its retry class holds: a create that may have arrived is not sent again, a poll is", async () => {
  await using place = await start();
  const { client, platform } = place;
  const reset = { kind: "reset", effect: true } as const;
  platform.setFaults([{ operation: "route", calls: [1], fault: reset }]);
  const lost = await failureOf(client.call(createHpcJob, { name: "fluid", instance_count: 2 }));
  expect(lost).toBeInstanceOf(ConnectionError);
  expect(lost).toMatchObject({ sent: true });
  expect(count(platform, "route")).toBe(1);
  platform.setFaults([{ operation: "route", calls: [1], fault: reset }]);
  expect(await client.call(getHpcJob, { job_id: "hpc-1" })).toMatchObject({ status: "queuing" });
  expect(count(platform, "route")).toBe(3);
});

test("a path is not there without a token, by GET, or when nobody added it", async () => {
  await using place = await start();
  const { platform, client } = place;
  const url = `${platform.url}${createHpcJob.path}`;
  const bare = await fetch(url, { method: "POST", body: "{}" });
  expect(await bare.json()).toMatchObject({ code: -1 });
  expect((await fetch(url)).status).toBe(404);
  const elsewhere = { ...getHpcJob, path: "/openapi/v1/inference_servings/detail" };
  const missing = await failureOf(client.call(elsewhere, { job_id: "x" }));
  expect(missing).toMatchObject({ status: 404 });
});
