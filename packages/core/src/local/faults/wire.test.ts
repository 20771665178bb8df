import { expect, test } from "vitest";
import { logIn, toCaller } from "../caller.fixture.ts";
import { startLocalPlatform } from "../index.ts";

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
