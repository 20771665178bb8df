import { expect, test } from "vitest";
import { logIn, toCaller } from "../caller.fixture.ts";
import { failureOf, openClient, openPlatform, spec } from "../../client/client.fixture.ts";
import { readClaims } from "../../client/access-token.ts";
import { createClient } from "../../client/create-client.ts";
import { readWireSettings, startLocalPlatform } from "../index.ts";

const unknownJob = "job-00000000-0000-4000-8000-000000000000";

test("a bare platform answers without an envelope and refuses by HTTP status", async () => {
  await using platform = await startLocalPlatform({
    wire: { envelope: false, expiresIn: "number" },
  });
  const caller = toCaller(platform);
  expect((await caller.create()).status).toBe(401);
  const login = await caller.login();
  expect(login.json).toMatchObject({ expires_in: 604800 });
  const create = await caller.create();
  expect(create.json).toHaveProperty("job_id");
  expect((await caller.detail(unknownJob)).status).toBe(400);
});

test("numbers as text, nulls for absent keys, priority as integer and ms times", async () => {
  await using platform = await startLocalPlatform({
    stages: 0,
    wire: {
      numbers: "string",
      absentKeys: "null",
      priorityLevel: "integer",
      timelinePrecision: "ms",
      createAnswer: "job",
    },
  });
  const caller = await logIn(platform);
  const create = await caller.create({ envs: [{ name: "A", value: "1" }] });
  expect(create.data).toMatchObject({ envs: [{ name: "A", value: "1" }], command: "true" });
  const { data } = await caller.detail(String(create.data["job_id"]));
  expect(data).toMatchObject({ priority: "20", priority_level: "1", tb_id: null, envs: [] });
});

test("refusals take the status and the code that they are given", async () => {
  await using platform = await startLocalPlatform({
    wire: {
      refusedTokenStatus: 401,
      openApiEnabled: false,
      refusedLogin: { status: 400, code: 7, message: "invalid_grant: not enabled" },
    },
  });
  const caller = toCaller(platform);
  expect(await caller.create()).toMatchObject({ status: 401, code: -1 });
  expect(await caller.login()).toMatchObject({ status: 400, code: 7 });
});

test("unknown fields and absent zeros pass when the platform is lenient", async () => {
  await using platform = await startLocalPlatform({
    wire: { unknownFields: "accept", absentZeros: "accept" },
  });
  const caller = await logIn(platform);
  const { code, data } = await caller.create({ novelty: 1, task_priority: undefined });
  expect(code).toBe(0);
  const detail = await caller.detail(String(data["job_id"]));
  expect(detail.data).toMatchObject({ task_priority: 0, priority_name: "4", priority: 20 });
});

test.for([
  [1, 11, "LOW"],
  [3, 13, "LOW"],
  [4, 20, "NORMAL"],
  [5, 30, "HIGH"],
  [9, 34, "HIGH"],
  [10, 35, "HIGH"],
] as const)("priority %i is stored as weight %i, %s", async ([submitted, weight, level]) => {
  await using platform = await startLocalPlatform();
  const caller = await logIn(platform);
  const { data } = await caller.create({ task_priority: submitted });
  const detail = await caller.detail(String(data["job_id"]));
  expect(detail.data).toMatchObject({ priority: weight, priority_level: level });
});

test("the client works with the newer envelope, and reads its refusals and those under msg", async () => {
  for (const wire of [{ envelope: "newer" }, { messageKey: "msg" }] as const) {
    await using platform = await openPlatform({ wire, quota: { submittedGpus: 8 } });
    const client = openClient(platform);
    const { job_id: jobId } = await client.createJob(spec);
    expect(await client.waitForJob(jobId)).toMatchObject({ status: "job_succeeded" });
    const [node] = spec.framework_config;
    const large = { ...spec, framework_config: [{ ...node!, instance_count: 2 }] };
    const error = await failureOf(client.createJob(large));
    expect(error).toMatchObject({
      code: "api",
      platformCode: 100000,
      isQuotaRefusal: true,
      platformMessage: expect.stringContaining("总提交配额限制为 8 GPU"),
    });
  }
});

