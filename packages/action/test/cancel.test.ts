import { type Fault, type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { countOf, type BundleOptions, runBundle, toSpec } from "./bundle.ts";
import type { RunnerResult, RunningStage } from "@qizhi/runner-emulator";

const longJob = { "spec-inline": toSpec({ command: "sleep 60" }) };

/** When a request came, in ms since a point of a run. */
function sinceMs(platform: LocalPlatform, operation: string, fromEpochMs: number): number {
  return (platform.requests.find((each) => each.operation === operation)?.at ?? NaN) - fromEpochMs;
}

/** Waits until the job runs, then does something. */
function onceRunning(
  act: (stage: RunningStage) => Promise<void>,
): NonNullable<BundleOptions["script"]> {
  return async (stage) => {
    await stage.waitForLine(/running \(job_running\)/, 20_000);
    await act(stage);
  };
}

function endedAfterMs({ main }: RunnerResult): number {
  return main.exitedAtMs - (main.signals[0]?.atMs ?? NaN);
}

describe.concurrent("a cancel in mid-wait", () => {
  test.for([
    ["500", { kind: "server-error" }],
    ["429", { kind: "rate-limit" }],
    ["no answer at all", { kind: "never-answer" }],
  ] as const)("a stop that is answered by %s is sent again in time", async ([, fault]) => {
    const faults: Fault[] = [{ operation: "stop", calls: [1], fault }];
    await using platform = await startLocalPlatform({ stages: 50, faults });
    const result = await runBundle(platform, {
      inputs: longJob,
      script: onceRunning((stage) => stage.cancel()),
    });
    expect(endedAfterMs(result)).toBeLessThan(7_500);
    expect(result.main.signals.map(({ signal }) => signal)).toEqual(["SIGINT"]);
    expect(countOf(platform, "stop")).toBe(2);
    expect(result.state).toMatchObject({ settlement: "stopped" });
  });

  test("a job that does not end in time keeps nobody waiting", async () => {
    await using platform = await startLocalPlatform({
      stages: { queuingMs: 0, creatingMs: 0, stoppingMs: 60_000 },
    });
    const result = await runBundle(platform, {
      inputs: longJob,
      script: onceRunning((stage) => stage.cancel()),
    });
    expect(endedAfterMs(result)).toBeLessThan(7_500);
    expect(countOf(platform, "stop")).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: "cancelled", status: "job_stopping" });
    expect(result.summary).toContain("cancelled");
  });

  test("where the stop never works, main ends by itself and post tries once more", async () => {
    const faults: Fault[] = [
      { operation: "stop", calls: { from: 1, to: 99 }, fault: { kind: "server-error" } },
    ];
    await using platform = await startLocalPlatform({ stages: 50, faults });
    const result = await runBundle(platform, {
      inputs: longJob,
      script: onceRunning((stage) => stage.cancel()),
      postScript: async () => platform.setFaults([]),
    });
    expect(endedAfterMs(result)).toBeLessThan(7_500);
    expect(result.main).toMatchObject({ exitCode: 1, state: { settlement: "stop-failed" } });
    expect(result.summary).toContain("could not be stopped");
    expect(result.post).toMatchObject({ exitCode: 0 });
    expect(platform.jobs()).toMatchObject([{ status: expect.stringMatching(/stopp/) }]);
  });

  test("SIGTERM alone does the same, and a second signal changes nothing", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: longJob,
      script: onceRunning(async (stage) => {
        stage.signal("SIGTERM");
        stage.signal("SIGINT");
        stage.signal("SIGINT");
        await stage.waitUntil(() => !stage.isRunning(), "the end");
      }),
    });
    expect(result.main.exitCode).toBe(1);
    expect(countOf(platform, "stop")).toBe(1);
    expect(result.outputs["outcome"]).toBe("cancelled");
  });

  test("timeout-minutes of the step stops the job, too", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: longJob,
      script: onceRunning((stage) => stage.timeoutMinutes()),
    });
    expect(result.conclusion).toBe("failure");
    expect(countOf(platform, "stop")).toBe(1);
  });

  test("an attached job is left unless on-cancel says stop", async () => {
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const script = onceRunning((stage) => stage.cancel());
    await runBundle(platform, { inputs, script });
    expect(countOf(platform, "stop")).toBe(0);
    await runBundle(platform, { inputs: { ...inputs, "on-cancel": "stop" }, script });
    expect(countOf(platform, "stop")).toBe(1);
  });
});

