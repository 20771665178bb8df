import { expect, test, vi } from "vitest";
import { logIn } from "../caller.fixture.ts";
import { startLocalPlatform } from "../index.ts";

test("a second job queues until GPUs are free, and says so", async () => {
  await using platform = await startLocalPlatform({ stages: 0, gpus: 8 });
  const caller = await logIn(platform);
  const first = await caller.submit("sleep 600");
  await platform.waitForStatus(first, "job_running");
  const second = await caller.submit("true");
  const { data } = await caller.detail(second);
  expect(data).toMatchObject({
    status: "job_queuing",
    sub_msg: "排队中: position 1, needs 8 GPUs, 0 of 8 are free",
    node_infos: [],
    running_time_ms: "0",
  });
  expect(Object.keys(Object(data["timeline"]))).toEqual(["created"]);
  await caller.stop(first);
  await platform.waitForStatus(second, "job_succeeded");
});

test("the queue takes higher priority first, and the older one of equals", async () => {
  await using platform = await startLocalPlatform({ stages: 0, gpus: 8 });
  const caller = await logIn(platform);
  const blocker = await caller.submit("sleep 600");
  await platform.waitForStatus(blocker, "job_running");
  const low = await caller.submit("true", { task_priority: 1 });
  const normal = await caller.submit("true", { task_priority: 4 });
  const high = await caller.submit("true", { task_priority: 10 });
  const normal2 = await caller.submit("true", { task_priority: 0 });
  await caller.stop(blocker);
  await platform.waitForStatus(low, "job_succeeded");
  const started = platform
    .jobs()
    .slice(1)
    .toSorted(
      (a, b) => (a.preparedAt ?? 0) - (b.preparedAt ?? 0) || (a.runAt ?? 0) - (b.runAt ?? 0),
    );
  expect(started.map(({ jobId }) => jobId)).toEqual([high, normal, normal2, low]);
});

test("a job that can never fit stays queued, says why, and holds back no other", async () => {
  await using platform = await startLocalPlatform({ stages: 0, gpus: 8 });
  const caller = await logIn(platform);
  const big = await caller.submit("true", { nodes: 2, task_priority: 10 });
  const small = await caller.submit("true");
  await platform.waitForStatus(small, "job_succeeded");
  expect((await caller.detail(big)).data["sub_msg"]).toContain("this job can never start");
  const absurd = await caller.submit("true", { nodes: 2_000_000_000 });
  expect((await caller.detail(absurd)).data["sub_msg"]).toContain("nodes");
});

test("thousands of waiting jobs are told with their places in one look, each ranked once", async () => {
  await using platform = await startLocalPlatform({ stages: 60_000, commands: "skip" });
  const caller = await logIn(platform);
  for (let job = 0; job < 20; job++) await caller.create({ task_priority: (job % 10) + 1 });
  const ranks = vi.spyOn(Array.prototype, "toSorted");
  const views = platform.jobs();
  expect(ranks).toHaveBeenCalledOnce();
  ranks.mockRestore();
  const places = views.map(({ reason }) => Number(/position (\d+)/.exec(reason)?.[1]));
  expect(places.slice(0, 10)).toEqual([19, 17, 15, 13, 11, 9, 7, 5, 3, 1]);
});

test("a job that can never fit is refused with the way on, where that is asked for", async () => {
  await using platform = await startLocalPlatform({ gpus: 8, oversized: "refuse" });
  const caller = await logIn(platform);
  const answers = [];
  for (const nodes of [1, 4, 200]) answers.push((await caller.create({ nodes })).json);
  expect(answers).toMatchObject([
    { code: 0 },
    {
      code: -100000,
      message:
        "资源不足: needs 32 GPUs, the platform has 8 in all; this job can never start. Start a larger one: qizhi serve --gpus 32",
    },
    {
      code: -100000,
      message: expect.stringMatching(/runs at most 128; this job can never start$/),
    },
  ]);
  expect(platform.jobs()).toHaveLength(1);
});

test("a big job that does not fit yet holds back the small one behind it", async () => {
  await using platform = await startLocalPlatform({ stages: 0, gpus: 16 });
  const caller = await logIn(platform);
  const runs = await caller.submit("sleep 600");
  await platform.waitForStatus(runs, "job_running");
  const big = await caller.submit("sleep 600", { nodes: 2 });
  const small = await caller.submit("true", { task_priority: 1 });
  await caller.stop(runs);
  await platform.waitForStatus(big, "job_running");
  expect((await caller.detail(small)).data["sub_msg"]).toContain("position 1");
  await caller.stop(big);
  await platform.waitForStatus(small, "job_succeeded");
  const [, bigView, smallView] = platform.jobs();
  expect(smallView?.preparedAt).toBeGreaterThanOrEqual(bigView?.finishedAt ?? Infinity);
});
