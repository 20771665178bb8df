import { type Fault, startLocalPlatform } from "@qizhi/core/local";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { actionDir, countOf, runBundle, toSpec } from "./bundle.ts";
import { type RunOptions, writeTempAction } from "@qizhi/runner-emulator";

const longJob = { "spec-inline": toSpec({ command: "sleep 60" }) };

const killOnceRunning: NonNullable<RunOptions["script"]> = async (stage) => {
  await stage.waitForLine(/running \(job_running\)/, 20_000);
  await stage.sigkill();
};

describe.concurrent("after main was killed", () => {
  test("in mid-wait, post logs in for itself and stops the job once", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, { inputs: longJob, script: killOnceRunning });
    expect(result.problems).toEqual([]);
    expect(result.main.signal).toBe("SIGKILL");
    expect(result.post).toMatchObject({ exitCode: 0, conclusion: "success" });
    expect([countOf(platform, "stop"), countOf(platform, "token")]).toEqual([1, 2]);
    expect(platform.jobs()).toMatchObject([{ status: expect.stringMatching(/stopp/) }]);
    expect(result.outputs["job-id"]).toBe(platform.jobs()[0]?.jobId);
    expect(result.summary).toContain("Stopped by the post step");
  });

  test.for([
    ["on-cancel: leave", { "on-cancel": "leave" }],
    ["wait: false", { wait: "false" }],
  ] as const)("with %s post stops nothing", async ([, inputs]) => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: { ...longJob, ...inputs },
      async script(stage) {
        await stage.waitForFile("STATE", /jobId/, 20_000);
        if (stage.isRunning()) await stage.sigkill();
      },
    });
    expect(result.post).toMatchObject({ exitCode: 0 });
    expect(countOf(platform, "stop")).toBe(0);
  });

  test("and the job had ended by itself, post stops nothing", async () => {
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_running", next: ["job_succeeded"] }],
    });
    const result = await runBundle(platform, {
      inputs: {
        "job-id": platform.jobs()[0]?.jobId ?? "",
        "on-cancel": "stop",
        "poll-interval": "1h",
      },
      script: killOnceRunning,
    });
    expect(result.post?.log).toContain("had ended by itself");
    expect(countOf(platform, "stop")).toBe(0);
  });

  test("in mid-create, post warns with the job's name and what to look for", async () => {
    const faults: Fault[] = [
      { operation: "create", fault: { kind: "never-answer", effect: true } },
    ];
    await using platform = await startLocalPlatform({ faults });
    const result = await runBundle(platform, {
      inputs: longJob,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 1, "the create");
        await stage.sigkill();
      },
    });
    expect(result.post).toMatchObject({ exitCode: 0 });
    expect(result.post?.annotations).toMatchObject([
      { level: "warning", title: "Qizhi: the job may or may not exist" },
    ]);
    expect(result.post?.annotations[0]?.message).toMatch(
      /"demo" at 20\d\d-.*Z\.[^]*distributedTraining\?spaceId=ws-3333/,
    );
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([1, 0]);
  });

  test("and the platform is silent, post gives up within 30 s with one warning", async () => {
    const silent: Fault[] = [{ operation: "any", fault: { kind: "never-answer" } }];
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: longJob,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        platform.setFaults(silent);
        await stage.sigkill();
      },
    });
    const { startedAtMs = 0, exitedAtMs = 0 } = result.post ?? {};
    expect(exitedAtMs - startedAtMs).toBeLessThan(30_000);
    expect(result.post).toMatchObject({ exitCode: 0, sent: { error: 0, warning: 1, notice: 0 } });
  });

  test("by a signal of the job's end, a lost job is told of once only", async () => {
    const faults: Fault[] = [{ operation: "create", fault: { kind: "reset", effect: true } }];
    await using platform = await startLocalPlatform({ faults });
    const result = await runBundle(platform);
    expect(result.outputs["outcome"]).toBe("unknown");
    expect(result.post).toMatchObject({ exitCode: 0, log: "" });
  });

  test("a runner that dies leaves the job, as nothing of ours runs any more", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: longJob,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        await stage.kill();
      },
    });
    expect(result.postSkipped).toBe("runner death");
    expect(platform.jobs()).toMatchObject([{ status: "job_running" }]);
  });
});

test.concurrent("after a job that ended post does nothing", async () => {
  await using platform = await startLocalPlatform({ stages: 20 });
  const result = await runBundle(platform);
  expect(result.conclusion).toBe("success");
  expect(result.post?.log).toBe("");
  expect(countOf(platform, "stop")).toBe(0);
});

test.concurrent("the bundle knows itself as post by the state alone", async () => {
  await using platform = await startLocalPlatform({ stages: 20 });
  const main = `await import(${JSON.stringify(join(actionDir, "dist/index.js"))});`;
  await using action = await writeTempAction({ main, post: main });
  const result = await runBundle(platform, { actionDir: action.actionDir });
  expect(countOf(platform, "create")).toBe(1);
  expect(result.post?.exitCode).toBe(0);
});
