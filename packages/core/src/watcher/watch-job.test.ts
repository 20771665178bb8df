import { describe, expect, test } from "vitest";
import {
  count,
  createTestClock,
  endsAtOnce,
  failureOf,
  openClient,
  openPlatform,
  seedId,
  spec,
} from "../client/client.fixture.ts";
import { systemClock } from "../async/clock.ts";
import type { ClientOptions, JobUpdate, WaitOptions } from "../index.ts";
import type { Fault, FaultAction } from "../local/index.ts";
import { statusClasses } from "../jobs/phase.ts";

const ending: [string, string][] = [
  ["job_queue_out", "failed"],
  ["job_stopped", "stopped"],
  ["job_succeeded", "succeeded"],
  ["job_failed", "failed"],
  ["job_create_failed", "failed"],
  ["job_pre_check_failed", "failed"],
  ["job_fail_reserving", "failed"],
  ["job_success_reserving", "succeeded"],
];
const lasting: [string, string][] = [
  ["job_creating", "starting"],
  ["job_created", "queued"],
  ["job_pre_checking", "starting"],
  ["job_queuing", "queued"],
  ["job_running", "running"],
  ["job_restarting", "starting"],
  ["job_stopping", "running"],
];

describe("a wait", () => {
  test("knows 15 statuses", () => {
    expect([...ending, ...lasting].map(([status]) => status).toSorted()).toEqual(
      Object.keys(statusClasses).toSorted(),
    );
  });

  test.each(ending)("ends on %s: %s", async (status, phase) => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status }] });
    const updates: JobUpdate[] = [];
    const onUpdate = (update: JobUpdate) => void updates.push(update);
    const job = await openClient(platform).waitForJob(seedId, { onUpdate });
    expect(job.status).toBe(status);
    expect(updates).toMatchObject([{ type: "job", phase, isTerminal: true }]);
    expect(count(platform, "detail")).toBe(1);
  });

  test("names the nodes that a failed job ran on, which its last answer does not", async () => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_queuing", next: ["job_running", "job_failed"] }],
    });
    const seen: string[][] = [];
    const onUpdate = (update: JobUpdate) =>
      void (update.type === "job" && seen.push(update.report.nodeNames));
    const job = await openClient(platform).waitForJob(seedId, { onUpdate });
    expect([job.node_infos, seen]).toEqual([[], [[], ["local-node-0"], ["local-node-0"]]]);
  });

  test.each(lasting)("goes on in %s: %s", async (status, phase) => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status, next: [status, status, "job_succeeded"] }],
    });
    const updates: JobUpdate[] = [];
    const onUpdate = (update: JobUpdate) => void updates.push(update);
    await openClient(platform).waitForJob(seedId, { onUpdate });
    expect(updates).toMatchObject([
      { type: "job", phase, isTerminal: false, job: { status } },
      { type: "job", phase: "succeeded", isTerminal: true },
    ]);
    expect(count(platform, "detail")).toBe(4);
  });

  test.each(["job_hibernating", "", "job_runs", "job_queue_out_soon"])(
    "goes on in the unknown status %j, with pauses, and shows it raw",
    async (status) => {
      await using platform = await openPlatform({ jobs: [{ jobId: seedId, status }] });
      const clock = createTestClock();
      const updates: JobUpdate[] = [];
      const onUpdate = (update: JobUpdate) => void updates.push(update);
      const hour = 3_600_000;
      const wait = openClient(platform, { clock }).waitForJob(seedId, {
        timeoutMs: hour,
        onUpdate,
      });
      expect(await failureOf(wait)).toMatchObject({ code: "wait_timeout", limit: "total", status });
      expect(updates).toMatchObject([{ phase: "unknown", isTerminal: false, job: { status } }]);
      expect(count(platform, "detail")).toBeLessThan(0.35 * 360);
      expect(count(platform, "detail")).toBeGreaterThan(60);
    },
  );

  test("reports each change of status, round and message once", async () => {
    const answers = ["job_queuing", "job_queuing", "job_running", "job_restarting", "job_running"];
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_created", next: [...answers, "job_failed"] }],
    });
    const statuses: unknown[] = [];
    for await (const update of openClient(platform).watchJob(seedId)) {
      statuses.push(update.type === "job" && update.job.status);
    }
    expect(statuses).toEqual([
      "job_created",
      "job_queuing",
      "job_running",
      "job_restarting",
      "job_running",
      "job_failed",
    ]);
  });

  test("reports every poll where that is asked for", async () => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_running", next: ["job_running", "job_succeeded"] }],
    });
    let polls = 0;
    await openClient(platform).waitForJob(seedId, { everyPoll: true, onUpdate: () => polls++ });
    expect(polls).toBe(3);
  });

  const away = { kind: "gateway-error" } as const;
  test.each<[string, WaitOptions, Fault[]]>([
    ["of ten minutes", { minIntervalMs: 600_000 }, []],
    ["that grow", {}, []],
    [
      "that grew in an outage",
      {},
      [{ operation: "detail", calls: { from: 1, to: 60 }, fault: away }],
    ],
  ])("with pauses %s says when the next poll is due at the latest", async (_, options, faults) => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_running" }],
      faults,
    });
    const clock = createTestClock();
    const lateMs: number[] = [];
    let dueAt: number | undefined;
    const onUpdate = (update: JobUpdate) => {
      if (update.type !== "job") return;
      if (dueAt !== undefined) lateMs.push(clock.now() - dueAt);
      dueAt = clock.now() + update.nextPollMs;
    };
    const settings = { everyPoll: true, timeoutMs: 12_000_000, ...options, onUpdate };
    const client = openClient(platform, { clock, maxAttempts: 1 });
    expect(await failureOf(client.waitForJob(seedId, settings))).toMatchObject({ limit: "total" });
    expect(lateMs.length).toBeGreaterThan(15);
    expect(Math.max(...lateMs)).toBeLessThan(1);
  });

  test("for a job whose message changes at every poll does not poll more often", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_queuing" }] });
    const clock = createTestClock();
    let place = 0;
    clock.onSleep = () => {
      const data = { job_id: seedId, status: "job_queuing", sub_msg: `place ${place++}` };
      const body = JSON.stringify({ code: 0, data });
      platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
    };
    const client = openClient(platform, { clock });
    await failureOf(client.waitForJob(seedId, { timeoutMs: 3_600_000 }));
    expect(count(platform, "detail")).toBeLessThan(0.35 * 360);
  });
});

