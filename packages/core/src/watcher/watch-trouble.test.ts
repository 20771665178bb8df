import { describe, expect, it } from "vitest";
import {
  count,
  createTestClock,
  openClient,
  openPlatform,
  seedId,
  spec,
} from "../client/client.fixture.ts";
import type { Client } from "../client/client.ts";
import type { FaultAction } from "../local/index.ts";
import { createRateLimiter, type RateLimiter } from "../calls/limiter.ts";
import { toPlannedId } from "./fleet.fixture.ts";
import type { JobsUpdate, WaitOptions } from "./updates.ts";

async function watchToEnd(client: Client, jobId: string, options?: WaitOptions) {
  const updates: JobsUpdate[] = [];
  for await (const update of client.watchJobs([jobId], options)) updates.push(update);
  return updates;
}

/** A limiter that lets everything pass, and calls back at each request for a turn. */
function withTakes(onTake: (options: Parameters<RateLimiter["take"]>[0]) => void): RateLimiter {
  const own = createRateLimiter({ perSecond: 1e9, burst: 1_000 });
  return {
    perSecond: own.perSecond,
    get waiting() {
      return own.waiting;
    },
    pause: (ms) => own.pause(ms),
    async take(options) {
      onTake(options);
      return own.take(options);
    },
  };
}

describe("a limit of watchJobs", () => {
  const limits: [string, WaitOptions, string][] = [
    ["total", { timeoutMs: 3_600_000 }, "job_running"],
    ["total", { timeoutMs: 3_600_000, queueTimeoutMs: 60_000 }, "job_running"],
    ["queue", { timeoutMs: 7_200_000, queueTimeoutMs: 3_600_000 }, "job_queuing"],
  ];

  it.each(limits)("lets go of a job: %s %j in %s", async (limit, options, status) => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status }] });
    const clock = createTestClock();
    const startedAt = clock.now();
    const updates = await watchToEnd(openClient(platform, { clock }), seedId, options);
    const error = { code: "wait_timeout", limit, limitMs: 3_600_000, jobId: seedId, status };
    expect(updates).toMatchObject([{ type: "job" }, { type: "lost", jobId: seedId, error }]);
    // The last poll is sent once the limit has passed, and at once.
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(3_600_000);
    expect(clock.now() - startedAt).toBeLessThan(3_601_000);
  });

  it("is kept by a platform that is silent at its end", async () => {
    const silent: FaultAction = { kind: "never-answer" };
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_running" }],
    });
    const clock = createTestClock();
    const client = openClient(platform, { clock, attemptTimeoutMs: 50 });
    const updates: JobsUpdate[] = [];
    for await (const update of client.watchJobs([seedId], { timeoutMs: 60_000 })) {
      // An attempt of 50 ms may be over before a busy machine has answered the first poll.
      if (update.type === "job") platform.setFaults([{ operation: "detail", fault: silent }]);
      updates.push(update);
    }
    const [last] = updates.toReversed();
    expect(last).toMatchObject({ type: "lost", error: { code: "wait_timeout" } });
    const types = updates.map(({ type }) => type);
    expect(types.slice(types.indexOf("job"))).toEqual(["job", "trouble", "lost"]);
  });
});

describe("a job that its own client has just created", () => {
  const notFound: FaultAction = { kind: "reply", status: 200, body: '{"code":100002}' };

  it("may be unknown for half a minute while many are watched", async () => {
    await using platform = await openPlatform();
    const clock = createTestClock();
    const client = openClient(platform, { clock });
    const { job_id: jobId } = await client.createJob(spec);
    platform.setFaults([{ operation: "detail", calls: { from: 1, to: 8 }, fault: notFound }]);
    const startedAt = clock.now();
    const updates = await watchToEnd(client, jobId);
    expect(updates).toMatchObject([{ type: "job", phase: "succeeded", isLast: true }]);
    expect(count(platform, "detail")).toBe(9);
    expect(clock.now() - startedAt).toBeLessThan(30_000);
  });

  it("is lost when it is unknown for longer", async () => {
    await using platform = await openPlatform();
    const clock = createTestClock();
    const client = openClient(platform, { clock });
    const { job_id: jobId } = await client.createJob(spec);
    platform.setFaults([{ operation: "detail", fault: notFound }]);
    const startedAt = clock.now();
    const updates = await watchToEnd(client, jobId);
    expect(updates).toMatchObject([{ type: "lost", error: { platformCode: 100002 } }]);
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(30_000);
    expect(clock.now() - startedAt).toBeLessThan(45_000);
  });
});

