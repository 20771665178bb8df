import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Fault,
  type LocalPlatform,
  type LocalPlatformOptions,
  startLocalPlatform,
} from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { countOf } from "../bundle.ts";
import type { RunnerResult, RunningStage } from "@qizhi/runner-emulator";
import { readRuns, runSweepBundle, toSweepSpec } from "./scene.ts";

const six = { "spec-inline": toSweepSpec([1, 2, 3, 4, 5, 6].map((n) => `sleep 6${n}`)) };

/** The second create does its work and is never answered. */
const silentAtSecondCreate: LocalPlatformOptions = {
  stages: 20,
  gpus: 64,
  faults: [{ operation: "create", calls: [2], fault: { kind: "never-answer", effect: true } }],
};

/** How many stops each job got. */
function stopsOf(platform: LocalPlatform): number[] {
  return platform.jobs().map(({ jobId }) => {
    const stops = platform.requests.filter(
      (each) => each.operation === "stop" && each.body.includes(jobId),
    );
    return stops.length;
  });
}

/** Waits until jobs run that the Action knows: it has asked about each of them. */
function untilJobs(platform: LocalPlatform, stage: RunningStage, count: number): Promise<void> {
  const isKnown = (jobId: string) =>
    platform.requests.some(({ operation, body }) => operation === "detail" && body.includes(jobId));
  return stage.waitUntil(
    () =>
      platform.jobs().filter(({ jobId, status }) => status === "job_running" && isKnown(jobId))
        .length >= count,
    `${count} jobs run`,
    20_000,
  );
}

/** A sweep that is cancelled once all its jobs are there, at four requests a second; its post meets no fault. */
function cancelMany(
  platform: LocalPlatform,
  { count, fault, beforePost }: { count: number; fault: Fault; beforePost?: () => void },
): Promise<RunnerResult> {
  const values = Array.from({ length: count }, (_, index) => `sleep ${60 + index}`);
  return runSweepBundle(platform, {
    inputs: {
      "spec-inline": toSweepSpec(values),
      "max-requests-per-second": 4,
      "poll-interval": "1h",
    },
    async script(stage) {
      await stage.waitUntil(() => platform.jobs().length === count, "the jobs", 30_000);
      platform.setFaults([fault]);
      await stage.cancel();
    },
    async postScript() {
      beforePost?.();
      platform.setFaults([]);
    },
  });
}

function endedAfterMs({ main }: RunnerResult): number {
  return main.exitedAtMs - (main.signals[0]?.atMs ?? NaN);
}

