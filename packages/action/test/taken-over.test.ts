import { readdirSync, renameSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunnerResult, RunningStage } from "@qizhi/runner-emulator";
import { type BundleOptions, countOf, runBundle, toSpec } from "./bundle.ts";
import { toSweepSpec } from "./sweep/scene.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "action-taken-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const one = { "spec-inline": toSpec({ command: "sleep 60" }) };
const two = {
  "spec-inline": toSweepSpec(["sleep 60", "sleep 61"]),
  "max-requests-per-second": "50",
};

/** The one ledger in a state folder. */
function ledgerIn(state: string): string {
  const folder = join(state, "action");
  const [name = "", ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return join(folder, name);
}

/** What a re-run on another machine does first; on this one it would see that the step runs. */
function takeOver(state: string): void {
  const file = ledgerIn(state);
  renameSync(file, `${file}.taken`);
}

/** Runs a step until the platform runs so many of its jobs, and then does something to it and its ledger. */
function runUntil(
  platform: LocalPlatform,
  {
    jobs = 1,
    inputs,
    act,
  }: {
    jobs?: number;
    inputs: NonNullable<BundleOptions["inputs"]>;
    act: (stage: RunningStage, state: string) => Promise<void> | void;
  },
): Promise<RunnerResult> {
  const state = join(root, crypto.randomUUID());
  return runBundle(platform, {
    inputs,
    env: { QIZHI_STATE_DIR: state },
    async script(stage) {
      const seen = () =>
        platform
          .jobs()
          .filter(({ jobId }) =>
            platform.requests.some(
              (each) => each.operation === "detail" && each.body.includes(jobId),
            ),
          );
      await stage.waitUntil(() => seen().length === jobs, `${jobs} jobs`, 30_000);
      await act(stage, state);
      await stage.waitUntil(() => !stage.isRunning(), "the end", 30_000);
    },
  });
}

describe.concurrent("a step whose job a re-run on another machine follows by now", () => {
  test.for([
    ["a job at a cancel", one, 1, "The job was not stopped: another attempt"],
    ["a sweep at a cancel", two, 2, "2 jobs were not stopped: another attempt"],
    ["a job at a timeout", { ...one, timeout: "12s", "on-timeout": "stop" }, 1, "was not stopped"],
    ["a sweep at a timeout", { ...two, timeout: "12s", "on-timeout": "stop" }, 2, "not stopped"],
  ] as const)("does not stop %s, and says so", async ([name, inputs, jobs, words]) => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const result = await runUntil(platform, {
      jobs,
      inputs,
      act(stage, state) {
        takeOver(state);
        return name.endsWith("cancel") ? stage.cancel() : undefined;
      },
    });
    expect(result.problems).toEqual([]);
    expect(countOf(platform, "stop")).toBe(0);
    expect(result.outputs["outcome"]).toBe(name.endsWith("cancel") ? "cancelled" : "timed-out");
    expect(result.annotations.at(-1)?.message).toContain(words);
    expect(result.log).not.toMatch(/stopping the job|jobs are stopped/);
    expect(result.state["settlement"]).toBe("left");
    expect(result.post?.log).toBe("");
  });

  test("does not stop it in its post step either, where it was killed", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const result = await runUntil(platform, {
      inputs: one,
      act(stage, state) {
        takeOver(state);
        return stage.sigkill();
      },
    });
    expect(countOf(platform, "stop")).toBe(0);
    expect(result.post?.log).toContain(
      "1 job was not stopped: another attempt of the workflow run follows it now.",
    );
    expect(result.post).toMatchObject({ exitCode: 0, sent: { error: 0, warning: 0 } });
  });

  test("stops a job of which the re-run knows nothing, as its create was under way then", async () => {
    const fault = { kind: "latency", ms: 2_000 } as const;
    const faults = [{ operation: "create", calls: [2], fault }] as const;
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const result = await runUntil(platform, {
      inputs: two,
      async act(stage, state) {
        await stage.waitUntil(() => countOf(platform, "create") === 2, "the second create");
        takeOver(state);
        await stage.cancel();
      },
    });
    const stopped = platform.requests.flatMap(({ operation, jobId }) =>
      operation === "stop" ? jobId : [],
    );
    expect(stopped).toEqual([platform.jobs()[1]?.jobId]);
    expect(result.annotations.at(-1)?.message).toContain(
      "1 job was stopped. 1 job was not stopped: another attempt",
    );
    expect(result.post?.log).toBe("");
  });
});

describe.concurrent("a step whose ledger is gone without a trace", () => {
  test.for(["cancel", "sigkill"] as const)("stops its job after a %s all the same", async (end) => {
    await using platform = await startLocalPlatform({ stages: 20 });
    await runUntil(platform, {
      inputs: one,
      act(stage, state) {
        rmSync(ledgerIn(state));
        return stage[end]();
      },
    });
    expect(countOf(platform, "stop")).toBe(1);
  });
});

test("a step that is taken over before it submits says who goes on, in words of its own", async () => {
  await using platform = await startLocalPlatform();
  const slow = { kind: "latency", ms: 1_500 } as const;
  platform.setFaults([{ operation: "token", calls: [1], fault: slow }]);
  const state = join(root, "before");
  const result = await runBundle(platform, {
    inputs: one,
    env: { QIZHI_STATE_DIR: state },
    async script(stage) {
      await stage.waitUntil(() => countOf(platform, "token") === 1, "the login");
      takeOver(state);
      await stage.waitUntil(() => !stage.isRunning(), "the end", 30_000);
    },
  });
  expect(countOf(platform, "create")).toBe(0);
  expect(result.annotations.at(-1)).toMatchObject({
    level: "error",
    title: "Qizhi: A re-run has taken over",
    message: expect.stringMatching(
      /^A re-run of the workflow run goes on[^]*Look at the latest attempt/,
    ),
  });
  expect(`${result.log}${result.summary}`).not.toMatch(/fault of this action|Please report/);
});
