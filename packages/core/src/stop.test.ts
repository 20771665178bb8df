import { describe, expect, test } from "vitest";
import { count, failureOf, openClient, openPlatform, seedId } from "./client.fixture.ts";
import type { FaultAction } from "./local/index.ts";

const running = { jobs: [{ jobId: seedId, status: "job_running" }] };
const ended = { jobs: [{ jobId: seedId, status: "job_succeeded" }] };

test("a stop ends a job", async () => {
  await using platform = await openPlatform(running);
  await openClient(platform).stopJob(seedId);
  await platform.waitForStatus(seedId, "job_stopped");
  expect(count(platform, "stop")).toBe(1);
});

test("a job that has ended is refused, once", async () => {
  await using platform = await openPlatform(ended);
  const error = await failureOf(openClient(platform).stopJob(seedId));
  expect(error).toMatchObject({ code: "api", call: { operation: "stop", attempts: 1 } });
  expect(String(error)).toContain("任务已结束");
});

describe("a stop whose answer is lost", () => {
  test.each<[string, FaultAction]>([
    ["a reset", { kind: "reset", effect: true }],
    ["a gateway page", { kind: "gateway-error", effect: true }],
    ["a cut body", { kind: "truncated-body" }],
    ["an HTML page", { kind: "html-200", effect: true }],
  ])("by %s is a stop all the same, though the second one is refused", async (_name, fault) => {
    await using platform = await openPlatform({
      ...running,
      faults: [{ operation: "stop", calls: [1], fault }],
    });
    const clock = {
      now: () => performance.now(),
      sleep: () => platform.waitForStatus(seedId, "job_stopped").then(() => {}),
    };
    await openClient(platform, { clock }).stopJob(seedId);
    expect(count(platform, "stop")).toBe(2);
    expect(count(platform, "detail")).toBe(1);
  });

  test("does not hide that the job had ended by itself", async () => {
    await using platform = await openPlatform({
      ...ended,
      faults: [{ operation: "stop", calls: [1], fault: { kind: "reset", effect: true } }],
    });
    const error = await failureOf(openClient(platform).stopJob(seedId));
    expect(error).toMatchObject({ code: "api", call: { operation: "stop", attempts: 2 } });
  });

  test("is told as it is when the job cannot be looked at", async () => {
    await using platform = await openPlatform({
      ...ended,
      faults: [
        { operation: "stop", calls: [1], fault: { kind: "reset", effect: true } },
        { operation: "detail", fault: { kind: "gateway-error" } },
      ],
    });
    const error = await failureOf(openClient(platform).stopJob(seedId));
    expect(error).toMatchObject({ code: "api", call: { operation: "stop" } });
  });
});

test("a refused token on the way does not make a refused stop look done", async () => {
  await using platform = await openPlatform({
    jobs: [{ jobId: seedId, status: "job_stopped" }],
    faults: [{ operation: "stop", calls: [1], fault: { kind: "token-refused" } }],
  });
  const error = await failureOf(openClient(platform).stopJob(seedId));
  expect(error).toMatchObject({ code: "api", call: { operation: "stop", attempts: 2 } });
  expect(count(platform, "detail")).toBe(0);
});