describe.concurrent("a cancel of a sweep", () => {
  test("stops each job once within its window, and outputs, summary and error say so", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const result = await runSweepBundle(platform, {
      inputs: { ...six, "max-active": 4 },
      async script(stage) {
        await untilJobs(platform, stage, 4);
        await stage.cancel();
      },
    });
    expect(result.problems).toEqual([]);
    expect(result.main).toMatchObject({ exitCode: 1, signal: null });
    expect(endedAfterMs(result)).toBeLessThan(7_500);
    expect(countOf(platform, "create")).toBe(4);
    expect(stopsOf(platform)).toEqual([1, 1, 1, 1]);
    expect(result.outputs).toMatchObject({
      outcome: "cancelled",
      counts: '{"stopped":4,"waiting":2}',
    });
    expect(result.summary).toMatch(/## Qizhi: Cancelled[^]*4 jobs were stopped/);
    expect(result.sent).toEqual({ error: 1, warning: 0, notice: 1 });
    expect(result.post?.log).toBe("");
  });

  test("that falls into a create stops that job, too", async () => {
    const faults: Fault[] = [
      { operation: "create", calls: [3], fault: { kind: "latency", ms: 1_500 } },
    ];
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const result = await runSweepBundle(platform, {
      inputs: six,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 3, "the third create");
        await stage.cancel();
      },
    });
    expect(countOf(platform, "create")).toBe(3);
    expect(stopsOf(platform)).toEqual([1, 1, 1]);
    expect(result.main.signals.map(({ signal }) => signal)).toEqual(["SIGINT"]);
    expect(
      readRuns(result)
        .slice(0, 4)
        .map(({ outcome }) => outcome),
    ).toEqual(["stopped", "stopped", "stopped", "waiting"]);
  });

  test("that falls into the pause after a refused create sends no other", async () => {
    const fault = { kind: "rate-limit", retryAfterSec: 4 } as const;
    const faults: Fault[] = [{ operation: "create", calls: [3], fault }];
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const result = await runSweepBundle(platform, {
      inputs: six,
      async script(stage) {
        await stage.waitForLine(/"type":"retry","operation":"create"/);
        await stage.cancel();
      },
    });
    // The pause that the platform asked for holds for the stops, too.
    expect(endedAfterMs(result)).toBeLessThan(7_500);
    expect(countOf(platform, "create")).toBe(3);
    expect(stopsOf(platform)).toEqual([1, 1]);
    expect(result.outputs).toMatchObject({
      outcome: "cancelled",
      counts: '{"stopped":2,"waiting":4}',
    });
  });

  test("leaves a create that is never answered as a doubt with its name", async () => {
    await using platform = await startLocalPlatform(silentAtSecondCreate);
    const result = await runSweepBundle(platform, {
      inputs: six,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 2, "the second create");
        await stage.cancel();
      },
    });
    expect(endedAfterMs(result)).toBeLessThan(9_900);
    expect(result.main).toMatchObject({ exitCode: 1, signal: null });
    expect(result.outputs["outcome"]).toBe("unknown");
    expect(countOf(platform, "stop")).toBe(1);
    expect(result.annotations.at(-1)?.message).toMatch(/"demo-n-sleep_62"[^]*run again blindly/);
  });

  test("of which only doubts are left does not say that no job is active", async () => {
    const faults: Fault[] = [
      { operation: "create", fault: { kind: "never-answer", effect: true } },
    ];
    await using platform = await startLocalPlatform({ stages: 20, faults });
    const result = await runSweepBundle(platform, {
      inputs: six,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 1, "the create");
        await stage.cancel();
      },
    });
    expect(result.outputs["counts"]).toBe('{"unknown":1,"waiting":5}');
    expect(result.annotations.at(-1)?.message).toMatch(
      /^The workflow was cancelled\.\n6 runs: .*\nNo job is known to be active\.\nLook for "demo-n-sleep_61"/,
    );
  });

  test("with on-cancel: leave stops nothing", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const result = await runSweepBundle(platform, {
      inputs: { ...six, "on-cancel": "leave" },
      async script(stage) {
        await untilJobs(platform, stage, 2);
        await stage.cancel();
      },
    });
    expect(countOf(platform, "stop")).toBe(0);
    expect(result.summary).toMatch(/\d jobs were left and may go on/);
    expect(result.post?.log).toBe("");
  });

  test("of more jobs than its window has room for leaves the rest to post, each stopped once", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 999 });
    const fault: Fault = { operation: "stop", fault: { kind: "latency", ms: 1_900 } };
    const result = await cancelMany(platform, { count: 24, fault });
    expect(endedAfterMs(result)).toBeLessThan(9_900);
    expect(result.state["settlement"]).toBe("stop-failed");
    expect(result.summary).toMatch(/jobs? (was|were) not stopped in time/);
    expect(stopsOf(platform).filter((stops) => stops > 1)).toEqual([]);
    const left = platform.jobs().filter(({ status }) => !/stopp/.test(status));
    expect(left).toEqual([]);
    expect(result.post).toMatchObject({ exitCode: 0, sent: { error: 0, warning: 0 } });
  });

  test("of more jobs than its window has room for sends each stop before it looks after any", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 999 });
    const fault: Fault = { operation: "detail", fault: { kind: "latency", ms: 1_500 } };
    let sent = 0;
    const beforePost = () => (sent = countOf(platform, "stop"));
    const result = await cancelMany(platform, { count: 22, fault, beforePost });
    expect(endedAfterMs(result)).toBeLessThan(9_900);
    expect(sent).toBeGreaterThanOrEqual(20);
    expect(platform.jobs().filter(({ status }) => !/stopp/.test(status))).toEqual([]);
  });

  test("whose stops are taken and stop nothing calls no job stopped, and post names each", async () => {
    const body = '{"code":0,"message":"success","data":{}}';
    const fault = { kind: "reply", status: 200, body } as const;
    const faults: Fault[] = [{ operation: "stop", fault }];
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const result = await runSweepBundle(platform, {
      inputs: {
        "spec-inline": toSweepSpec(["sleep 60", "sleep 61"]),
        "outage-timeout": "1s",
      },
      async script(stage) {
        await untilJobs(platform, stage, 2);
        await stage.cancel();
      },
    });
    expect(endedAfterMs(result)).toBeLessThan(9_900);
    expect(result.state["settlement"]).toBe("stop-failed");
    expect(result.outputs["counts"]).not.toContain("stopped");
    expect(result.summary).toMatch(/2 jobs were not stopped[^]*asked to stop and is still/);
    const told = result.post?.annotations.at(-1)?.message;
    expect(told).toMatch(/2 jobs could not be stopped: .*still job_running/);
    for (const { jobId } of platform.jobs()) expect(told).toContain(jobId);
    expect(`${result.post?.log}${result.summary}`).not.toMatch(/[12] jobs? (was|were) stopped/);
  });
});

