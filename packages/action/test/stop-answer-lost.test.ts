import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { countOf, runBundle } from "./bundle.ts";

test("a stop that worked and was never answered is told as the step's own, not as the job's end", async () => {
  await using platform = await startLocalPlatform({
    jobs: [{ status: "job_running" }],
    stages: { stoppingMs: 0 },
    faults: [{ operation: "stop", calls: [1], fault: { kind: "never-answer", effect: true } }],
  });
  const result = await runBundle(platform, {
    inputs: { "job-id": platform.jobs()[0]?.jobId ?? "", "on-cancel": "stop" },
    async script(stage) {
      await stage.waitForLine(/\(job_running\)/);
      await stage.cancel();
    },
  });
  expect(JSON.parse(result.outputs["report"] ?? "")).toMatchObject({
    outcome: "cancelled",
    status: "job_stopped",
    fate: "The job was stopped.",
  });
  expect(platform.jobs()).toMatchObject([{ status: "job_stopped" }]);
  expect(countOf(platform, "stop")).toBe(1);
});
