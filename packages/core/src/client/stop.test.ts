import { describe, expect, test } from "vitest";
import {
  count,
  createTestClock,
  failureOf,
  openClient,
  openPlatform,
  seedId,
  spec,
} from "./client.fixture.ts";
import type { FaultAction, LocalPlatform } from "../local/index.ts";

const running = { jobs: [{ jobId: seedId, status: "job_running" }] };
const ended = { jobs: [{ jobId: seedId, status: "job_succeeded" }] };
const refusal: FaultAction = {
  kind: "reply",
  status: 200,
  body: JSON.stringify({ code: 100_009, message: "任务当前状态不可停止" }),
};

const notFound: FaultAction = {
  kind: "reply",
  status: 200,
  body: JSON.stringify({ code: 100_002, message: "参数错误" }),
};

/** A clock whose sleeps last until the job has stopped. */
function untilStopped(platform: LocalPlatform) {
  return {
    now: () => performance.now(),
    sleep: () => platform.waitForStatus(seedId, "job_stopped").then(() => {}),
  };
}

test("a stop ends a job a little later, and costs one request", async () => {
  await using platform = await openPlatform(running);
  expect(await openClient(platform).stopJob(seedId)).toEqual({
    jobId: seedId,
    outcome: "stopping",
    isSent: true,
  });
  await platform.waitForStatus(seedId, "job_stopped");
  expect(count(platform, "stop")).toBe(1);
  expect(count(platform, "detail")).toBe(0);
});

test("a job that had ended is reported as ended, with its status", async () => {
  await using platform = await openPlatform(ended);
  const stop = await openClient(platform).stopJob(seedId);
  expect(stop).toMatchObject({
    outcome: "ended",
    isSent: false,
    after: { status: "job_succeeded" },
  });
  expect([count(platform, "stop"), count(platform, "detail")]).toEqual([1, 1]);
});

test.each<[string, FaultAction]>([
  ["refused", refusal],
  ["answered with a fault", { kind: "server-error" }],
])(
  "a job that ended with a word of tomorrow has ended, also where its stop is %s",
  async (_, fault) => {
    const answer = { finished_at: String(Date.now() - 60_000) };
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_evaporated", answer }],
      faults: [{ operation: "stop", fault }],
    });
    const stop = await openClient(platform).stopJob(seedId);
    expect(stop).toMatchObject({ outcome: "ended", after: { status: "job_evaporated" } });
    expect([count(platform, "stop"), count(platform, "detail")]).toEqual([1, 1]);
  },
);

test.each(["停止中", "CANCELLING"])(
  "a stop of a job that is %s already is not tried again",
  async (status) => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status }],
      faults: [{ operation: "stop", fault: refusal }],
    });
    const stop = await openClient(platform).stopJob(seedId);
    expect(stop).toMatchObject({ outcome: "stopping", after: { status } });
    expect(count(platform, "stop")).toBe(1);
  },
);

test("a job that nobody knows is an error, at once", async () => {
  await using platform = await openPlatform();
  const error = await failureOf(openClient(platform).stopJob(seedId));
  expect(error).toMatchObject({ code: "api", platformCode: 100_002, call: { operation: "stop" } });
  expect([count(platform, "stop"), count(platform, "detail")]).toEqual([1, 1]);
});

