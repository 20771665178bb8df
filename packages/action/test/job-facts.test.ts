import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { runBundle, toSpec } from "./bundle.ts";

const minute = 60_000;
const jobId = "job-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

test("a runner that is ten minutes ahead of the platform shows durations by the platform's clock", async () => {
  const clockAheadMs = -10 * minute;
  const theirs = (ago: number) => String(Date.now() + clockAheadMs - ago);
  const [created, run] = [theirs(5 * minute), theirs(2 * minute + 5_000)];
  const timeline = { created, resource_prepared: run, run };
  const answer = { timeline, running_time_ms: undefined };
  await using platform = await startLocalPlatform({
    wire: { clockAheadMs },
    jobs: [{ jobId, status: "job_running", answer }],
  });
  const result = await runBundle(platform, {
    inputs: { "job-id": jobId, timeout: "2s", "log-interval": "500ms" },
  });
  expect(result.problems).toEqual([]);
  expect(result.outputs).toMatchObject({ outcome: "timed-out", phase: "running" });
  expect(Number(result.outputs["run-time-ms"]) / minute).toBeCloseTo(2.1, 0);
  expect(result.main.log).toMatch(/still running \(job_running\) for 2m [01]\ds/);
  expect(result.main.log).toMatch(/run time: 2m [01]\ds/);
  expect(result.summary).toMatch(/\| Run time +\| 2m [01]\ds/);
  expect(result.summary).toMatch(/^ {2}run 2m [01]\ds :active, run, \d+, \d+$/m);
});

test("a lowered priority is a warning, and a failed job names its nodes as a list to exclude", async () => {
  await using platform = await startLocalPlatform({
    quota: { maxPriority: 4, abovePriority: "lower" },
    stages: 0,
    commands: "skip",
    jobs: [{ jobId, status: "job_running", next: ["job_failed"] }],
  });
  const spec = toSpec({ task_priority: 10 });
  // What the ending of a failed job says to add.
  const set = 'extra.exclude_nodes=["local-node-0"]';
  const lowered = await runBundle(platform, { inputs: { "spec-inline": spec, set } });
  const sent = platform.requests.findLast(({ operation }) => operation === "create");
  expect(JSON.parse(sent?.body ?? "")).toMatchObject({ exclude_nodes: ["local-node-0"] });
  expect(lowered).toMatchObject({ conclusion: "success", problems: [], sent: { warning: 1 } });
  const warning = lowered.annotations.find(({ level }) => level === "warning");
  expect(warning?.title).toBe("Qizhi: the platform lowered the priority");
  expect(warning?.message).toContain("priority 10 was asked for, the platform keeps 4 (NORMAL)");
  for (const text of [lowered.main.log, lowered.summary]) {
    expect(text).toContain("4 (NORMAL), lowered from 10");
  }
  expect(JSON.parse(lowered.outputs["report"] ?? "")).toMatchObject({
    priority: 4,
    priority_level: "NORMAL",
    priority_asked: 10,
  });
  const sweep = { "spec-inline": spec, matrix: "A=1,2", set: "envs.A={{ matrix.A }}" };
  const many = await runBundle(platform, { inputs: sweep });
  expect(many).toMatchObject({ conclusion: "success", problems: [], sent: { warning: 1 } });

  const failed = await runBundle(platform, { inputs: { "job-id": jobId } });
  expect(failed).toMatchObject({ conclusion: "failure", problems: [], sent: { warning: 0 } });
  expect(failed.annotations.at(-1)?.message).toContain(set);
  expect(failed.summary).toContain(set);
  expect(failed.summary).toMatch(/\| Ran on +\| ` local-node-0 `/);
  expect(failed.main.log).toContain("ran on: local-node-0");
  const { node_names, priority_asked } = JSON.parse(failed.outputs["report"] ?? "");
  expect([node_names, priority_asked]).toEqual([["local-node-0"], 4]);
});
