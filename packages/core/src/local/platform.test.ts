import { existsSync, readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { createClient } from "../client/create-client.ts";
import { jobSchema } from "../schemas/job.ts";
import { toBody } from "./body.fixture.ts";
import { logIn, toCaller } from "./caller.fixture.ts";
import { startLocalPlatform } from "./index.ts";
import { Changes } from "./jobs/jobs-table.ts";

const unknownJob = "job-00000000-0000-4000-8000-000000000000";

test("a job goes from the create to its end, and every answer fits the schema", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const create = await caller.create({ command: "echo hello from $MY_POD_NAME", nodes: 2 });
  expect(create.json).toMatchObject({ code: 0, message: "success", data: { name: "demo-1" } });
  const jobId = String(create.data["job_id"]);
  expect(jobId).toMatch(/^job-[0-9a-f-]{36}$/);
  expect(jobSchema().parse((await caller.detail(jobId)).data).job_id).toBe(jobId);
  await platform.waitForStatus(jobId, "job_succeeded");
  const job = jobSchema().parse((await caller.detail(jobId)).data);
  expect(job).toMatchObject({
    status: "job_succeeded",
    current_running_round: 1,
    node_count: 2,
    node_infos: [],
    envs: [],
    priority: 20,
    priority_level: "NORMAL",
    priority_name: "4",
    framework_config: [{ gpu_count: 8, instance_spec_price_info: { gpu_count: 8 } }],
  });
  expect(Object.keys(job.timeline ?? {}).toSorted()).toEqual([
    "created",
    "finished",
    "resource_prepared",
    "run",
  ]);
  expect(job.timeline?.finished).toMatch(/^\d{10}000$/);
  expect(readFileSync(platform.logFile(jobId, 1), "utf8")).toBe(`hello from ${jobId}-worker-1\n`);
});

test("a running job shows its nodes and no time of its end; a stop ends it", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit("sleep 600");
  await platform.waitForStatus(jobId, "job_running");
  const { data } = await caller.detail(jobId);
  expect(data["node_infos"]).toEqual([{ node_name: "local-node-0" }]);
  expect(data).not.toHaveProperty("finished_at");
  expect(data).not.toHaveProperty("spec_id");
  expect(data).not.toHaveProperty("reserve_on_fail_ms");
  expect((await caller.stop(jobId)).json).toEqual({ code: 0, message: "success", data: {} });
  await platform.waitForStatus(jobId, "job_stopped");
  expect((await caller.stop(jobId)).json).toMatchObject({ code: 100009 });
});

test("a call without a good token gets code -1 and does nothing", async () => {
  await using platform = await startLocalPlatform({ tokenTtlMs: 0 });
  const caller = toCaller(platform);
  expect(await caller.create()).toMatchObject({ status: 200, code: -1 });
  await caller.login();
  expect(await caller.create()).toMatchObject({ status: 200, code: -1 });
  expect(platform.jobs()).toEqual([]);
  expect(
    platform.requests.map(({ operation, number, effect }) => [operation, number, effect]),
  ).toEqual([
    ["create", 1, false],
    ["token", 1, true],
    ["create", 2, false],
  ]);
});

test("a token looks like a JWT with its expiry, and its life is text in seconds", async () => {
  await using platform = await startLocalPlatform({ tokenTtlMs: 60_000 });
  const caller = toCaller(platform);
  const { data } = await caller.login();
  expect(data).toMatchObject({ expires_in: "60", token_type: "Bearer" });
  const payload = String(data["access_token"]).split(".")[1] ?? "";
  const claims: { exp: number } = JSON.parse(Buffer.from(payload, "base64url").toString());
  expect(Math.abs(claims.exp - Date.now() / 1000 - 60)).toBeLessThan(5);
  expect(platform.issuedTokens).toEqual([caller.token]);
});