describe("a limit", () => {
  test("of the whole wait ends it on time, after a last poll", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    const clock = createTestClock();
    const started = clock.now();
    const wait = openClient(platform, { clock }).waitForJob(seedId, { timeoutMs: 100_000 });
    const error = await failureOf(wait);
    expect(error).toMatchObject({ limit: "total", limitMs: 100_000, status: "job_running" });
    expect(String(error)).toContain("still active after 1m 40s (job_running when last seen)");
    expect(clock.now() - started).toBe(100_000);
  });

  test("of the whole wait does not hide an end that the last poll sees", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    const clock = createTestClock();
    const started = clock.now();
    clock.onSleep = async (ms) => {
      if (clock.now() + ms - started < 100_000) return;
      const body = JSON.stringify({ code: 0, data: { job_id: seedId, status: "job_failed" } });
      platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
    };
    const client = openClient(platform, { clock });
    const job = await client.waitForJob(seedId, { timeoutMs: 100_000 });
    expect(job.status).toBe("job_failed");
  });

  test("is followed by a poll that begins after it, also where polls take their time", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    const clock = createTestClock();
    const begun: number[] = [];
    const client = openClient(platform, {
      clock,
      onEvent: (event) => {
        if (event.type === "request") begun.push(clock.now());
        if (event.type === "answer") clock.pass(4_000);
      },
    });
    const started = clock.now();
    await failureOf(client.waitForJob(seedId, { timeoutMs: 100_000 }));
    expect((begun.at(-1) ?? 0) - started).toBeGreaterThanOrEqual(100_000);
    expect(clock.now() - started).toBeLessThan(110_000);
  });

  test.each<FaultAction>([{ kind: "never-answer" }, { kind: "drip", intervalMs: 500 }])(
    "ends a wait within a second although an answer is under way: %j",
    async (fault) => {
      await using platform = await openPlatform({
        jobs: [{ jobId: seedId, status: "job_running" }],
        faults: [{ operation: "detail", fault }],
      });
      const client = openClient(platform, { clock: systemClock });
      const failure = failureOf(client.waitForJob(seedId, { timeoutMs: 1_500 }));
      await Promise.race([failure, systemClock.sleep(2_500)]);
      expect(await endsAtOnce(failure)).toBe(true);
      expect(await failure).toMatchObject({ code: "wait_timeout", limitMs: 1_500 });
    },
  );

  test("that was over by seconds is told by the time that the wait took", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    const clock = createTestClock();
    const onEvent: ClientOptions["onEvent"] = ({ type }) => {
      if (type === "answer") clock.pass(9_000);
    };
    const client = openClient(platform, { clock, onEvent });
    const error = await failureOf(client.waitForJob(seedId, { timeoutMs: 10_000 }));
    const { waitedMs = 0 } = error as { waitedMs?: number };
    expect(waitedMs).toBeGreaterThan(11_000);
    expect(String(error)).toContain(`still active after ${Math.floor(waitedMs / 1_000)}s`);
  });

  test("of 0 polls once", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    await failureOf(openClient(platform).waitForJob(seedId, { timeoutMs: 0 }));
    expect(count(platform, "detail")).toBe(1);
  });

  test("of the queue ends the wait for a job that is still queued", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_queuing" }] });
    const limits = { queueTimeoutMs: 60_000, timeoutMs: 90_000 };
    const error = await failureOf(openClient(platform).waitForJob(seedId, limits));
    expect(error).toMatchObject({ code: "wait_timeout", limit: "queue", limitMs: 60_000 });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      job_id: seedId,
      limit: "queue",
      limit_ms: 60_000,
      status: "job_queuing",
    });
  });

  test("of the queue is of no weight once the job has left it", async () => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_queuing", next: ["job_running"] }],
    });
    const limits = { queueTimeoutMs: 60_000, timeoutMs: 90_000 };
    const error = await failureOf(openClient(platform).waitForJob(seedId, limits));
    expect(error).toMatchObject({ limit: "total", limitMs: 90_000 });
  });

  test("holds although the platform never answers", async () => {
    await using platform = await openPlatform({
      faults: [{ operation: "detail", fault: { kind: "never-answer" } }],
    });
    const clock = createTestClock();
    const client = openClient(platform, { clock, attemptTimeoutMs: 20 });
    const started = clock.now();
    const error = await failureOf(client.waitForJob(seedId, { timeoutMs: 60_000 }));
    expect(error).toMatchObject({ code: "wait_timeout", status: undefined });
    expect(String(error)).toContain("Nothing is known about job");
    expect(clock.now() - started).toBeLessThanOrEqual(65_000);
  });
});

