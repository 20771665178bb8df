import { describe, expect, test } from "vitest";
import {
  count,
  createTestClock,
  failureOf,
  openClient,
  openPlatform,
  seedId,
  spec,
  type TestClock,
} from "../client/client.fixture.ts";
import type { JobUpdate } from "../index.ts";
import type { Fault, FaultAction } from "../local/index.ts";

const running = { jobs: [{ jobId: seedId, status: "job_running" }] };
const minute = 60_000;

/** Its pauses in whole ms, without those that only the rounding of sums has left. */
function pausesOf({ sleeps }: TestClock): number[] {
  return sleeps.map(Math.round).filter((ms) => ms > 0);
}

const passing: [string, FaultAction][] = [
  ["resets", { kind: "reset" }],
  ["502 pages", { kind: "gateway-error" }],
  ["faults of the platform", { kind: "server-error" }],
  ["login pages with HTTP 200", { kind: "html-200" }],
  ["429", { kind: "rate-limit" }],
  ["half of its JSON", { kind: "cut-json" }],
];

describe("trouble in a wait", () => {
  test.each(passing)(
    "of %s is reported once when it begins and once when it ends",
    async (_name, fault) => {
      await using platform = await openPlatform({
        ...running,
        faults: [{ operation: "detail", calls: { from: 2, to: 40 }, fault }],
      });
      const clock = createTestClock();
      const types: string[] = [];
      const client = openClient(platform, { clock });
      const onUpdate = ({ type }: JobUpdate) => void types.push(type);
      await failureOf(client.waitForJob(seedId, { timeoutMs: 120 * minute, onUpdate }));
      expect(types).toEqual(["job", "trouble", "recovered"]);
    },
  );

  test("of a closed port for a minute ends in the right result", async () => {
    await using platform = await openPlatform({
      jobs: [{ jobId: seedId, status: "job_running", next: ["job_succeeded"] }],
    });
    const clock = createTestClock();
    const updates: JobUpdate[] = [];
    const client = openClient(platform, { clock });
    const closedAt = clock.now();
    clock.onSleep = async (ms) => {
      if (clock.sleeps.length === 1) await platform.outage();
      if (clock.now() + ms - closedAt > minute) await platform.restore();
    };
    const onUpdate = (update: JobUpdate) => void updates.push(update);
    const job = await client.waitForJob(seedId, { onUpdate });
    expect(job.status).toBe("job_succeeded");
    expect(updates).toMatchObject([
      { type: "job", phase: "running" },
      { type: "trouble", error: { code: "connection", reason: "ECONNREFUSED" } },
      { type: "recovered" },
      { type: "job", phase: "succeeded" },
    ]);
    const recovered = updates.find((update) => update.type === "recovered");
    expect(recovered?.afterMs).toBeGreaterThan(minute / 2);
    expect(recovered?.afterMs).toBeLessThan(2 * minute);
  });

  test("that outlasts the budget ends the wait, and says that the job goes on", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "detail", calls: { from: 2 }, fault: { kind: "gateway-error" } }],
    });
    const clock = createTestClock();
    const started = clock.now();
    const error = await failureOf(openClient(platform, { clock }).waitForJob(seedId));
    expect(error).toMatchObject({ code: "wait_lost", jobId: seedId, cause: { code: "response" } });
    expect(String(error)).toContain("The job itself goes on.");
    const lasted = clock.now() - started;
    expect(lasted).toBeGreaterThanOrEqual(10 * minute);
    expect(lasted).toBeLessThan(10.5 * minute);
    expect(count(platform, "detail")).toBeLessThan(100);
  });

  test("may be given another budget, and none at all", async () => {
    const faults: Fault[] = [{ operation: "detail", fault: { kind: "gateway-error" } }];
    await using platform = await openPlatform({ ...running, faults });
    const clock = createTestClock();
    const started = clock.now();
    const client = openClient(platform, { clock, maxAttempts: 1 });
    await failureOf(client.waitForJob(seedId, { errorBudgetMs: 2 * minute }));
    expect(clock.now() - started).toBeLessThan(2.2 * minute);
    const before = count(platform, "detail");
    expect(await failureOf(client.waitForJob(seedId, { errorBudgetMs: 0 }))).toMatchObject({
      code: "wait_lost",
    });
    expect(count(platform, "detail") - before).toBe(1);
  });

  test("each time it comes has a budget of its own", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [
        { operation: "detail", calls: { from: 2, to: 15 }, fault: { kind: "gateway-error" } },
        { operation: "detail", calls: { from: 17, to: 30 }, fault: { kind: "gateway-error" } },
      ],
    });
    const types: string[] = [];
    const onUpdate = ({ type }: JobUpdate) => void types.push(type);
    const client = openClient(platform, { maxAttempts: 1 });
    await failureOf(client.waitForJob(seedId, { timeoutMs: 90 * minute, onUpdate }));
    expect(types).toEqual(["job", "trouble", "recovered", "trouble", "recovered"]);
  });

  test("of 429 waits as long as the platform asks, between polls as well", async () => {
    await using platform = await openPlatform({
      ...running,
      faults: [
        { operation: "detail", calls: [2, 3], fault: { kind: "rate-limit", retryAfterSec: 45 } },
      ],
    });
    const clock = createTestClock();
    const client = openClient(platform, { clock, maxAttempts: 1 });
    await failureOf(client.waitForJob(seedId, { timeoutMs: 5 * minute }));
    expect(pausesOf(clock).slice(1, 3)).toEqual([45_000, 45_000]);
  });

  test("of an unrouted path, once the job was seen, is an outage", async () => {
    const fault: FaultAction = { kind: "reply", status: 404, body: "404 page not found" };
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "detail", calls: { from: 2, to: 5 }, fault }],
    });
    const types: string[] = [];
    const onUpdate = ({ type }: JobUpdate) => void types.push(type);
    await failureOf(openClient(platform).waitForJob(seedId, { timeoutMs: 10 * minute, onUpdate }));
    expect(types).toEqual(["job", "trouble", "recovered"]);
  });
});

