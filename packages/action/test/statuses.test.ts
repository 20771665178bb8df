import { statusClasses } from "@qizhi/core/internal";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { countOf, runBundle } from "./bundle.ts";

const known = Object.entries(statusClasses);
const terminal = known.filter(([, { isTerminal }]) => isTerminal);
const active = known.filter(([, { isTerminal }]) => !isTerminal);

describe.concurrent("a status", () => {
  test("is one of 15 known ones", () => {
    expect([terminal.length, active.length]).toEqual([8, 7]);
  });

  test.for(terminal)(
    "%s ends the wait with its outcome",
    async ([status, { phase, holdsNodes }]) => {
      await using platform = await startLocalPlatform({ jobs: [{ status }] });
      const result = await runBundle(platform, { inputs: toAttach(platform.jobs()) });
      const isGood = phase === "succeeded";
      expect(result.problems).toEqual([]);
      expect(result.main.exitCode).toBe(isGood ? 0 : 1);
      expect(result.outputs).toMatchObject({ outcome: phase, phase, status });
      expect(result.sent).toEqual({
        error: isGood ? 0 : 1,
        warning: isGood && holdsNodes ? 1 : 0,
        notice: 1,
      });
      const told = result.annotations.map(({ message }) => message).join("\n");
      expect(told.includes("still held")).toBe(holdsNodes);
      if (!isGood) expect(told).toContain(status);
    },
  );

  test.for([...active.map(([status]) => status), "job_hibernating"])(
    "%s keeps the wait",
    async (status) => {
      await using platform = await startLocalPlatform({
        jobs: [{ status, next: [status, "job_succeeded"] }],
      });
      const result = await runBundle(platform, { inputs: toAttach(platform.jobs()) });
      expect(result.main.exitCode).toBe(0);
      expect(result.log).toContain(`(${status})`);
    },
  );

  test.for([
    ["the wait", true],
    ["the look of wait: false", false],
  ] as const)(
    "that nobody knows beside an end ends %s with an outcome of its own",
    async ([, wait]) => {
      const finished_at = String(Date.now() - 60_000);
      await using platform = await startLocalPlatform({
        jobs: [{ status: "job_hibernating", answer: { finished_at } }],
      });
      const result = await runBundle(platform, { inputs: { ...toAttach(platform.jobs()), wait } });
      expect(result).toMatchObject({ conclusion: "failure", problems: [] });
      expect(result.outputs).toMatchObject({
        outcome: "ended",
        phase: "ended",
        status: "job_hibernating",
      });
      expect(result.sent).toEqual({ error: 1, warning: 0, notice: 1 });
      const error = result.annotations.at(-1);
      expect(error?.title).toBe("Qizhi: The job ended, nobody knows how");
      expect(error?.message).toContain("job_hibernating");
      // One answer may be wrong; there is nothing to stop, and post has nothing to make up for.
      expect([countOf(platform, "detail"), countOf(platform, "stop")]).toEqual([3, 0]);
      expect(result.post?.log).toBe("");
    },
  );

  test("in capitals and without any other field is understood", async () => {
    const answer = Object.fromEntries(
      ["name", "timeline", "created_at", "running_time_ms", "framework_config", "workspace_id"].map(
        (key) => [key, undefined],
      ),
    );
    await using platform = await startLocalPlatform({
      jobs: [{ status: "JOB_SUCCEEDED", answer }],
    });
    const result = await runBundle(platform, { inputs: toAttach(platform.jobs()) });
    expect(result.outputs["outcome"]).toBe("succeeded");
    expect(result.outputs).not.toHaveProperty("queue-time-ms");
    expect(result.outputs).not.toHaveProperty("gpu-hours");
  });

  test.for([true, false])("is read with the envelope: %s", async (envelope) => {
    await using platform = await startLocalPlatform({
      wire: { envelope, numbers: "string", absentKeys: "null" },
      stages: 20,
    });
    const result = await runBundle(platform);
    expect(result.outputs).toMatchObject({ outcome: "succeeded", restarts: "0" });
  });
});

function toAttach(jobs: readonly { jobId: string }[]): Record<string, string> {
  return { "job-id": jobs[0]?.jobId ?? "" };
}