test("workspaces refuse priorities and the choice of nodes, and fields may become required", async () => {
  const { workspace_id: workspace } = spec;
  await using platform = await openPlatform({
    wire: {
      workspaces: { [workspace]: { priorities: [1, 4], choosesNodes: false } },
      alsoRequired: ["priority_class"],
      detailEnvs: "stored",
    },
  });
  const client = openClient(platform);
  expect(await failureOf(client.createJob(spec))).toMatchObject({
    platformMessage: "参数校验错误: priority_class is required",
  });
  const lenient = { ...spec, workspace_id: "ws-44444444-3333-4333-8333-333333333333" };
  const extra = { description: "d" };
  await using other = await openPlatform({
    wire: {
      workspaces: { [workspace]: { priorities: [1, 4], choosesNodes: false } },
      detailEnvs: "stored",
    },
  });
  const open = openClient(other);
  const wrong = await failureOf(open.createJob({ ...spec, task_priority: 5 }));
  expect(wrong).toMatchObject({
    platformMessage: "无效的优先级值: 5",
    advice: { rule: "priority_levels" },
  });
  const gated = await failureOf(open.createJob({ ...spec, extra: { exclude_nodes: ["a"] } }));
  expect(gated).toMatchObject({
    platformMessage: "exclude_nodes not enable in workspace",
    advice: { rule: "excluded_nodes" },
  });
  const { job_id: jobId } = await open.createJob({
    ...lenient,
    task_priority: 5,
    extra,
    envs: { A: 1 },
  });
  expect(await open.getJob(jobId)).toMatchObject({ envs: [{ name: "A", value: "1" }], ...extra });
});

test("a detail shows the nodes that a job chose and those that it left out", async () => {
  await using platform = await openPlatform();
  const client = openClient(platform);
  const extra = { specified_nodes: ["a"], exclude_nodes: ["b"] };
  const { job_id: jobId } = await client.createJob({ ...spec, extra });
  expect(await client.getJob(jobId)).toMatchObject(extra);
});

test("a clock that is ahead also dates a Retry-After and the claims of a token", async () => {
  const fault = { kind: "rate-limit", retryAfterSec: 30, retryAfterForm: "date" } as const;
  await using platform = await startLocalPlatform({
    wire: { clockAheadMs: 3_600_000 },
    tokenTtlMs: 60_000,
    faults: [{ operation: "detail", fault }],
  });
  const caller = toCaller(platform);
  const login = await caller.login();
  const { iat, exp } = readClaims(caller.token);
  const loginAt = Date.parse(login.headers.get("date") ?? "") / 1_000;
  expect(Math.abs(Number(iat) - loginAt)).toBeLessThan(5);
  expect(Math.abs(Number(exp) - loginAt - 60)).toBeLessThan(5);
  const { headers } = await caller.detail(unknownJob);
  const [sentAt, until] = ["date", "retry-after"].map((name) => headers.get(name) ?? "");
  expect(Math.abs(Date.parse(until!) - Date.parse(sentAt!) - 30_000)).toBeLessThan(5_000);
});

test("a job that is seen late and stopped too early is found and stopped all the same", async () => {
  await using platform = await openPlatform({
    stages: 60_000,
    wire: { hiddenMs: 300, unstoppableMs: 600 },
  });
  const { url: baseUrl, credentials } = platform;
  const client = createClient({ baseUrl, credentials });
  const { job_id: jobId } = await client.createJob(spec);
  const updates = client.watchJob(jobId);
  const first = await updates.next();
  expect(first.value).toMatchObject({ type: "job", phase: "queued" });
  await updates.return(undefined as never);
  const result = await client.stopJob(jobId);
  expect(result).toMatchObject({ outcome: expect.stringMatching(/^(?:stopping|stopped)$/) });
});

test("settings of a command line become options, and a wrong one says what there is", async () => {
  expect(
    readWireSettings(["hostname=pod", 'goneRoutes=["stop"]', "quota.maxPriority=4", "hiddenMs=5"]),
  ).toEqual({
    wire: { hostname: "pod", goneRoutes: ["stop"], hiddenMs: 5 },
    quota: { maxPriority: 4 },
  });
  expect(() => readWireSettings(["hostnam=pod"])).toThrow(/no option hostnam.*hostname/s);
  expect(() => readWireSettings(["hostname=host"])).toThrow(/one of node, pod/);
  expect(() => readWireSettings(["envelope"])).toThrow(/does not take this value/);
  await using platform = await openPlatform(readWireSettings(['goneRoutes=["detail"]']));
  const error = await failureOf(openClient(platform).getJob(unknownJob));
  expect(error).toMatchObject({ rule: "no_such_route" });
});