describe("a refused token in a wait", () => {
  const tokenRefused: Fault = {
    operation: "detail",
    calls: { from: 2, to: 9 },
    fault: { kind: "token-refused" },
  };

  test("that a login does not mend is trouble that may pass, once the job was seen", async () => {
    await using platform = await openPlatform({ ...running, faults: [tokenRefused] });
    const types: string[] = [];
    const onUpdate = ({ type }: JobUpdate) => void types.push(type);
    await failureOf(openClient(platform).waitForJob(seedId, { timeoutMs: 30 * minute, onUpdate }));
    expect(types).toEqual(["job", "trouble", "recovered"]);
    // One login for each poll, no more.
    expect(count(platform, "token")).toBe(5);
  });

  test("costs one login a minute, after a few at once", async () => {
    const refused: Fault = { ...tokenRefused, calls: { from: 2 } };
    await using platform = await openPlatform({ ...running, faults: [refused] });
    const clock = createTestClock();
    const client = openClient(platform, { clock });
    const error = await failureOf(client.waitForJob(seedId));
    expect(error).toMatchObject({ code: "wait_lost", cause: { code: "auth" } });
    // The first, those after 0, 1, 3, 7, 15 and 31 s, one a minute from then on, and the last.
    expect(count(platform, "token")).toBeLessThanOrEqual(18);
    const pauses = pausesOf(clock);
    const first = pauses.indexOf(minute);
    expect(first).toBeLessThanOrEqual(12);
    expect(pauses.slice(first, first + 7)).toEqual(Array(7).fill(minute));
  });

  test("ends it where there is nothing to log in with", async () => {
    await using platform = await openPlatform(running);
    await openClient(platform).authenticate();
    const accessToken = platform.issuedTokens[0];
    platform.setFaults([tokenRefused]);
    const client = openClient(platform, { credentials: undefined, accessToken });
    const error = await failureOf(client.waitForJob(seedId));
    expect(error).toMatchObject({ code: "auth", reason: "token_refused", isAfterLogin: false });
    expect(count(platform, "detail")).toBe(2);
  });

  test("ends it when the login is refused", async () => {
    await using platform = await openPlatform(running);
    const client = openClient(platform);
    await client.authenticate();
    platform.setFaults([
      tokenRefused,
      { operation: "token", fault: { kind: "reply", status: 200, body: '{"code":100001}' } },
    ]);
    expect(await failureOf(client.waitForJob(seedId))).toMatchObject({ reason: "login_refused" });
    expect(count(platform, "token")).toBe(2);
  });
});

describe("what no waiting mends", () => {
  test.each<[string, FaultAction, object]>([
    ["an unrouted path", { kind: "reply", status: 404, body: "" }, { code: "response" }],
    ["a refused token", { kind: "token-refused" }, { code: "auth" }],
    ["no permission", { kind: "reply", status: 200, body: '{"code":100003}' }, { code: "api" }],
  ])("ends a wait at its first poll: %s", async (_name, fault, expected) => {
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "detail", fault }],
    });
    const clock = createTestClock();
    expect(await failureOf(openClient(platform, { clock }).waitForJob(seedId))).toMatchObject(
      expected,
    );
    expect(clock.sleeps).toEqual([]);
  });

  test("is an unknown job", async () => {
    await using platform = await openPlatform();
    const error = await failureOf(openClient(platform).waitForJob(seedId));
    expect(error).toMatchObject({ code: "api", platformCode: 100002 });
    expect(count(platform, "detail")).toBe(1);
  });
});

describe("a job that its own client has just created", () => {
  const notFound: FaultAction = { kind: "reply", status: 200, body: '{"code":100002}' };

  test("may be unknown for a while", async () => {
    await using platform = await openPlatform({
      faults: [{ operation: "detail", calls: { from: 1, to: 4 }, fault: notFound }],
    });
    const types: string[] = [];
    const client = openClient(platform);
    const { job_id: jobId } = await client.createJob(spec);
    const onUpdate = ({ type }: JobUpdate) => void types.push(type);
    expect((await client.waitForJob(jobId, { onUpdate })).status).toBe("job_succeeded");
    expect(new Set(types)).toEqual(new Set(["job"]));
  });

  test("may not be unknown for longer than 30 s", async () => {
    await using platform = await openPlatform({
      faults: [{ operation: "detail", fault: notFound }],
    });
    const clock = createTestClock();
    const client = openClient(platform, { clock });
    const { job_id: jobId } = await client.createJob(spec);
    const started = clock.now();
    expect(await failureOf(client.waitForJob(jobId))).toMatchObject({ platformCode: 100002 });
    expect(clock.now() - started).toBeGreaterThanOrEqual(30_000);
    expect(clock.now() - started).toBeLessThan(40_000);
  });

  test("has no such grace with another client", async () => {
    await using platform = await openPlatform({
      faults: [{ operation: "detail", fault: notFound }],
    });
    const { job_id: jobId } = await openClient(platform).createJob(spec);
    await failureOf(openClient(platform).waitForJob(jobId));
    expect(count(platform, "detail")).toBe(1);
  });
});
