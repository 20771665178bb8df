import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { runBundle, toSpec } from "./bundle.ts";

describe.concurrent("inputs that would do nothing are refused by name", () => {
  const jobId = "job-99999999-9999-4999-8999-999999999999";
  const limits = { "queue-timeout": "1h", "on-timeout": "stop", "fail-on-timeout": "false" };
  test.for([
    ["of a wait, with wait: false", { "spec-inline": toSpec() }, { ...limits, retries: "1" }],
    ["of a wait, with wait: false of a job-id", { "job-id": jobId }, limits],
    [
      "of a limit, where there is none",
      { "spec-inline": toSpec(), wait: "true" },
      { "on-timeout": "stop", "fail-on-timeout": "false" },
    ],
    [
      "of a limit, where a sweep has none",
      { "spec-inline": toSpec({ command: "echo {{ matrix.n }}" }), matrix: "n=1,2" },
      { "on-timeout": "stop", "fail-on-timeout": "false" },
    ],
    [
      "of jobs to submit, with job-id",
      { "job-id": jobId, wait: "true" },
      {
        "max-nodes": "1",
        "max-cost": "5",
        "node-price": "2",
        retries: "1",
        "on-rerun": "submit",
        "allow-unknown": "true",
        provenance: "false",
      },
    ],
  ] as const)("%s", async ([, work, idle]) => {
    await using platform = await startLocalPlatform();
    const inputs = { wait: "false", ...work, ...idle };
    const result = await runBundle(platform, { inputs });
    const [first, ...mistakes] = (result.annotations[0]?.message ?? "").split("\n");
    expect(first).toBe(`${Object.keys(idle).length} mistakes:`);
    for (const name of Object.keys(idle)) {
      expect(mistakes.filter((each) => each.startsWith(`- ${name} is about`))).toHaveLength(1);
    }
    expect(platform.requests).toEqual([]);
  });

  test("but not strict with job-id, which refuses a token that ends before the job", async () => {
    await using platform = await startLocalPlatform();
    const exp = Math.floor(Date.now() / 1_000) + 1_800;
    const token = `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.sig`;
    const login = { username: "", password: "", token };
    const inputs = { "job-id": jobId, strict: "true", ...login };
    const { annotations } = await runBundle(platform, { inputs });
    expect(annotations[0]?.message).toMatch(/^1 mistake:\n- token ends at/);
    expect(platform.requests).toEqual([]);
  });

  test("but not their defaults, nor what a sweep does until all is submitted", async () => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip", gpus: 64 });
    const spec = { "spec-inline": toSpec({ command: "echo {{ matrix.n }}" }), matrix: "n=1,2" };
    const idle = { ...limits, retries: "1", wait: "false" };
    const sweep = await runBundle(platform, { inputs: { ...spec, ...idle } });
    expect(sweep).toMatchObject({ conclusion: "success", outputs: { outcome: "submitted" } });
    const defaults = { retries: "0", "on-timeout": "Leave", "fail-on-timeout": "true" };
    const job = await runBundle(platform, { inputs: { ...defaults, wait: "False" } });
    expect(job).toMatchObject({ conclusion: "success", outputs: { outcome: "submitted" } });
  });
});
