import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fault, type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { openHoldingGateway } from "../../core/src/transport/connection/holding-gateway.fixture.ts";
import { type BundleOptions, countOf, runBundle, toSpec } from "./bundle.ts";
import type { RunningStage } from "@qizhi/runner-emulator";
import { runSweepBundle, toSweepSpec } from "./sweep/scene.ts";

// The runner signals `docker exec`, which tells the process in the container nothing.
const inContainer = { isInContainer: true } as const;
const longJob = { "spec-inline": toSpec({ command: "sleep 60" }) };
const thirtyRuns = {
  "spec-inline": toSweepSpec(Array.from({ length: 30 }, (_, index) => `sleep ${60 + index}`)),
};

const activeOf = (platform: LocalPlatform) =>
  platform.jobs().filter(({ status }) => !/stopp/.test(status));
const stopsOf = (platform: LocalPlatform) =>
  platform
    .jobs()
    .map(
      ({ jobId }) =>
        platform.requests.filter(
          ({ operation, body }) => operation === "stop" && body.includes(jobId),
        ).length,
    );

/** Cancels the workflow once so many creates have come, answered or not. */
function cancelAtCreate(
  platform: LocalPlatform,
  count: number,
): NonNullable<BundleOptions["script"]> {
  return async (stage: RunningStage) => {
    await stage.waitUntil(() => countOf(platform, "create") >= count, `create ${count}`, 20_000);
    await stage.cancel();
  };
}

/** The post steps of others, which take their time: whatever makes jobs still makes them. */
const otherPosts = () => new Promise<void>((resolve) => setTimeout(resolve, 1_500));

describe("a cancel in a container job, of which main gets no signal", () => {
  test.for([
    [4, 4],
    [10, 10],
    // In the middle of the submits.
    [10, 6],
  ] as const)(
    "leaves nothing of 30 runs with max-active %i at create %i",
    async ([maxActive, at]) => {
      await using platform = await startLocalPlatform({ stages: 20, gpus: 999 });
      const result = await runSweepBundle(platform, {
        ...inContainer,
        inputs: { ...thirtyRuns, "max-active": maxActive },
        script: cancelAtCreate(platform, at),
        beforeRemoval: otherPosts,
      });
      expect(result.problems).toEqual([]);
      expect(result.main.signals).toEqual([]);
      expect(activeOf(platform)).toEqual([]);
      // Each was stopped once, and after the first stop came no create but the one that was under way.
      const calls = platform.requests.map(({ operation }) => operation);
      const late = calls.slice(calls.indexOf("stop")).filter((operation) => operation === "create");
      expect(late.length).toBeLessThanOrEqual(1);
      expect(countOf(platform, "create")).toBeLessThanOrEqual(maxActive);
      expect(new Set(stopsOf(platform))).toEqual(new Set([1]));
      expect(result.outlivedPost).toBe(false);
      expect(result.post).toMatchObject({ exitCode: 0, sent: { error: 1, warning: 0 } });
      const error = result.post?.annotations.find(({ level }) => level === "error");
      expect(error?.title).toBe("Qizhi: Cancelled");
      expect(error?.message).toMatch(/\d+ jobs were stopped/);
      expect(result.summary).toContain("## Qizhi: Cancelled");
    },
  );

  test.for([
    ["a sweep", thirtyRuns, 3],
    ["a single job", longJob, 1],
  ] as const)("waits for the create under way of %s, and stops its job", async ([, inputs, at]) => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 999 });
    const isHeld = (name: string) => name === "create" && platform.jobs().length === at - 1;
    await using gateway = await openHoldingGateway(platform.url, isHeld);
    const temp = await mkdtemp(join(tmpdir(), "action-container-"));
    const isToldToStop = () =>
      readdirSync(temp, { recursive: true }).some((name) => String(name).includes("stop-"));
    const result = await runSweepBundle(platform, {
      ...inContainer,
      temp,
      inputs: { ...inputs, "base-url": gateway.url, "max-requests-per-second": "" },
      script: cancelAtCreate(platform, at),
      // Main is told by post before its create is answered.
      async postScript(stage) {
        await stage.waitUntil(isToldToStop, "what tells main to stop", 20_000);
        gateway.release();
      },
      beforeRemoval: otherPosts,
    });
    await rm(temp, { recursive: true });
    expect(countOf(platform, "create")).toBe(at);
    expect(platform.jobs()).toHaveLength(at);
    expect(activeOf(platform)).toEqual([]);
    expect(result.post?.log).toMatch(/was stopped|were stopped/);
  });

  test("in mid-wait stops the job once, and post says what main had to say", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const result = await runBundle(platform, {
      ...inContainer,
      inputs: longJob,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        await stage.cancel();
      },
    });
    expect(result).toMatchObject({ conclusion: "cancelled", outlivedPost: false, problems: [] });
    expect(stopsOf(platform)).toEqual([1]);
    expect(result.post?.annotations).toMatchObject([{ level: "error", title: "Qizhi: Cancelled" }]);
    expect(result.post?.annotations[0]?.message).toContain("The job was stopped.");
    expect(result.summary).toMatch(/## Qizhi: Cancelled[^]*Outcome \| cancelled/);
  });

  test("tells of a create that is never answered, with the job's name", async () => {
    const faults: Fault[] = [
      { operation: "create", fault: { kind: "never-answer", effect: true } },
    ];
    await using platform = await startLocalPlatform({ stages: 20, faults });
    const result = await runBundle(platform, {
      ...inContainer,
      inputs: longJob,
      script: cancelAtCreate(platform, 1),
    });
    expect(result.outlivedPost).toBe(false);
    expect(result.post?.annotations.at(-1)?.message).toMatch(/"demo"[^]*do not run again blindly/);
  });

  test.for([
    ["on-cancel: leave", { ...longJob, "on-cancel": "leave" }],
    ["a job that it only watches", {}],
  ] as const)("with %s ends main and leaves the job", async ([, inputs]) => {
    await using platform = await startLocalPlatform({
      stages: 20,
      jobs: [{ status: "job_running" }],
    });
    const watched = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const result = await runBundle(platform, {
      ...inContainer,
      inputs: "spec-inline" in inputs ? inputs : watched,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        await stage.cancel();
      },
    });
    expect(result.outlivedPost).toBe(false);
    expect(countOf(platform, "stop")).toBe(0);
    expect(result.post?.annotations[0]?.message).toContain("was left as it is");
  });

  test("at any moment of the start leaves no job, also before main could say where it is", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    for (const delayMs of [0, 30, 60, 90, 120, 200, 300]) {
      let untilEnd = async () => {};
      const result = await runBundle(platform, {
        ...inContainer,
        inputs: longJob,
        async script(stage) {
          await new Promise((resolve) => setTimeout(resolve, delayMs));
          untilEnd = () => stage.waitUntil(() => !stage.isRunning(), "the end of main", 30_000);
          await stage.cancel();
        },
        // The post steps of others take their time, in which main finds that it is to stop.
        beforeRemoval: () => untilEnd(),
      });
      expect([delayMs, result.outlivedPost, activeOf(platform)]).toEqual([delayMs, false, []]);
    }
  });

  test("with a main that hangs: it is killed, and post stops the job itself", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const result = await runBundle(platform, {
      ...inContainer,
      inputs: longJob,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        stage.signal("SIGSTOP");
        await stage.cancel();
      },
    });
    expect(result.outlivedPost).toBe(false);
    expect(stopsOf(platform)).toEqual([1]);
    expect(result.summary).toContain("Stopped by the post step");
  });
});