describe("a stop whose answer is lost", () => {
  test.each<[string, FaultAction]>([
    ["a reset", { kind: "reset", effect: true }],
    ["a gateway page", { kind: "gateway-error", effect: true }],
    ["a cut body", { kind: "truncated-body" }],
    ["an HTML page", { kind: "html-200", effect: true }],
  ])("by %s is seen by a poll, and not sent again", async (_name, fault) => {
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "stop", calls: [1], fault }],
    });
    const clock = untilStopped(platform);
    const stop = await openClient(platform, { clock }).stopJob(seedId);
    expect(stop).toMatchObject({ isSent: true, outcome: expect.stringMatching(/^stopp(ed|ing)$/) });
    expect([count(platform, "stop"), count(platform, "detail")]).toEqual([1, 1]);
  });

  test("and whose second one is refused is a stop all the same", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [
        { operation: "stop", calls: [1], fault: { kind: "reset", effect: true } },
        { operation: "detail", calls: [1], fault: { kind: "gateway-error" } },
      ],
    });
    const clock = untilStopped(platform);
    const stop = await openClient(platform, { clock }).stopJob(seedId);
    expect(stop).toMatchObject({ outcome: "stopped", isSent: true });
    expect([count(platform, "stop"), count(platform, "detail")]).toEqual([2, 2]);
  });

  test("does not hide that the job had ended by itself", async () => {
    await using platform = await openPlatform({
      ...ended,
      faults: [{ operation: "stop", calls: [1], fault: { kind: "reset", effect: true } }],
    });
    const stop = await openClient(platform).stopJob(seedId);
    expect(stop).toMatchObject({ outcome: "ended", isSent: false });
  });

  test("is an error that names the hang, where the platform answered before and then hangs", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [
        { operation: "stop", calls: [1], fault: { kind: "gateway-error" } },
        { operation: "stop", calls: { from: 2 }, fault: { kind: "never-answer" } },
        { operation: "detail", fault: { kind: "gateway-error" } },
      ],
    });
    const error = await failureOf(openClient(platform).stopJob(seedId, { timeoutMs: 5_000 }));
    expect(count(platform, "stop")).toBeGreaterThan(1);
    expect(error).toMatchObject({ code: "connection", reason: "TIMEOUT" });
  });

  test("is an error in the end, when there is no way to log in", async () => {
    await using platform = await openPlatform(running);
    await platform.outage();
    const clock = createTestClock();
    const startedAt = clock.now();
    const error = await failureOf(
      openClient(platform, { clock }).stopJob(seedId, { timeoutMs: 60_000 }),
    );
    expect(error).toMatchObject({ code: "connection", call: { operation: "token" } });
    expect(clock.now() - startedAt).toBeLessThan(130_000);
  });

  test("is an error in the end, when neither is ever answered", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [
        { operation: "stop", fault: { kind: "reset", effect: false } },
        { operation: "detail", fault: { kind: "gateway-error" } },
      ],
    });
    const clock = createTestClock();
    const startedAt = clock.now();
    const error = await failureOf(openClient(platform, { clock }).stopJob(seedId));
    expect(error).toMatchObject({ code: "connection", call: { operation: "stop" } });
    expect(clock.now() - startedAt).toBeGreaterThan(100_000);
    expect(clock.now() - startedAt).toBeLessThan(121_000);
  });
});

describe("a stop that is refused while the job is active", () => {
  test("is tried again in growing pauses until it is taken", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "stop", calls: [1, 2, 3], fault: refusal }],
    });
    const clock = createTestClock();
    const stop = await openClient(platform, { clock }).stopJob(seedId);
    expect(stop).toMatchObject({ outcome: "stopping", isSent: true });
    expect(clock.sleeps).toEqual([400, 800, 1_600]);
    expect(count(platform, "stop")).toBe(4);
  });

  test("is an error after half a minute", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "stop", fault: refusal }],
    });
    const clock = createTestClock();
    const startedAt = clock.now();
    const error = await failureOf(openClient(platform, { clock }).stopJob(seedId));
    expect(error).toMatchObject({ code: "api", platformCode: 100_009 });
    expect(clock.now() - startedAt).toBeGreaterThan(15_000);
    expect(clock.now() - startedAt).toBeLessThanOrEqual(30_000);
  });

  test("is an error when its time is over", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "stop", fault: refusal }],
    });
    const clock = createTestClock();
    const startedAt = clock.now();
    const stop = openClient(platform, { clock }).stopJob(seedId, { timeoutMs: 6_000 });
    expect(await failureOf(stop)).toMatchObject({ platformCode: 100_009 });
    expect(clock.now() - startedAt).toBeLessThanOrEqual(6_000);
  });

  test("is tried again also where no poll shows the job", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [
        { operation: "stop", calls: [1], fault: refusal },
        { operation: "detail", fault: { kind: "html-200" } },
      ],
    });
    const stop = await openClient(platform).stopJob(seedId);
    expect(stop).toMatchObject({ outcome: "stopping", isSent: true });
  });

  test("because the platform does not know a new job yet is tried again", async () => {
    await using platform = await openPlatform({
      stages: 1e6,
      faults: [
        { operation: "stop", calls: [1, 2], fault: notFound },
        { operation: "detail", calls: [1, 2], fault: notFound },
      ],
    });
    const client = openClient(platform);
    const { job_id: jobId } = await client.createJob(spec);
    expect(await client.stopJob(jobId)).toMatchObject({ outcome: "stopping", isSent: true });
  });
});

