import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, summarizeJob } from "@qizhi/core";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BundleOptions, countOf, runBundle, toSpec } from "./bundle.ts";

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

/** Kills the runner once a job runs, counted from 0. */
const killOnceRunning =
  (platform: LocalPlatform, index: number): NonNullable<BundleOptions["script"]> =>
  async (stage) => {
    const isRunning = () => platform.jobs()[index]?.status === "job_running";
    await stage.waitUntil(isRunning, `job ${index} runs`);
    await stage.kill();
  };

describe.concurrent("a job that failed by itself is submitted again", () => {
  test("until it succeeds: one link, the last job in the outputs, each try told", async () => {
    await using platform = await startLocalPlatform({
      stages: 20,
      wire: { timelinePrecision: "ms" },
    });
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
    const report = JSON.parse(result.outputs["report"] ?? "");
    expect(report).toMatchObject({ tries: 3 });
    const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
    const seen = await Promise.all(jobs.map(({ jobId }) => client.getJob(jobId)));
    const hours = seen.map((job) => summarizeJob(job, client).gpuHours ?? Number.NaN);
    expect(Math.min(...hours)).toBeGreaterThan(0);
    expect(report.gpu_hours).toBeCloseTo(
      hours.reduce((total, each) => total + each),
      9,
    );
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

  const reply = (body: string) => ({ kind: "reply", status: 200, body }) as const;
  const cancelOnceHeldUp: BundleOptions["script"] = async (stage) => {
    await stage.waitForLine(/asks to wait/, 30_000);
    await stage.cancel();
  };
  test.for([
    [
      "the quota refuses the next",
      reply('{"code":100000,"message":"总项目配额不足","data":null}'),
      undefined,
      { outcome: "failed", told: /could not be submitted again: [^]*quota is used up/ },
    ],
    [
      "a cancel comes before the next",
      { kind: "rate-limit", retryAfterSec: 60 },
      cancelOnceHeldUp,
      { outcome: "failed", told: /could not be submitted again: The workflow was cancelled/ },
    ],
    [
      "the answer about the next is lost",
      { kind: "reset", effect: true },
      undefined,
      { outcome: "unknown", told: /knows whether it was submitted again: [^]*Look for/i },
    ],
  ] as const)("and where %s, the failed job is told all the same", async (given) => {
    const [, fault, script, { outcome, told }] = given;
    const faults = [{ operation: "create", calls: { from: 2 }, fault }] as const;
    await using platform = await startLocalPlatform({ stages: 20, faults });
    const inputs = { "spec-inline": toSpec({ command: "exit 3" }), retries: "1" };
    const result = await runBundle(platform, { inputs, ...(script && { script }) });
    const jobId = platform.jobs()[0]?.jobId;
    expect(result).toMatchObject({ problems: [], sent: { error: 1 } });
    expect(result.outputs).toMatchObject({ outcome, status: "job_failed", "job-id": jobId });
    const report = JSON.parse(result.outputs["report"] ?? "");
    expect(report).toMatchObject({ job_id: jobId, phase: "failed", tries: 1 });
    const message = result.annotations.at(-1)?.message ?? "";
    expect(message).toMatch(/ended with the status job_failed/);
    for (const text of [message, result.summary]) expect(text).toMatch(told);
    expect(message).toContain(result.outputs["url"]);
    expect(result.summary).not.toContain("There is no job");
    expect(countOf(platform, "stop")).toBe(0);
    expect(result.post?.log).toBe("");
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
      "on-cancel": "leave",
    };
    const env = { QIZHI_STATE_DIR: join(folder, "state") };
    await runBundle(platform, { inputs, env, script: killOnceRunning(platform, 1) });
    const second = await runBundle(platform, {
      // The name holds the attempt, which is another one now.
      inputs: { ...inputs, name: "x-1658821493-2" },
      env,
      github: { GITHUB_RUN_ATTEMPT: "2" },
      async script(stage) {
        await stage.waitForLine(/following it/);
        await stage.cancel();
      },
    });
    expect(second.outputs["job-id"]).toBe(platform.jobs()[1]?.jobId);
    expect(countOf(platform, "create")).toBe(2);
  });

  test("and a re-run has tries of its own, with which a later one goes on", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const go = join(folder, "go");
    const command = `until test -e ${go}; do sleep 0.1; done; exit 3`;
    const attempt = (number: number, options: BundleOptions = {}) =>
      runBundle(platform, {
        ...options,
        inputs: { "spec-inline": toSpec({ command }), retries: "1", ...options.inputs },
        env: { QIZHI_STATE_DIR: join(folder, "attempts") },
        github: { GITHUB_RUN_ATTEMPT: String(number) },
      });
    await writeFile(go, "");
    await attempt(1);
    expect(countOf(platform, "create")).toBe(2);
    await rm(go);
    await attempt(2, { script: killOnceRunning(platform, 2) });
    expect(countOf(platform, "create")).toBe(3);
    const third = await attempt(3, {
      async script(stage) {
        await stage.waitForLine(/following it/, 30_000);
        await writeFile(go, "");
      },
    });
    expect(countOf(platform, "create")).toBe(4);
    expect(JSON.parse(third.outputs["report"] ?? "")).toMatchObject({ tries: 2 });
  });
});
