import { expect, test } from "vitest";
import * as z from "zod/mini";
import { createClient } from "../../client/create-client.ts";
import { count, failureOf } from "../../client/client.fixture.ts";
import {
  ApiError,
  ConnectionError,
  InputError,
  ResponseError,
  SubmissionUnknownError,
} from "../../errors/errors.ts";
import { defineOperation } from "../../calls/operations.ts";
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
const createHpcJob = defineOperation({
  path: "/openapi/v1/hpc_jobs/create",
  request: HpcSpecSchema,
  answer: HpcJobSchema,
  required: ["job_id"],
  resend: "once",
});

const getHpcJob = defineOperation({
  name: "hpc_detail",
  path: "/openapi/v1/hpc_jobs/detail",
  request: HpcRequestSchema,
  answer: HpcJobSchema,
  required: ["job_id"],
  resend: "safe",
});

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
  const { client } = place;
  const wrong = await failureOf(client.call(createHpcJob, { name: "", instance_count: 2 }));
  expect(wrong).toBeInstanceOf(InputError);
  expect(wrong).toHaveProperty(
    "message",
    "The request of hpc_jobs/create is wrong: name: Invalid input. Nothing was sent.",
  );
  expect(count(place.platform, "route")).toBe(0);
});

test("its retry class holds: a poll is sent again, a create that may have arrived is not, and says so", async () => {
  await using place = await start();
  const { client, platform } = place;
  const reset = { kind: "reset", effect: true } as const;
  platform.setFaults([{ operation: "route", calls: [1], fault: reset }]);
  const lost = await failureOf(client.call(createHpcJob, { name: "fluid", instance_count: 2 }));
  expect(lost).toBeInstanceOf(SubmissionUnknownError);
  expect(lost).toMatchObject({
    operation: "hpc_jobs/create",
    jobName: "fluid",
    listUrl: platform.url,
    cause: expect.any(ConnectionError),
  });
  expect(lost).toHaveProperty(
    "message",
    expect.stringMatching(
      /^hpc_jobs\/create of "fluid" may or may not have happened: it was sent at .+, and then: No answer from 127.0.0.1:\d+ when asked to do hpc_jobs\/create: the connection was cut before the answer \(ECONNRESET\)\. Look on http:.+ before you send it again/,
    ),
  );
  expect(count(platform, "route")).toBe(1);
  platform.setFaults([{ operation: "route", calls: [1], fault: reset }]);
  expect(await client.call(getHpcJob, { job_id: "hpc-1" })).toMatchObject({ status: "queuing" });
  expect(count(platform, "route")).toBe(3);
});

test("an abort after it was sent leaves its outcome unknown, before that it does not", async () => {
  await using place = await start();
  const { client, platform } = place;
  await client.authenticate();
  platform.setFaults([
    { operation: "route", calls: [1], fault: { kind: "never-answer", effect: true } },
  ]);
  const signal = AbortSignal.timeout(300);
  const lost = client.call(createHpcJob, { name: "fluid", instance_count: 2 }, { signal });
  expect(await failureOf(lost)).toMatchObject({ code: "submission_unknown", cause: signal.reason });
  const late = client.call(createHpcJob, { name: "fluid", instance_count: 2 }, { signal });
  expect(await failureOf(late)).toBe(signal.reason);
  expect(count(platform, "route")).toBe(1);
});

test("an answer that its schema does not take is named with path and problem", async () => {
  const answer = z.object({ nodes: z.array(z.object({ name: z.string("wants text") })) });
  const request = z.object({});
  const nodes = { path: "/openapi/v1/nodes/list", request, answer };
  let data: Readonly<Record<string, unknown>> = { nodes: [{ name: 7 }] };
  await using platform = await startLocalPlatform({ routes: { [nodes.path]: () => ({ data }) } });
  const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
  const wrong = await failureOf(client.call(defineOperation({ ...nodes, resend: "safe" }), {}));
  expect(wrong).toBeInstanceOf(ResponseError);
  expect(wrong).toHaveProperty(
    "message",
    expect.stringContaining(
      "answered with JSON that its schema does not take (nodes.0.name: wants text) (HTTP 200) when asked to do nodes/list",
    ),
  );
  const once = await failureOf(client.call(defineOperation({ ...nodes, resend: "once" }), {}));
  expect(once).toMatchObject({ code: "submission_unknown", cause: { rule: "wrong_fields" } });
  data = { nodes: [{ name: "a" }] };
  const list = await client.call(defineOperation({ ...nodes, resend: "safe" }), {});
  expect(list.nodes.map(({ name }) => name.toUpperCase())).toEqual(["A"]);
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