describe.concurrent("a cancel before there is a job", () => {
  test("while the create is in flight: its reply is awaited, then that job is stopped", async () => {
    const faults: Fault[] = [{ operation: "create", fault: { kind: "latency", ms: 3_000 } }];
    await using platform = await startLocalPlatform({ stages: 50, faults });
    const result = await runBundle(platform, {
      inputs: longJob,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 1, "the create");
        await stage.cancel();
      },
    });
    expect(result.problems).toEqual([]);
    expect(endedAfterMs(result)).toBeLessThan(7_500);
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([1, 1]);
    expect(platform.jobs()).toMatchObject([{ status: expect.stringMatching(/stopp/) }]);
    expect(result.outputs).toMatchObject({
      outcome: "cancelled",
      "job-id": platform.jobs()[0]?.jobId,
    });
  });

  test("a create that is answered after SIGTERM is still stopped", async () => {
    const faults: Fault[] = [{ operation: "create", fault: { kind: "latency", ms: 8_000 } }];
    await using platform = await startLocalPlatform({ stages: 50, faults });
    const result = await runBundle(platform, {
      inputs: longJob,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 1, "the create");
        await stage.cancel();
      },
    });
    expect(countOf(platform, "stop")).toBe(1);
    expect(result.main.signal).toBe(null);
  });

  test("a create that is never answered ends as unknown, with the job's name", async () => {
    const faults: Fault[] = [
      { operation: "create", fault: { kind: "never-answer", effect: true } },
    ];
    await using platform = await startLocalPlatform({ stages: 50, faults });
    const result = await runBundle(platform, {
      inputs: longJob,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 1, "the create");
        await stage.cancel();
      },
    });
    expect(endedAfterMs(result)).toBeLessThan(9_900);
    expect(result.main).toMatchObject({ exitCode: 1, signal: null });
    expect(result.outputs["outcome"]).toBe("unknown");
    expect(result.annotations).toMatchObject([{ level: "error" }]);
    expect(result.annotations[0]?.message).toMatch(/"demo"[^]*do not run again blindly/);
  });

  test("told before the login: nothing is sent, and no login that hangs is waited for", async () => {
    const faults: Fault[] = [{ operation: "token", fault: { kind: "never-answer" } }];
    await using platform = await startLocalPlatform({ faults });
    const temp = await mkdtemp(join(tmpdir(), "action-cancel-"));
    const github = { GITHUB_RUN_ID: "7", GITHUB_RUN_ATTEMPT: "1", GITHUB_JOB: "train" };
    // What post leaves for a main that no signal reaches; the file is there before main is.
    const mark = join(temp, `qizhi-${process.getuid?.()}`, "stop-7-1-train");
    await mkdir(dirname(mark), { mode: 0o700 });
    await writeFile(mark, "");
    await utimes(mark, new Date(), new Date(Date.now() + 60_000));
    const result = await runBundle(platform, { temp, github });
    await rm(temp, { recursive: true });
    expect(platform.requests).toEqual([]);
    expect(result.outputs["outcome"]).toBe("cancelled");
    expect(result.summary).toContain("There is no job.");
  });

  test.for(["SIGINT", "SIGTERM"] as const)(
    "%s in the first moments never leads to a submit, not even by post",
    async (signal) => {
      await using platform = await startLocalPlatform();
      for (const delayMs of [0, 20, 40]) {
        await runBundle(platform, {
          async script(stage) {
            await new Promise((resolve) => setTimeout(resolve, delayMs));
            stage.signal(signal);
          },
        });
      }
      const active = platform.jobs().filter(({ status }) => !status.includes("stop"));
      expect(active).toEqual([]);
    },
  );
});

// One after another: beside others of their kind they would not be as quick as they have to be.
describe("a cancel that ends at once", () => {
  test("SIGINT sends one stop within 1 s, and outputs, summary and error say so", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: longJob,
      script: onceRunning((stage) => stage.cancel()),
    });
    expect(result.problems).toEqual([]);
    expect(result.main).toMatchObject({ exitCode: 1, signal: null });
    const cancelledAt = result.startedAt + (result.main.signals[0]?.atMs ?? 0);
    expect(sinceMs(platform, "stop", cancelledAt)).toBeLessThan(1_000);
    expect(endedAfterMs(result)).toBeLessThan(7_500);
    expect(countOf(platform, "stop")).toBe(1);
    expect(platform.jobs()).toMatchObject([{ status: "job_stopped" }]);
    expect(result.outputs).toMatchObject({ outcome: "cancelled", phase: "stopped" });
    expect(result.summary).toMatch(/## Qizhi: Cancelled[^]*Outcome \| cancelled[^]*was stopped/);
    expect(result.annotations).toMatchObject([
      { level: "notice", title: "Qizhi job" },
      { level: "error", title: "Qizhi: Cancelled" },
    ]);
    expect(result.post?.log).toBe("");
  });

  test("on-cancel: leave stops nothing and says so", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      inputs: { ...longJob, "on-cancel": "leave" },
      script: onceRunning((stage) => stage.cancel()),
    });
    expect(countOf(platform, "stop")).toBe(0);
    expect(endedAfterMs(result)).toBeLessThan(1_500);
    expect(result.summary).toContain("was left as it is");
    expect(platform.jobs()).toMatchObject([{ status: "job_running" }]);
  });

  test("while the login is in flight: nothing is submitted", async () => {
    const faults: Fault[] = [{ operation: "token", fault: { kind: "never-answer" } }];
    await using platform = await startLocalPlatform({ faults });
    const result = await runBundle(platform, {
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "token") === 1, "the login");
        await stage.cancel();
      },
    });
    expect(endedAfterMs(result)).toBeLessThan(1_500);
    expect(countOf(platform, "create")).toBe(0);
    expect(result.outputs["outcome"]).toBe("cancelled");
  });

  test("between two tries of a create that was refused before: it is not sent again", async () => {
    const fault = { kind: "rate-limit", retryAfterSec: 3 } as const;
    await using platform = await startLocalPlatform({ faults: [{ operation: "create", fault }] });
    const result = await runBundle(platform, {
      async script(stage) {
        const isAnswered = () =>
          platform.requests.some(
            (each) => each.operation === "create" && each.outcome === "answered",
          );
        await stage.waitUntil(isAnswered, "the refusal");
        await stage.cancel();
      },
    });
    expect(endedAfterMs(result)).toBeLessThan(1_500);
    expect(countOf(platform, "create")).toBe(1);
    expect(result.outputs["outcome"]).toBe("cancelled");
  });
});