it("goes on through new tokens that are refused for a while, once the job was seen", async () => {
  await using platform = await openPlatform({
    jobs: [{ jobId: seedId, status: "job_running", next: ["job_succeeded"] }],
    faults: [{ operation: "detail", calls: { from: 2, to: 9 }, fault: { kind: "token-refused" } }],
  });
  const updates = await watchToEnd(openClient(platform), seedId);
  expect(updates.map(({ type }) => type)).toEqual(["job", "trouble", "recovered", "job"]);
});

it("logs in about once a minute for 100 jobs while new tokens are refused", async () => {
  const ids = Array.from({ length: 100 }, (_, index) => toPlannedId(index));
  await using platform = await openPlatform({
    jobs: ids.map((jobId) => ({ jobId, status: "job_running" })),
    faults: [
      { operation: "detail", calls: { from: 101, to: 9_999 }, fault: { kind: "token-refused" } },
    ],
  });
  const clock = createTestClock();
  const watch = async () => {
    for await (const { type } of openClient(platform, { clock }).watchJobs(ids)) {
      expect(type).not.toBe("lost");
    }
  };
  await expect(watch()).rejects.toMatchObject({ code: "wait_lost", cause: { code: "auth" } });
  // Besides the first, those of polls that were under way when it began.
  expect(count(platform, "token")).toBeLessThanOrEqual(18 + 16);
});

it("goes on through a gateway that has no route to the login, once the job was seen", async () => {
  const reply = {
    kind: "reply",
    status: 404,
    body: '{"error_msg":"404 Route Not Found"}',
  } as const;
  await using platform = await openPlatform({
    jobs: [{ jobId: seedId, status: "job_running", next: ["job_succeeded"] }],
    faults: [
      { operation: "detail", calls: [2], fault: { kind: "token-refused" } },
      { operation: "token", calls: { from: 2, to: 3 }, fault: reply },
    ],
  });
  const updates = await watchToEnd(openClient(platform), seedId);
  expect(updates.map(({ type }) => type)).toEqual(["job", "trouble", "recovered", "job"]);
});

it("waits for its turn until its limit has passed, and keeps its place meanwhile", async () => {
  await using platform = await openPlatform({
    jobs: [{ jobId: seedId, status: "job_running", next: ["job_succeeded"] }],
  });
  const asked: (number | undefined)[] = [];
  const limiter = withTakes((options) => void asked.push(options?.timeoutMs));
  const client = openClient(platform, { limiter });
  await client.waitForJob(seedId, { timeoutMs: 3_600_000 });
  expect(asked.filter((ms) => ms !== undefined && ms < 60_000)).toEqual([]);
});

it("goes on where a limiter of another copy of the library has no turn for it in time", async () => {
  await using platform = await openPlatform({
    jobs: [{ jobId: seedId, status: "job_succeeded" }],
  });
  let takes = 0;
  const limiter = withTakes(() => {
    takes += 1;
    if (takes === 1) throw Object.assign(new Error("no turn"), { name: "TurnTimeoutError" });
  });
  const client = openClient(platform, { limiter });
  expect(await client.waitForJob(seedId, { timeoutMs: 60_000 })).toMatchObject({ job_id: seedId });
});