test("a stop of a job that ended with a word of tomorrow says that it has ended", async () => {
  const answer = { finished_at: String(Date.now() - 60_000) };
  await using platform = await openPlatform({
    jobs: [{ jobId: seedId, status: "job_evaporated", answer }],
  });
  const stop = await openClient(platform).stopJob(seedId, { pollFirst: true });
  expect(stop).toMatchObject({ outcome: "ended", before: { status: "job_evaporated" } });
});

describe("a stop of a job that the platform does not know", () => {
  const unknown = { operation: "stop", calls: [1, 2], fault: notFound } as const;
  const unseen = { operation: "detail", calls: [1, 2], fault: notFound } as const;
  const stopSeen = async (platform: LocalPlatform, ageMs: number) => {
    const lastSeen = () => ({ status: undefined, atMs: Date.now() - ageMs });
    const [stop] = await openClient(platform).stopJobs([seedId], { lastSeen });
    return stop;
  };

  test("is tried again where another process created it seconds ago", async () => {
    await using platform = await openPlatform({ ...running, faults: [unknown, unseen] });
    expect(await stopSeen(platform, 1_000)).toMatchObject({ outcome: "stopping", isSent: true });
    expect(count(platform, "stop")).toBe(3);
  });

  test("is an error at once where it was last seen a minute ago", async () => {
    await using platform = await openPlatform({ ...running, faults: [unknown, unseen] });
    expect(await stopSeen(platform, 60_000)).toMatchObject({ outcome: "failed" });
    expect(count(platform, "stop")).toBe(1);
  });
});

test("a stop that was one request too many is sent again without a poll", async () => {
  const fault: FaultAction = { kind: "reply", status: 429, body: "" };
  await using platform = await openPlatform({
    ...running,
    faults: [{ operation: "stop", calls: [1, 2], fault }],
  });
  const stop = await openClient(platform, { clock: createTestClock() }).stopJob(seedId);
  expect(stop).toMatchObject({ outcome: "stopping", isSent: true });
  expect([count(platform, "stop"), count(platform, "detail")]).toEqual([3, 0]);
});

test("a stop whose answer was lost is looked for also behind requests that were too many", async () => {
  const page: FaultAction = { kind: "gateway-error", effect: true };
  const tooMany: FaultAction = { kind: "reply", status: 429, body: "" };
  await using platform = await openPlatform({
    ...running,
    faults: [
      { operation: "stop", calls: [1], fault: page },
      { operation: "stop", calls: { from: 2, to: 99 }, fault: tooMany },
      { operation: "detail", calls: [1], fault: { kind: "gateway-error" } },
    ],
  });
  const stop = await openClient(platform, { clock: createTestClock() }).stopJob(seedId);
  expect(stop).toMatchObject({ outcome: expect.stringMatching(/^stopp/), isSent: true });
});

