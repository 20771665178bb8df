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
    expect(result.summary).toMatch(
      /## Qizhi: Stopped by the post step\n\n- 1 job was .*\n- \[` (http\S+) `\]\(<\1>\)\n/,
    );
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
    expect(result.summary).toMatch(
      /## Qizhi: the job may or may not exist\n\n- This step was killed.*"demo" at [^]*\(<http\S*spaceId=ws-3333/,
    );
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([1, 0]);
  });

  test("and the platform is silent, post gives up within 30 s with one warning", async () => {
    const silent: Fault[] = [{ operation: "any", fault: { kind: "never-answer" } }];
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: { ...longJob, "outage-timeout": "1s" },
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        platform.setFaults(silent);
        await stage.sigkill();
      },
    });
    const { startedAtMs = 0, exitedAtMs = 0 } = result.post ?? {};
    expect(exitedAtMs - startedAtMs).toBeLessThan(30_000);
    expect(result.post).toMatchObject({ exitCode: 0, sent: { error: 0, warning: 1, notice: 0 } });
    expect(result.post?.annotations[0]?.message).toMatch(/login failed at first: .*TIMEOUT/);
    expect(result.post?.annotations[0]?.message).toContain(platform.jobs()[0]?.jobId);
  });

  test("and the platform is out of reach for a while, post waits for it and stops the job", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const away: Fault = { operation: "token", fault: { kind: "gateway-error" } };
    const result = await runBundle(platform, {
      inputs: longJob,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        platform.setFaults([away]);
        await stage.sigkill();
      },
      // Longer than it once tried for.
      async postScript(stage) {
        const startedAt = stage.now();
        await stage.waitUntil(() => stage.now() - startedAt > 12_000, "twelve seconds", 20_000);
        platform.setFaults([]);
      },
    });
    expect(result.post).toMatchObject({ exitCode: 0, sent: { warning: 0 } });
    expect(platform.jobs()).toMatchObject([{ status: expect.stringMatching(/stopp/) }]);
  });

  test("and the job is so young that its stop is refused, post goes on for half a minute", async () => {
    const body = '{"code":100002,"message":"任务创建中, 不能停止","data":null}';
    const fault = { kind: "reply", status: 400, body } as const;
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: longJob,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        platform.setFaults([{ operation: "stop", fault }]);
        await stage.sigkill();
      },
      async postScript(stage) {
        const startedAt = stage.now();
        await stage.waitUntil(() => stage.now() - startedAt > 18_000, "eighteen seconds", 25_000);
        platform.setFaults([]);
      },
    });
    expect(result.post).toMatchObject({ exitCode: 0, sent: { warning: 0 } });
    expect(platform.jobs()).toMatchObject([{ status: expect.stringMatching(/stopp/) }]);
  });

  test("and the login is refused, post says so at once and names every job", async () => {
    await using platform = await startLocalPlatform({ stages: 50, gpus: 64 });
    const inputs = {
      ...longJob,
      matrix: "n=1,2",
      command: "sleep 6{{ matrix.n }}",
      "log-interval": "300ms",
    };
    const result = await runBundle(platform, {
      inputs,
      async script(stage) {
        const areRunning = () => {
          const running = platform.jobs().filter(({ status }) => status === "job_running");
          return running.length === 2;
        };
        await stage.waitUntil(areRunning, "two jobs", 20_000);
        await stage.waitForLine(/2 running/, 20_000);
        platform.setFaults([{ operation: "token", fault: { kind: "token-refused" } }]);
        await stage.sigkill();
      },
    });
    const { startedAtMs = 0, exitedAtMs = 0 } = result.post ?? {};
    expect(exitedAtMs - startedAtMs).toBeLessThan(10_000);
    const [warning, ...others] = result.post?.annotations ?? [];
    expect([warning?.title, others]).toEqual(["Qizhi: jobs may go on", []]);
    expect(warning?.message).toContain("2 jobs could not be stopped");
    expect(result.summary).toContain("## Qizhi: jobs may go on\n\n- 2 jobs could not be stopped");
    for (const { jobId } of platform.jobs()) {
      expect(warning?.message).toContain(jobId);
      expect(result.summary).toContain(`${jobId}>)`);
    }
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
