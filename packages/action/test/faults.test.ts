import {
  type Fault,
  type FaultAction,
  type LocalPlatform,
  startLocalPlatform,
} from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { countOf, runBundle, sinceFirstRequestMs } from "./bundle.ts";
import { readMarkdown } from "./markdown/read-markdown.ts";
import { runSweepBundle, toSweepSpec } from "./sweep/scene.ts";

/** A platform with one job that runs for some looks, and faults. */
function startWithJob(faults: Fault[], looks = 6, last = "job_succeeded"): Promise<LocalPlatform> {
  const next = [...Array.from({ length: looks }, () => "job_running"), last];
  return startLocalPlatform({ jobs: [{ status: "job_running", next }], faults });
}

const attach = (platform: LocalPlatform) => ({ "job-id": platform.jobs()[0]?.jobId ?? "" });

/** Pauses between the requests of an operation, in ms. */
function pausesOf(platform: LocalPlatform, operation: string): number[] {
  const times = platform.requests
    .filter((each) => each.operation === operation)
    .map(({ at }) => at);
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

describe.concurrent("throttling", () => {
  test.for([
    { kind: "rate-limit", body: "html", retryAfterSec: 2 },
    { kind: "rate-limit", body: "json", retryAfterSec: 2 },
    { kind: "rate-limit", retryAfterSec: 3, retryAfterForm: "date" },
  ] as const)("%j: the next request is not earlier than told", async (fault) => {
    await using platform = await startWithJob([{ operation: "detail", calls: [2], fault }], 2);
    const result = await runBundle(platform, { inputs: attach(platform) });
    expect(result).toMatchObject({ conclusion: "success", sent: { error: 0, warning: 0 } });
    // A date has whole seconds: of 3 s at least 2 are left.
    expect(Math.max(...pausesOf(platform, "detail"))).toBeGreaterThanOrEqual(1_990);
    expect(countOf(platform, "create")).toBe(0);
  });

  test("looks are never closer than poll-interval, and space out", async () => {
    await using platform = await startWithJob([], 99, "job_running");
    const inputs = { ...attach(platform), "poll-interval": "200ms", timeout: "4s" };
    await runBundle(platform, { inputs });
    const pauses = pausesOf(platform, "detail").slice(0, -1);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(198);
    expect(Math.max(...pauses)).toBeGreaterThan(500);
    expect(pauses.length).toBeLessThan(12);
  });
});

const passing: FaultAction[] = [
  { kind: "server-error" },
  { kind: "gateway-error", status: 502 },
  { kind: "gateway-error", status: 504 },
  { kind: "reset" },
  { kind: "truncated-body" },
  { kind: "cut-json" },
  { kind: "html-200" },
  { kind: "reply", status: 200, body: "" },
  { kind: "reply", status: 200, body: '{"code":0,"data":{"job_id":7,"status":[]}}' },
  { kind: "reply", status: 500, body: '{"code":500,"message":"内部服务错误"}' },
];

describe.concurrent("passing faults of a look", () => {
  test.for(passing)("%j once", async (fault) => {
    await using platform = await startWithJob([{ operation: "detail", calls: [2], fault }], 3);
    const result = await runBundle(platform, { inputs: attach(platform) });
    expect(result).toMatchObject({ conclusion: "success", problems: [], sent: { error: 0 } });
  });

  test("all of them, in any order, again and again", async () => {
    const faults: Fault[] = [
      { operation: "detail", probability: 0.6, seed: 11, fault: passing.slice(0, 7) },
    ];
    await using platform = await startWithJob(faults, 8, "job_failed");
    const result = await runBundle(platform, { inputs: attach(platform) });
    expect(result.outputs).toMatchObject({ outcome: "failed", status: "job_failed" });
    expect(result.sent.error).toBe(1);
  });

  test.for(["leave", "stop"] as const)("past the error budget, with on-error: %s", async (fate) => {
    const faults: Fault[] = [{ operation: "detail", fault: { kind: "gateway-error" } }];
    await using platform = await startWithJob(faults);
    const result = await runBundle(platform, {
      inputs: { ...attach(platform), "outage-timeout": "1s", "on-error": fate },
    });
    expect(result).toMatchObject({ conclusion: "failure", outputs: { outcome: "error" } });
    expect(result.sent.error).toBe(1);
    const text = result.annotations.find(({ level }) => level === "error")?.message;
    // It was never seen.
    const left = /502[^]*was left as it is; nobody knows whether it goes on/;
    expect(text).toMatch(fate === "stop" ? /502[^]*was stopped/ : left);
    expect(countOf(platform, "stop")).toBe(fate === "stop" ? 1 : 0);
  });
});

describe.concurrent("a job that is not seen when it should be", () => {
  const silent: Fault[] = [
    { operation: "detail", calls: { from: 5 }, fault: { kind: "gateway-error" } },
  ];
  const quick = { "log-interval": "300ms", "outage-timeout": "10s", "on-error": "leave" };

  test("is told as last seen by the log and the summary", async () => {
    await using platform = await startWithJob(silent, 99);
    const inputs = { ...attach(platform), ...quick };
    const result = await runBundle(platform, { inputs });
    expect(result).toMatchObject({ outputs: { outcome: "error" }, problems: [] });
    expect(result.log).toMatch(/still no answer: last seen running \(job_running\) \d+s ago/);
    expect(result.log).toMatch(/status: job_running, last seen \d+s ago/);
    expect(readMarkdown(result.summary).text).toMatch(/job_running, last seen \d+s ago/);
  });

  test("is told so in a sweep as well", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const result = await runSweepBundle(platform, {
      inputs: { ...quick, "spec-inline": toSweepSpec(["sleep 60", "sleep 61"]) },
      async script(stage) {
        await stage.waitForLine(/2 running/, 20_000);
        platform.setFaults([{ operation: "detail", fault: { kind: "gateway-error" } }]);
      },
    });
    expect(result).toMatchObject({ outputs: { outcome: "error" }, problems: [] });
    expect(result.log).toMatch(/still no answer: as last seen \d+s ago, 2 running/);
    const error = result.annotations.at(-1);
    expect(error?.message).toMatch(/2 runs: 2 running, as last seen \d+s ago\./);
    expect(readMarkdown(result.summary).text).toMatch(/2: 2 running, as last seen \d+s ago/);
  });
});