describe("a stop that failed", () => {
  test.each<[string, FaultAction, object]>([
    ["is refused", notFound, { isSent: true, mayHaveWorked: false }],
    ["has no answer", { kind: "reset" }, { isSent: true, mayHaveWorked: true }],
  ])(
    "because it %s tells how the job stands, and doubts no id that a poll showed",
    async (_name, fault, sent) => {
      await using platform = await openPlatform({
        ...running,
        faults: [{ operation: "stop", fault }],
      });
      const client = openClient(platform, { clock: createTestClock() });
      const [stop] = await client.stopJobs([seedId]);
      expect(stop).toMatchObject({ outcome: "failed", ...sent, seen: { status: "job_running" } });
      expect(stop).toMatchObject({ seenAtMs: expect.any(Number) });
      const said = stop?.outcome === "failed" ? stop.error.message : "";
      expect(said).not.toMatch(/job id|mistyped/);
    },
  );
});

describe("a stop that polls first", () => {
  test("sends nothing to a job that has ended", async () => {
    await using platform = await openPlatform(ended);
    const stop = await openClient(platform).stopJob(seedId, { pollFirst: true });
    expect(stop).toMatchObject({
      outcome: "ended",
      isSent: false,
      before: { status: "job_succeeded" },
    });
    expect(count(platform, "stop")).toBe(0);
  });

  test("frees the nodes that an ended job still holds", async () => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_fail_reserving" }],
    });
    await openClient(platform).stopJob(seedId, { pollFirst: true });
    expect(count(platform, "stop")).toBe(1);
  });

  const foreign = { code: 0, data: { job_id: `${seedId.slice(0, -1)}b`, status: "job_succeeded" } };
  test.each<[string, FaultAction]>([
    ["a login page", { kind: "html-200" }],
    ["a gateway page", { kind: "gateway-error" }],
    ["an internal fault", { kind: "server-error" }],
    ["a cut body", { kind: "truncated-body" }],
    ["a reset", { kind: "reset" }],
    ["another job", { kind: "reply", status: 200, body: JSON.stringify(foreign) }],
  ])(
    "sends the stop also when the poll gives %s, and says that nothing was seen",
    async (_name, fault) => {
      await using platform = await openPlatform({
        ...running,
        faults: [{ operation: "detail", fault }],
      });
      const stop = await openClient(platform).stopJob(seedId, { pollFirst: true });
      expect(stop).toEqual({ jobId: seedId, outcome: "stopping", isSent: true });
      expect(platform.jobs()[0]?.status).toMatch(/job_stopp/);
    },
  );

  test("says how the job stands after a stop before which it could not be seen", async () => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_running" }],
      stages: { stoppingMs: 60_000 },
      faults: [{ operation: "detail", calls: [1], fault: { kind: "html-200" } }],
    });
    const stop = await openClient(platform).stopJob(seedId, { pollFirst: true });
    expect(stop).toMatchObject({
      outcome: "stopping",
      isSent: true,
      after: { status: "job_stopping" },
    });
  });

  test("sends the stop also when the poll says that there is no such job", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "detail", fault: notFound }],
    });
    const stop = await openClient(platform).stopJob(seedId, { pollFirst: true });
    expect(stop).toEqual({ jobId: seedId, outcome: "stopping", isSent: true });
  });

  test("is refused at once for a job that nobody knows, with advice on the id", async () => {
    await using platform = await openPlatform();
    const error = await failureOf(openClient(platform).stopJob(seedId, { pollFirst: true }));
    expect(error).toMatchObject({ platformCode: 100_002, call: { operation: "stop" } });
    expect(error).toMatchObject({ hint: expect.stringContaining("job id") });
    expect(count(platform, "stop")).toBe(1);
  });

  test("does not believe that a job is gone that it has just seen", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [
        { operation: "detail", calls: [2], fault: notFound },
        { operation: "stop", calls: [1], fault: notFound },
      ],
    });
    const stop = await openClient(platform).stopJob(seedId, { pollFirst: true });
    expect(stop).toMatchObject({ outcome: "stopping", isSent: true });
  });
});

