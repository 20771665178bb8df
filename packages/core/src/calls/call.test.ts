import { describe, expect, test } from "vitest";
import {
  count,
  createTestClock,
  failureOf,
  openClient,
  openPlatform,
  seedId,
  spec,
} from "../client/client.fixture.ts";
import { systemClock } from "../async/clock.ts";
import { createClient } from "../client/create-client.ts";
import { createNodeFetch } from "../transport/node-fetch.ts";
import type { ClientEvent, Transport } from "../transport/request.ts";
import { startTcp } from "../transport/connection/test-servers.fixture.ts";
import type { FaultAction, LocalPlatformOptions } from "../local/index.ts";

const withSeed: LocalPlatformOptions = { jobs: [{ jobId: seedId, status: "job_running" }] };

/** A platform whose first details fail in one way. */
function openFailing(fault: FaultAction, failures = Infinity) {
  const calls = { from: 1, to: failures };
  return openPlatform({ ...withSeed, faults: [{ operation: "detail", calls, fault }] });
}

const passing: [string, FaultAction][] = [
  ["a reset", { kind: "reset" }],
  ["a body cut off", { kind: "truncated-body" }],
  ["half of the JSON", { kind: "cut-json" }],
  ["an HTML page", { kind: "html-200" }],
  ["a gateway's 502", { kind: "gateway-error" }],
  ["a gateway's 503", { kind: "gateway-error", status: 503 }],
  ["a gateway's 504", { kind: "gateway-error", status: 504 }],
  ["a 500 with a code", { kind: "server-error" }],
  ["an internal fault with HTTP 200", { kind: "reply", status: 200, body: '{"code":500}' }],
  ["429 as HTML", { kind: "rate-limit" }],
  ["429 as JSON", { kind: "rate-limit", body: "json" }],
  ["429 as a code with HTTP 200", { kind: "reply", status: 200, body: '{"code":429}' }],
  ["408", { kind: "reply", status: 408, body: "" }],
];

describe("a call without side effects", () => {
  test.each(passing)("goes on after %s", async (_name, fault) => {
    await using platform = await openFailing(fault, 4);
    const clock = createTestClock();
    await expect(openClient(platform, { clock }).getJob(seedId)).resolves.toBeTruthy();
    expect(count(platform, "detail")).toBe(5);
    expect(clock.sleeps).toHaveLength(4);
    expect(Math.max(...clock.sleeps)).toBeLessThanOrEqual(4_000);
  });

  test.each(passing)("gives up after 5 times %s, and says what came", async (_name, fault) => {
    await using platform = await openFailing(fault);
    const error = await failureOf(openClient(platform).getJob(seedId));
    expect(error).toMatchObject({ call: { operation: "detail", attempts: 5 } });
    expect(count(platform, "detail")).toBe(5);
  });

  test.each<[string, FaultAction]>([
    ["bad parameters", { kind: "reply", status: 400, body: '{"code":-100000,"message":"no"}' }],
    ["an unknown job", { kind: "reply", status: 200, body: '{"code":100002}' }],
    ["no permission", { kind: "reply", status: 403, body: '{"code":100003}' }],
    ["a refusal behind HTTP 500", { kind: "reply", status: 500, body: '{"code":100002}' }],
    ["an unrouted path", { kind: "reply", status: 404, body: "404 page not found" }],
  ])("is not repeated after %s", async (_name, fault) => {
    await using platform = await openFailing(fault);
    await failureOf(openClient(platform).getJob(seedId));
    expect(count(platform, "detail")).toBe(1);
  });

  test("goes on when a closed port opens again", async () => {
    await using platform = await openPlatform(withSeed);
    const clock = createTestClock();
    const client = openClient(platform, { clock });
    await platform.outage();
    clock.onSleep = () => (clock.sleeps.length === 2 ? platform.restore() : undefined);
    await expect(client.getJob(seedId)).resolves.toMatchObject({ job_id: seedId });
    expect(clock.sleeps).toHaveLength(2);
  });
});

describe("Retry-After", () => {
  test.each(["seconds", "date"] as const)("in %s is obeyed", async (retryAfterForm) => {
    await using platform = await openFailing(
      { kind: "rate-limit", retryAfterSec: 30, retryAfterForm },
      1,
    );
    const clock = createTestClock();
    let askedMs = 0;
    const onEvent = (event: ClientEvent) => {
      if (event.type === "retry" && "call" in event.error) {
        askedMs = event.error.call.retryAfterMs ?? 0;
      }
    };
    await openClient(platform, { clock, onEvent }).getJob(seedId);
    // A date has no fractions of a second, and Node's own Date header is up to a second old.
    expect(retryAfterForm === "date" ? [29, 30, 31, 32] : [30]).toContain(askedMs / 1_000);
    expect(clock.sleeps[0]).toBeGreaterThanOrEqual(askedMs);
    expect(clock.sleeps[0]).toBeLessThanOrEqual(askedMs + 1_000);
  });

  test("is obeyed on other answers, too", async () => {
    const headers = { "retry-after": "20" };
    const fault = { kind: "reply", status: 503, headers, body: "" } as const;
    await using platform = await openFailing(fault, 1);
    const clock = createTestClock();
    await openClient(platform, { clock }).getJob(seedId);
    expect(clock.sleeps[0]).toBeGreaterThanOrEqual(20_000);
  });

  test("over ten seconds is obeyed to the end, and reported", async () => {
    await using platform = await openFailing({ kind: "rate-limit", retryAfterSec: 3_600 }, 1);
    const events: ClientEvent[] = [];
    const clock = createTestClock();
    const onEvent = (event: ClientEvent) => void events.push(event);
    const client = openClient(platform, { clock, onEvent });
    await client.getJob(seedId, { timeoutMs: 4_000_000 });
    expect(clock.sleeps[0]).toBeGreaterThanOrEqual(3_600_000);
    const retries = events.filter((event) => event.type === "retry");
    expect(retries).toMatchObject([{ operation: "detail", attempt: 1, askedMs: 3_600_000 }]);
  });

  test("of an hour ends a create at once, with words", async () => {
    const fault = { kind: "rate-limit", retryAfterSec: 3_600 } as const;
    await using platform = await openPlatform({ faults: [{ operation: "create", fault }] });
    const clock = createTestClock();
    const error = await failureOf(openClient(platform, { clock }).createJob(spec));
    expect(String(error)).toContain("The platform asks to wait 1h 00m before the next try.");
    expect(count(platform, "create")).toBe(1);
    expect(clock.sleeps).toEqual([]);
  });

  test("that does not fit into the deadline ends the call at once", async () => {
    await using platform = await openFailing({ kind: "rate-limit", retryAfterSec: 30 });
    const clock = createTestClock();
    const call = openClient(platform, { clock }).getJob(seedId, { timeoutMs: 20_000 });
    const error = await failureOf(call);
    expect(error).toMatchObject({ status: 429, call: { retryAfterMs: 30_000 } });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ retry_after_ms: 30_000 });
    expect(clock.sleeps).toEqual([]);
  });
});