describe.concurrent("nothing hangs", () => {
  test.for([
    ["never answers", { kind: "never-answer" }],
    ["answers one byte a second", { kind: "drip", intervalMs: 1_000 }],
  ] as const)("a platform that %s is left at timeout + 10 s at the latest", async ([, fault]) => {
    await using platform = await startWithJob([{ operation: "detail", fault }]);
    const result = await runBundle(platform, {
      inputs: { ...attach(platform), timeout: "2s", "on-timeout": "stop" },
    });
    expect(sinceFirstRequestMs(platform, result)).toBeLessThan(12_000);
    expect(result.outputs["outcome"]).toBe("timed-out");
    expect(result.annotations.at(-1)?.message).toContain("had not told the status of the job when");
    expect(countOf(platform, "stop")).toBe(1);
  });

  test("one silent look costs that look only", async () => {
    const faults: Fault[] = [{ operation: "detail", calls: [2], fault: { kind: "reset" } }];
    await using platform = await startWithJob(faults, 3);
    const result = await runBundle(platform, { inputs: attach(platform) });
    expect(result.conclusion).toBe("success");
  });

  test("a platform that is silent from the start ends the step", async () => {
    const faults: Fault[] = [{ operation: "any", fault: { kind: "never-answer" } }];
    await using platform = await startLocalPlatform({ faults });
    const result = await runBundle(platform, { inputs: { timeout: "1s" } });
    expect(sinceFirstRequestMs(platform, result)).toBeLessThan(11_000);
    expect(countOf(platform, "create")).toBe(0);
  });

  test.for([
    ["timeout", "job_running", "still active when timeout (1s) was over"],
    ["queue-timeout", "job_queuing", "still queued when queue-timeout (1s) was over"],
  ] as const)("%s says which limit it was", async ([limit, status, text]) => {
    await using platform = await startLocalPlatform({ jobs: [{ status }] });
    const result = await runBundle(platform, { inputs: { ...attach(platform), [limit]: "1s" } });
    expect(result.outputs).toMatchObject({ outcome: "timed-out", status });
    const error = result.annotations.find(({ level }) => level === "error");
    expect(error?.message).toContain(text);
    expect(error?.message).toContain("was left as it is and goes on");
    expect(countOf(platform, "stop")).toBe(0);
    expect(result.summary).toContain("timed-out");
  });

  test("queue-timeout does not count once the job runs; on-timeout: stop stops", async () => {
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_queuing", next: ["job_running"] }],
    });
    const inputs = { "queue-timeout": "500ms", timeout: "2s", "on-timeout": "stop" };
    const result = await runBundle(platform, { inputs: { ...attach(platform), ...inputs } });
    expect(result.main.exitedAtMs).toBeGreaterThan(1_900);
    expect(result.outputs).toMatchObject({ outcome: "timed-out", status: "job_stopped" });
    expect(countOf(platform, "stop")).toBe(1);
  });
});

test.concurrent("an attach to a job that the platform does not know leaves nothing and stops nothing", async () => {
  await using platform = await startLocalPlatform();
  const inputs = { "job-id": "job-55555555-5555-4555-8555-555555555555", "on-error": "stop" };
  const result = await runBundle(platform, { inputs });
  expect(result).toMatchObject({ conclusion: "failure", outputs: { outcome: "lost" } });
  const error = result.annotations.find(({ level }) => level === "error");
  expect(error?.title).toBe("Qizhi: The platform does not show this job");
  expect(error?.message).not.toMatch(/goes on|was left|was stopped|could not be stopped/);
  expect(countOf(platform, "stop")).toBe(0);
  expect(result.post?.log).toBe("");
});