test("a refused token on the way does not make a refused stop look done", async () => {
  await using platform = await openPlatform({
    jobs: [{ jobId: seedId, status: "job_stopped" }],
    faults: [{ operation: "stop", calls: [1], fault: { kind: "token-refused" } }],
  });
  const stop = await openClient(platform).stopJob(seedId);
  expect(stop).toMatchObject({ outcome: "ended", isSent: false });
});

test("a login that is refused ends a stop at once", async () => {
  await using platform = await openPlatform(running);
  const credentials = { username: "someone", password: "wrong-password" };
  const error = await failureOf(openClient(platform, { credentials }).stopJob(seedId));
  expect(error).toMatchObject({ code: "auth" });
  expect(count(platform, "token")).toBe(1);
});

test("of many jobs each has its own result, and one that fails keeps no other from being stopped", async () => {
  const [first, second, unknown] = ["1", "2", "3"].map((end) => seedId.slice(0, -1) + end);
  await using platform = await openPlatform({
    jobs: [
      { jobId: first!, status: "job_running" },
      { jobId: second!, status: "job_succeeded" },
    ],
  });
  const settled: string[] = [];
  const stops = await openClient(platform).stopJobs([first!, unknown!, second!, first!], {
    pollFirst: true,
    onSettled: ({ outcome }) => void settled.push(outcome),
  });
  expect(stops).toMatchObject([
    { jobId: first, outcome: "stopping" },
    { jobId: unknown, outcome: "failed", error: { platformCode: 100_002 } },
    { jobId: second, outcome: "ended" },
  ]);
  expect(settled.toSorted()).toEqual(["ended", "failed", "stopping"]);
});

test("a stop goes before the polls that wait for their turn", async () => {
  await using platform = await openPlatform(running);
  const client = openClient(platform, { limiter: undefined, clock: undefined });
  await client.authenticate();
  const polls = Array.from({ length: 6 }, () => client.getJob(seedId));
  await client.stopJob(seedId);
  await Promise.all(polls);
  const operations = platform.requests.map(({ operation }) => operation).slice(1);
  expect(operations.indexOf("stop")).toBeLessThanOrEqual(2);
});

test("a listener that fails takes no result from a stop of several", async () => {
  await using platform = await openPlatform(running);
  const onSettled = () => {
    throw new TypeError("a bug of the caller");
  };
  const stops = await openClient(platform).stopJobs([seedId], { onSettled });
  expect(stops).toMatchObject([{ jobId: seedId, outcome: "stopping" }]);
});

describe("a stop that fails after it was sent may have worked", () => {
  test("where its answer is larger than any answer", async () => {
    const body = " ".repeat(9_000_000);
    const fault: FaultAction = { kind: "reply", status: 200, body, effect: true };
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "stop", fault }],
    });
    expect(await openClient(platform).stopJobs([seedId])).toMatchObject([
      { outcome: "failed", isSent: true, mayHaveWorked: true },
    ]);
  });

  test("where it is aborted before its answer", async () => {
    const fault: FaultAction = { kind: "never-answer", effect: true };
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "stop", fault }],
    });
    const controller = new AbortController();
    const stops = openClient(platform).stopJobs([seedId], { signal: controller.signal });
    while (count(platform, "stop") === 0) await platform.changed();
    controller.abort(new Error("enough"));
    expect(await stops).toMatchObject([
      { outcome: "failed", isSent: true, mayHaveWorked: true, error: { message: "enough" } },
    ]);
  });

  test("but not where it is aborted before it is sent", async () => {
    await using platform = await openPlatform(running);
    const signal = AbortSignal.abort(new Error("enough"));
    expect(await openClient(platform).stopJobs([seedId], { signal })).toMatchObject([
      { outcome: "failed", isSent: false, mayHaveWorked: false },
    ]);
  });
});

test("the polls of a stop are given to the client's onJob as any detail", async () => {
  await using platform = await openPlatform(running);
  const seen: unknown[] = [];
  const onJob = ({ status }: { status?: string | undefined }) => void seen.push(status);
  await openClient(platform, { onJob }).stopJob(seedId, { pollFirst: true });
  expect(seen).toEqual(["job_running"]);
});
