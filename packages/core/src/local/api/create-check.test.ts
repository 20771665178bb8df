import { expect, test } from "vitest";
import { logIn } from "../caller.fixture.ts";
import { startLocalPlatform } from "../index.ts";

const node = { image: "a", image_type: "b", instance_count: 1, shm_gi: 0, spec_id: "c" };
const unknownJob = "job-00000000-0000-4000-8000-000000000000";

test.for([
  [
    "a number where text is due",
    { max_running_time_ms: 5 },
    "invalid value for string field maxRunningTimeMs: 5",
  ],
  ["an unknown field", { retries: 1 }, 'proto: unknown field "retries"'],
  ["a missing field", { command: undefined }, "command is required"],
  ["no priority", { task_priority: undefined }, "task_priority is required"],
  [
    "fault tolerance without a count",
    { auto_fault_tolerance: true },
    "fault_tolerance_max_retry is required",
  ],
  [
    "a second kind of node without a count",
    { framework_config: [node, { ...node, instance_count: 0 }] },
    "framework_config[1].instance_count is required",
  ],
  ["no list where one is due", { envs: { A: "1" } }, "unexpected token {"],
] as const)("a body with %s is refused with -100000 and HTTP 400", async ([, changes, message]) => {
  await using platform = await startLocalPlatform();
  const caller = await logIn(platform);
  const answer = await caller.create(changes);
  expect(answer).toMatchObject({ status: 400, code: -100000 });
  expect(answer.json?.["message"]).toContain(message);
  expect(platform.jobs()).toEqual([]);
});

test.for([
  ["a reserve time of 0", { reserve_on_fail_ms: "0" }, "retention time must be positive"],
  ["a reserve time of 16 digits", { reserve_on_fail_ms: "1000000000000000" }, "参数错误"],
  ["a run time over 32 bits", { max_running_time_ms: "2147483648" }, "1264"],
  ["a physical group", { logic_compute_group_id: "cg-1" }, "已选择的计算类型组不存在"],
  ["a priority over the cap", { task_priority: 9 }, "优先级"],
  ["more GPUs than the quota", { nodes: 3 }, "总项目配额不足"],
] as const)("%s is refused by the business layer", async ([, changes, message]) => {
  await using platform = await startLocalPlatform({
    quota: { submittedGpus: 16, maxPriority: 5 },
    wire: { zeroReserve: "refuse" },
  });
  const caller = await logIn(platform);
  const answer = await caller.create(changes);
  expect(answer.status).toBe(200);
  expect(answer.code).not.toBe(0);
  expect(answer.json?.["message"]).toContain(message);
});

test("an unknown field is refused at every depth", async () => {
  await using platform = await startLocalPlatform();
  const caller = await logIn(platform);
  const answer = await caller.create({ envs: [{ name: "A", value: "1", secret: true }] });
  expect(answer.json?.["message"]).toBe('proto: unknown field "secret"');
});

test("queued jobs count toward the quota until they end", async () => {
  await using platform = await startLocalPlatform({ stages: 0, quota: { submittedGpus: 8 } });
  const caller = await logIn(platform);
  const jobId = await caller.submit("sleep 600");
  expect((await caller.create()).json?.["message"]).toContain("总提交配额限制为 8 GPU");
  await caller.stop(jobId);
  await platform.waitForStatus(jobId, "job_stopped");
  expect((await caller.create()).code).toBe(0);
});

test("an unknown job, a wrong password and an unrouted path have answers of their own", async () => {
  await using platform = await startLocalPlatform();
  const caller = await logIn(platform);
  expect(await caller.detail(unknownJob)).toMatchObject({ status: 200, code: 100002 });
  expect(await caller.stop(unknownJob)).toMatchObject({ status: 200, code: 100002 });
  const login = await caller.post("/auth/token", { username: "local", password: "wrong" });
  expect(login.json?.["message"]).toContain("invalid_grant");
  const nowhere = await caller.post("/openapi/v1/specs/list", {});
  expect([nowhere.status, nowhere.text]).toEqual([404, "404 page not found"]);
});