test("seeded jobs show any status, follow their list one detail at a time, and can be stopped", async () => {
  await using platform = await startLocalPlatform({
    stages: 0,
    jobs: [
      { status: "job_queuing", next: ["job_running", "job_queue_out"], jobId: unknownJob },
      { status: "job_dreaming", answer: { name: "odd", timeline: undefined } },
    ],
  });
  const caller = await logIn(platform);
  const seen: unknown[] = [];
  for (let call = 0; call < 4; call++) seen.push((await caller.detail(unknownJob)).data["status"]);
  expect(seen).toEqual(["job_queuing", "job_running", "job_queue_out", "job_queue_out"]);
  const odd = platform.jobs()[1]?.jobId ?? "";
  const { data } = await caller.detail(odd);
  expect(data).toMatchObject({ status: "job_dreaming", name: "odd" });
  expect(data).not.toHaveProperty("timeline");
  await caller.stop(odd);
  expect((await platform.waitForStatus(odd, "job_stopped")).status).toBe("job_stopped");
});

test("jobs without their commands go the same way, and none is run", async () => {
  await using platform = await startLocalPlatform({ stages: 0, commands: "skip" });
  const caller = await logIn(platform);
  const jobId = await caller.submit("exit 1");
  await platform.waitForStatus(jobId, "job_succeeded");
  expect(existsSync(platform.logFile(jobId))).toBe(false);
});

test("a poll of an instant platform that is answered before its job ends waits for it no longer", async () => {
  const waits = vi.spyOn(Changes.prototype, "until");
  await using platform = await startLocalPlatform({ instant: true });
  const caller = await logIn(platform);
  const jobId = await caller.submit("sleep 600");
  await caller.detail(jobId);
  expect(waits.mock.settledResults).toMatchObject([{ type: "fulfilled" }]);
  waits.mockRestore();
});

test("a spec has the shape that it is given, and a stranger can be refused", async () => {
  const specs = { "44444444-4444-4444-8444-444444444444": { gpus: 1, pricePerHour: 12.5 } };
  await using platform = await startLocalPlatform({ specs, wire: { unknownSpec: "refuse" } });
  const caller = await logIn(platform);
  const { data } = await caller.create({ nodes: 2 });
  expect(platform.jobs()[0]).toMatchObject({ gpus: 2 });
  const detail = await caller.detail(String(data["job_id"]));
  expect(detail.data).toMatchObject({
    gpu_count: 2,
    framework_config: [{ gpu_count: 1, instance_spec_price_info: { total_price_per_hour: 12.5 } }],
  });
  const config = { image: "a", image_type: "b", instance_count: 1, shm_gi: 0, spec_id: "stranger" };
  const refused = await caller.create({ framework_config: [config] });
  expect(refused).toMatchObject({ status: 400, code: -100000 });
  expect(refused.json?.["message"]).toContain("spec_id stranger not found");
});

test("its client options lead to the path that it is served under", async () => {
  await using platform = await startLocalPlatform({ wire: { basePath: "/gateway" } });
  const client = createClient(platform.clientOptions);
  await client.authenticate();
  expect(platform.requests.map(({ path }) => path)).toEqual(["/gateway/auth/token"]);
});

test("a work folder that is none is an error", async () => {
  const workDir = new URL("nowhere", import.meta.url).pathname;
  await expect(startLocalPlatform({ workDir })).rejects.toThrow("is not a folder");
});

test("a request is recorded as it came, with its secrets", async () => {
  await using platform = await startLocalPlatform({
    credentials: { username: "u", password: "p w" },
  });
  const caller = await logIn(platform);
  await caller.create();
  expect(platform.requests[0]).toMatchObject({
    operation: "token",
    path: "/auth/token",
    body: '{"username":"u","password":"p w"}',
    outcome: "answered",
    status: 200,
    code: 0,
  });
  expect(platform.requests[1]).toMatchObject({
    headers: { authorization: `Bearer ${caller.token}` },
    body: JSON.stringify(toBody()),
    jobId: platform.jobs()[0]?.jobId,
  });
});