describe.concurrent("a killed main", () => {
  test("is made up for by post: each job that has not ended is stopped once", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const inputs = { "spec-inline": toSweepSpec(["true", "sleep 60", "sleep 61", "sleep 62"]) };
    const result = await runSweepBundle(platform, {
      inputs,
      async script(stage) {
        await stage.waitForLine(/demo-n-true: succeeded/);
        await untilJobs(platform, stage, 3);
        await stage.sigkill();
      },
    });
    expect(result.post).toMatchObject({ exitCode: 0, sent: { error: 0, warning: 0, notice: 0 } });
    const stops = stopsOf(platform);
    expect(stops.toSorted()).toEqual([0, 1, 1, 1]);
    expect(result.summary).toContain("3 jobs were stopped by the post step");
  });

  test("is made up for by post also where nothing can be written: no job goes on", async () => {
    await using platform = await startLocalPlatform({
      stages: 20,
      gpus: 64,
      // The end of the first job is seen before the stops of the others are taken.
      faults: [{ operation: "stop", calls: { from: 1, to: 6 }, fault: { kind: "gateway-error" } }],
    });
    const dir = await mkdtemp(join(tmpdir(), "qizhi-full-"));
    try {
      const node = join(dir, "node");
      // To post, no file can grow. A plain sh loses the inputs, whose names have hyphens.
      const script = `test -z "$STATE_started" || ulimit -f 0; exec '${process.execPath}' "$@"`;
      await writeFile(node, `#!/usr/bin/env bash\n${script}\n`, { mode: 0o700 });
      const result = await runSweepBundle(platform, {
        inputs: {
          "spec-inline": toSweepSpec(["true", "sleep 61", "sleep 62"]),
          "poll-interval": "1h",
        },
        node,
        async script(stage) {
          const isOver = () => platform.jobs()[0]?.status === "job_succeeded";
          await stage.waitUntil(() => countOf(platform, "detail") >= 3 && isOver(), "the jobs");
          await stage.sigkill();
        },
      });
      expect(result.post).toMatchObject({ exitCode: 0 });
      expect(platform.jobs().map(({ status }) => status)).toEqual([
        "job_succeeded",
        expect.stringMatching(/stopp/),
        expect.stringMatching(/stopp/),
      ]);
      expect(result.post?.log).toContain("Could not write down that a job has ended");
      expect(result.post?.log).toContain("2 jobs were stopped by the post step");
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  test("in a create is told of by post, with the name", async () => {
    await using platform = await startLocalPlatform(silentAtSecondCreate);
    const result = await runSweepBundle(platform, {
      inputs: six,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 2, "the second create");
        await stage.sigkill();
      },
    });
    expect(countOf(platform, "stop")).toBe(1);
    expect(result.post?.annotations).toMatchObject([
      { level: "warning", title: "Qizhi: jobs may or may not exist" },
    ]);
    expect(result.post?.annotations[0]?.message).toMatch(/"demo-n-sleep_62" at 20/);
  });

  test("is not called killed in a create of which it had written down that nobody knows", async () => {
    const lost = { kind: "reset", effect: true } as const;
    const silent = { kind: "never-answer", effect: true } as const;
    const faults: Fault[] = [
      { operation: "create", calls: [1], fault: lost },
      { operation: "create", calls: [3], fault: silent },
    ];
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const result = await runSweepBundle(platform, {
      inputs: six,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 3, "the third create", 30_000);
        await stage.sigkill();
      },
    });
    expect(result.post?.annotations[0]?.message).toMatch(
      /^This step was killed while it submitted "demo-n-sleep_63" at 20[^,]*\nNo answer told what came of "demo-n-sleep_61" at 20[^,]*\nLook for/,
    );
  });

  test("whose jobs were to be left leaves them", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const result = await runSweepBundle(platform, {
      inputs: { ...six, "on-cancel": "leave" },
      async script(stage) {
        await untilJobs(platform, stage, 2);
        await stage.sigkill();
      },
    });
    expect(countOf(platform, "stop")).toBe(0);
    expect(result.post?.log).toMatch(/\d jobs go on, as the inputs ask/);
  });
});