describe("leaving a watch", () => {
  test("by break stops asking", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    const clock = createTestClock();
    for await (const _ of openClient(platform, { clock }).watchJob(seedId)) break;
    expect(count(platform, "detail")).toBe(1);
    expect(clock.sleeps).toEqual([]);
  });

  test("by return() ends a pause at once", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    const client = openClient(platform, { clock: systemClock });
    const updates = client.watchJob(seedId, { minIntervalMs: 30_000 });
    await updates.next();
    const pending = updates.next();
    const job = { job_id: "mine" };
    const returned = updates.return(job);
    expect(await endsAtOnce(Promise.all([returned, pending]))).toBe(true);
    expect(await returned).toEqual({ done: true, value: job });
    expect(await pending).toEqual({ done: true, value: job });
    expect(await updates.next()).toMatchObject({ done: true });
    expect(count(platform, "detail")).toBe(1);
  });

  test("by return() ends a poll at once", async () => {
    await using platform = await openPlatform({
      faults: [{ operation: "detail", fault: { kind: "never-answer" } }],
    });
    const updates = openClient(platform).watchJob(seedId);
    const pending = updates.next();
    while (count(platform, "detail") === 0) await platform.changed();
    await updates.return({ job_id: "mine" });
    expect(await pending).toMatchObject({ done: true });
    while (platform.requests.at(-1)?.outcome === "pending") await platform.changed();
    expect(platform.requests.at(-1)?.outcome).toBe("client-gone");
  });

  test("by throw() ends it with that error", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    const updates = openClient(platform).watchJob(seedId);
    await updates.next();
    const error = new Error("enough");
    expect(await failureOf(updates.throw(error))).toBe(error);
    expect(await updates.next()).toMatchObject({ done: true });
  });

  test("at the end of its scope stops asking", async () => {
    await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
    {
      await using updates = openClient(platform).watchJob(seedId);
      await updates.next();
    }
    expect(count(platform, "detail")).toBe(1);
  });
});

test("a job created by this client is waited for to its end", async () => {
  await using platform = await openPlatform();
  const client = openClient(platform);
  const { job_id: jobId } = await client.createJob(spec);
  expect((await client.waitForJob(jobId)).status).toBe("job_succeeded");
});