describe("the retry budget", () => {
  test("stops a fleet from hammering a sick platform", async () => {
    await using platform = await openFailing({ kind: "gateway-error" });
    const client = openClient(platform);
    await Promise.all(Array.from({ length: 100 }, () => failureOf(client.getJob(seedId))));
    expect(count(platform, "detail")).toBe(100 + 20);
  });

  test("fills up again with successes", async () => {
    await using platform = await openFailing({ kind: "gateway-error" }, 120);
    const client = openClient(platform);
    await Promise.all(Array.from({ length: 100 }, () => failureOf(client.getJob(seedId))));
    await Promise.all(Array.from({ length: 10 }, () => client.getJob(seedId)));
    platform.setFaults([{ operation: "detail", fault: { kind: "gateway-error" } }]);
    const before = count(platform, "detail");
    await failureOf(client.getJob(seedId));
    expect(count(platform, "detail") - before).toBe(1 + 2);
  });
});

describe("the deadline of an attempt", () => {
  test.each<[string, FaultAction, Transport?]>([
    ["never answers", { kind: "never-answer" }],
    ["drips its answer", { kind: "drip", intervalMs: 50 }],
    ["answers late", { kind: "latency", ms: 15_000 }],
    ["never answers another transport", { kind: "never-answer" }, globalThis],
    ["drips its answer to another transport", { kind: "drip", intervalMs: 50 }, globalThis],
  ])("ends one that %s", async (_name, fault, transport) => {
    await using platform = await openFailing(fault);
    const client = openClient(platform, { attemptTimeoutMs: 300, maxAttempts: 2, transport });
    await client.authenticate();
    const started = performance.now();
    const error = await failureOf(client.getJob(seedId));
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(error).toMatchObject({ code: "connection", reason: "TIMEOUT", sent: true });
    expect(count(platform, "detail")).toBe(2);
  });

  test.each<[string, Transport?]>([
    ["the built-in transport"],
    ["one of createNodeFetch", createNodeFetch()],
  ])("knows with %s that nothing was sent before TLS was through", async (_name, transport) => {
    await using silent = await startTcp(() => {});
    const client = createClient({
      baseUrl: `https://127.0.0.1:${silent.port}`,
      accessToken: "token",
      attemptTimeoutMs: 300,
      maxAttempts: 1,
      transport,
    });
    const error = await failureOf(client.createJob(spec));
    expect(error).toMatchObject({ code: "connection", reason: "TIMEOUT", sent: false });
  });

  test("longer than a timer can be does not end it at once", async () => {
    await using platform = await openPlatform(withSeed);
    const longest = { attemptTimeoutMs: Infinity, callTimeoutMs: Infinity };
    await expect(openClient(platform, longest).getJob(seedId)).resolves.toBeTruthy();
  });
});

describe("the deadline of a call", () => {
  test("holds for all attempts and pauses together", async () => {
    await using platform = await openFailing({ kind: "gateway-error" });
    const clock = createTestClock();
    const client = openClient(platform, { clock, callTimeoutMs: 10_000, maxAttempts: 1_000 });
    const started = clock.now();
    await failureOf(client.getJob(seedId));
    expect(clock.now() - started).toBeLessThanOrEqual(10_000);
    expect(count(platform, "detail")).toBeGreaterThan(1);
  });

  test("tells of the answer before, where it cuts the last attempt short", async () => {
    await using platform = await openPlatform({
      ...withSeed,
      faults: [
        { operation: "detail", calls: [1], fault: { kind: "gateway-error" } },
        { operation: "detail", calls: { from: 2 }, fault: { kind: "never-answer" } },
      ],
    });
    const client = openClient(platform, { clock: systemClock });
    const error = await failureOf(client.getJob(seedId, { timeoutMs: 3_000 }));
    expect(error).toMatchObject({ code: "response", status: 502 });
    expect(count(platform, "detail")).toBe(2);
  });

  test("counts the login, and nothing is sent after it", async () => {
    await using platform = await openPlatform(withSeed);
    const clock = createTestClock();
    const client = openClient(platform, {
      clock,
      onToken: () => clock.pass(60_000),
    });
    const error = await failureOf(client.getJob(seedId, { timeoutMs: 50_000 }));
    expect(error).toMatchObject({ code: "connection", reason: "TIMEOUT", sent: false });
    expect(count(platform, "detail")).toBe(0);
  });
});
