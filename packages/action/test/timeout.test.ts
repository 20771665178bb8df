import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { countOf, runBundle, toSpec } from "./bundle.ts";
import { runSweepBundle, toSweepSpec } from "./sweep/scene.ts";

const hour = "max-running-time";

describe.concurrent("a timeout with fail-on-timeout: false", () => {
  const soon = { "fail-on-timeout": "false", timeout: "1s" };

  test.for(["leave", "stop"] as const)("passes without a mark, and says so: %s", async (fate) => {
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const inputs = { "job-id": jobId, "on-timeout": fate, ...soon };
    const result = await runBundle(platform, { inputs });
    expect(result).toMatchObject({
      conclusion: "success",
      problems: [],
      outputs: { outcome: "timed-out", "job-id": jobId },
      sent: { error: 0, warning: 0, notice: 1 },
    });
    expect(result.log).toMatch(
      fate === "stop" ? /The job was stopped/ : /left as it is and goes on/,
    );
    expect(result.summary).toContain("The wait is over");
    expect(countOf(platform, "stop")).toBe(fate === "stop" ? 1 : 0);
  });

  test("fails all the same where the job could not be stopped", async () => {
    const body = '{"code":100003,"message":"permission denied","data":null}';
    const fault = { kind: "reply", status: 200, body } as const;
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_running" }],
      faults: [{ operation: "stop", fault }],
    });
    const inputs = {
      "job-id": platform.jobs()[0]?.jobId ?? "",
      "on-timeout": "stop",
      "outage-timeout": "10s",
      ...soon,
    };
    const result = await runBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "failure", outputs: { outcome: "timed-out" } });
  });

  test("of a sweep passes, unless a run has failed", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const inputs = { ...soon, timeout: "10s", "on-timeout": "stop" };
    for (const [values, conclusion] of [
      [["sleep 60", "true"], "success"],
      [["sleep 60", "exit 3"], "failure"],
    ] as const) {
      const spec = { "spec-inline": toSweepSpec(values) };
      const result = await runSweepBundle(platform, { inputs: { ...spec, ...inputs } });
      expect(result).toMatchObject({ conclusion, outputs: { outcome: "timed-out" } });
    }
  });
});

test("a timeout that is shorter than the job may run is warned of, unless that is wanted", async () => {
  await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
  const warn = async (inputs: Record<string, string>) => {
    const spec = { "spec-inline": toSpec(), wait: "true", ...inputs };
    const { annotations } = await runBundle(platform, { inputs: spec });
    return annotations.flatMap(({ level, message }) => (level === "warning" ? [message] : []));
  };
  expect(await warn({ timeout: "2h", [hour]: "12h" })).toEqual([
    expect.stringMatching(/^timeout \(2h 00m\) is shorter than the job may run \(12h 00m\)/),
  ]);
  expect(await warn({ [hour]: "12h" })).toEqual([]);
  expect(await warn({ timeout: "2h", [hour]: "12h", "on-timeout": "stop" })).toEqual([]);
  expect(await warn({ timeout: "2h", [hour]: "12h", "fail-on-timeout": "false" })).toEqual([]);
});
