import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import {
  count,
  createMoment,
  createTestClock,
  endsAtOnce,
  failureOf,
  openClient,
  openPlatform,
  seedId,
  spec,
} from "../client/client.fixture.ts";
import type { Client } from "../client/client.ts";
import { systemClock, toTimerMs } from "./clock.ts";
import type { LocalPlatform, LocalPlatformOptions } from "../local/index.ts";
import { startTcp } from "../transport/connection/test-servers.fixture.ts";

const withSeed: LocalPlatformOptions = { jobs: [{ jobId: seedId, status: "job_running" }] };

const calls: [string, (client: Client, signal: AbortSignal) => Promise<unknown>][] = [
  ["createJob", (client, signal) => client.createJob(spec, { signal })],
  ["getJob", (client, signal) => client.getJob(seedId, { signal })],
  ["stopJob", (client, signal) => client.stopJob(seedId, { signal })],
  ["waitForJob", (client, signal) => client.waitForJob(seedId, { signal })],
  ["watchJob", (client, signal) => client.watchJob(seedId, { signal }).next()],
  ["authenticate", (client, signal) => client.authenticate({ signal })],
];

/**
 * Aborts once `ready` resolves, and checks that the call ends at once with that very reason, or for a create that was sent
 * with an unknown outcome that came of it.
 */
async function expectAbort(
  begin: (signal: AbortSignal) => Promise<unknown>,
  ready: () => Promise<unknown>,
  isUnknown = false,
): Promise<void> {
  const controller = new AbortController();
  const reason = { why: "the user left" };
  const failure = failureOf(begin(controller.signal));
  await ready();
  controller.abort(reason);
  expect(await endsAtOnce(failure)).toBe(true);
  const error = await failure;
  if (!isUnknown) return expect(error).toBe(reason);
  expect(error).toMatchObject({ code: "submission_unknown" });
  expect(error).toHaveProperty("cause", reason);
}

async function whenRequested(platform: LocalPlatform, operation: string): Promise<void> {
  while (count(platform, operation) === 0) await platform.changed();
}

describe.each(calls)("%s", (_name, call) => {
  test("with a signal that has aborted sends nothing, token or not", async () => {
    await using platform = await openPlatform(withSeed);
    const reason = new Error("before");
    const client = openClient(platform);
    expect(await failureOf(call(client, AbortSignal.abort(reason)))).toBe(reason);
    expect(platform.requests).toHaveLength(0);
    if (call === calls.at(-1)?.[1]) return;
    await client.authenticate();
    expect(await failureOf(call(client, AbortSignal.abort(reason)))).toBe(reason);
    expect(platform.requests).toHaveLength(1);
  });

  test("ends while it queues for a token", async () => {
    const faults = [{ operation: "token", fault: { kind: "never-answer" } }] as const;
    await using platform = await openPlatform({ ...withSeed, faults });
    const client = openClient(platform);
    await expectAbort(
      (signal) => call(client, signal),
      () => whenRequested(platform, "token"),
    );
  });
});

describe.each(calls.slice(0, 5))("%s", (name, call) => {
  const operation = { createJob: "create", stopJob: "stop" }[name] ?? "detail";

  test("ends while it waits for the headers", async () => {
    const faults = [
      { operation, fault: { kind: "never-answer" } },
    ] as LocalPlatformOptions["faults"];
    await using platform = await openPlatform({ ...withSeed, ...(faults && { faults }) });
    const client = openClient(platform);
    await expectAbort(
      (signal) => call(client, signal),
      () => whenRequested(platform, operation),
      name === "createJob",
    );
    expect(count(platform, operation)).toBe(1);
  });
});

test("a call ends in the middle of a body", async () => {
  await using platform = await openPlatform({
    ...withSeed,
    faults: [{ operation: "detail", fault: { kind: "drip", intervalMs: 20 } }],
  });
  const client = openClient(platform);
  await expectAbort(
    (signal) => client.getJob(seedId, { signal }),
    async () => {
      // The status is noted when the head has been written.
      while (platform.requests.at(-1)?.status !== 200) await platform.changed();
    },
  );
});

test("a call ends while it connects", async () => {
  await using platform = await openPlatform();
  const accepted = createMoment();
  // Takes the connection and never says a word of TLS.
  await using server = await startTcp(accepted.reach);
  const baseUrl = `https://127.0.0.1:${server.port}`;
  const client = openClient(platform, { baseUrl, accessToken: "given" });
  await expectAbort(
    (signal) => client.createJob(spec, { signal }),
    () => accepted.reached,
  );
});

test("a call ends in the pause before it is sent again", async () => {
  await using platform = await openPlatform({
    ...withSeed,
    faults: [{ operation: "detail", fault: { kind: "rate-limit", retryAfterSec: 30 } }],
  });
  const paused = createMoment();
  const client = openClient(platform, {
    clock: systemClock,
    onEvent: ({ type }) => type === "retry" && paused.reach(),
  });
  await expectAbort(
    (signal) => client.getJob(seedId, { signal }),
    () => paused.reached,
  );
  expect(count(platform, "detail")).toBe(1);
});

test("a wait ends in the pause between two polls", async () => {
  await using platform = await openPlatform(withSeed);
  const seen = createMoment();
  const client = openClient(platform, { clock: systemClock });
  await expectAbort(
    (signal) =>
      client.waitForJob(seedId, {
        signal,
        minIntervalMs: 30_000,
        onUpdate: () => void setImmediate(seen.reach),
      }),
    () => seen.reached,
  );
  expect(count(platform, "detail")).toBe(1);
});

test("50 waits under one signal share one listener, and all end with it", async () => {
  await using platform = await openPlatform(withSeed);
  const controller = new AbortController();
  const { signal } = controller;
  const paused = createMoment();
  const client = openClient(platform, { clock: systemClock });
  let polls = 0;
  const onUpdate = () => {
    polls += 1;
    if (polls === 50) setImmediate(paused.reach);
  };
  const waits = Array.from({ length: 50 }, () =>
    failureOf(client.waitForJob(seedId, { signal, minIntervalMs: 30_000, onUpdate })),
  );
  await paused.reached;
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  controller.abort("enough");
  expect(new Set(await Promise.all(waits))).toEqual(new Set(["enough"]));
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("500 calls leave no listener on their signal", { timeout: 60_000 }, async () => {
  await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_succeeded" }] });
  const { signal } = new AbortController();
  const client = openClient(platform, { clock: createTestClock() });
  for (let round = 0; round < 5; round++) {
    const batch = Array.from({ length: 50 }, () => [
      client.getJob(seedId, { signal }),
      client.waitForJob(seedId, { signal }),
    ]);
    await Promise.all(batch.flat());
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("a timer takes neither less than no time nor more than the longest", () => {
  expect([-5, 0, 7, 2 ** 31].map(toTimerMs)).toEqual([0, 0, 7, 2 ** 31 - 1]);
});
