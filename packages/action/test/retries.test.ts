import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countOf, runBundle, toSpec } from "./bundle.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "action-retries-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A command that fails so often before it succeeds. */
const failing = (name: string, times: number) => {
  const file = join(folder, name);
  return `echo x >> ${file}; test $(wc -l < ${file}) -gt ${times}`;
};

describe.concurrent("a job that failed by itself is submitted again", () => {
  test("until it succeeds: one link, the last job in the outputs, each try told", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const command = failing("twice", 2);
    const inputs = { "spec-inline": toSpec({ command }), retries: "3" };
    const result = await runBundle(platform, { inputs });
    const jobs = platform.jobs();
    expect(jobs.map(({ status }) => status)).toEqual(["job_failed", "job_failed", "job_succeeded"]);
    expect(result).toMatchObject({
      conclusion: "success",
      problems: [],
      sent: { error: 0, warning: 0, notice: 1 },
      outputs: { outcome: "succeeded", "job-id": jobs.at(-1)?.jobId },
    });
    expect(JSON.parse(result.outputs["report"] ?? "")).toMatchObject({ tries: 3 });
    expect(result.log).toMatch(new RegExp(`${jobs[0]?.jobId} has failed, trying again[^]*try 2`));
    expect(result.post?.log).toBe("");
  });

  test("but no more often than retries says", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const inputs = { "spec-inline": toSpec({ command: "exit 3" }), retries: "1" };
    const result = await runBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "failure", outputs: { outcome: "failed" } });
    expect(countOf(platform, "create")).toBe(2);
  });

  test("and a cancel or a kill in its second try stops that one", async () => {
    for (const end of ["cancel", "sigkill"] as const) {
      await using platform = await startLocalPlatform({ stages: 20 });
      const command = `${failing(end, 1)} && sleep 60`;
      const result = await runBundle(platform, {
        inputs: { "spec-inline": toSpec({ command }), retries: "3" },
        async script(stage) {
          while (platform.jobs().length < 2) await platform.changed();
          await platform.waitForStatus(platform.jobs()[1]!.jobId, "job_running");
          await stage[end]();
        },
      });
      expect(platform.jobs().map(({ status }) => status)).toEqual(["job_failed", "job_stopped"]);
      expect(countOf(platform, "stop")).toBe(1);
      expect(result.problems).toEqual([]);
    }
  });

  test("and a re-run follows the second try", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const inputs = {
      "spec-inline": toSpec({ command: `${failing("rerun", 1)} && sleep 60` }),
      name: "x-1658821493-1",
      retries: "1",
      timeout: "8s",
    };
    const env = { QIZHI_STATE_DIR: join(folder, "state") };
    await runBundle(platform, { inputs, env });
    const second = await runBundle(platform, {
      // The name holds the attempt, which is another one now.
      inputs: { ...inputs, name: "x-1658821493-2", timeout: "1s" },
      env,
      github: { GITHUB_RUN_ATTEMPT: "2" },
    });
    expect(second.outputs["job-id"]).toBe(platform.jobs()[1]?.jobId);
    expect(countOf(platform, "create")).toBe(2);
  });
});