describe.concurrent("a limit", () => {
  test.for(["stop", "leave"] as const)("timeout with on-timeout: %s", async (fate) => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const result = await runSweepBundle(platform, {
      inputs: { ...six, timeout: "10s", "on-timeout": fate },
    });
    expect(result.problems).toEqual([]);
    expect(result.outputs["outcome"]).toBe("timed-out");
    expect(result.annotations.at(-1)?.title).toBe("Qizhi: Waited for too long");
    expect(platform.jobs().length).toBeGreaterThan(0);
    expect(stopsOf(platform)).toEqual(platform.jobs().map(() => (fate === "stop" ? 1 : 0)));
  });

  test("queue-timeout names the run that was queued for too long", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 8 });
    const result = await runSweepBundle(platform, {
      inputs: {
        "spec-inline": toSweepSpec(["sleep 60", "sleep 61"]),
        "queue-timeout": "1s",
        "on-timeout": "stop",
      },
    });
    expect(result.outputs["outcome"]).toBe("timed-out");
    expect(result.annotations.at(-1)?.message).toMatch(
      /The job of demo-n-sleep_61 was still queued when queue-timeout \(1s\)/,
    );
    expect(stopsOf(platform)).toEqual([1, 1]);
  });

  test("of patience with refused tokens ends the sweep, and says what became of the jobs", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const result = await runSweepBundle(platform, {
      inputs: six,
      async script(stage) {
        await untilJobs(platform, stage, 6);
        platform.setFaults([{ operation: "detail", fault: { kind: "token-refused" } }]);
        await stage.waitUntil(() => !stage.isRunning(), "the end", 20_000);
      },
    });
    expect(result.outputs["outcome"]).toBe("error");
    expect(result.sent.error).toBe(1);
    expect(result.annotations.at(-1)?.message).toMatch(/6 jobs were left and may go on/);
    expect(countOf(platform, "stop")).toBe(0);
  });
});
