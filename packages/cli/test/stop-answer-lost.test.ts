import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";

test("a stop that worked, but whose every answer was lost, is reported as sent, with the status of now", async () => {
  await using platform = await startLocalPlatform({
    jobs: [{ status: "job_running" }],
    stages: { stoppingMs: 0 },
    faults: [{ operation: "stop", fault: { kind: "reset", effect: true } }],
  });
  await using place = await createPlace(platform);
  const jobId = platform.jobs()[0]?.jobId ?? "";
  const run = await place.run(["stop", jobId, "--yes", "--json"]);
  expect(JSON.parse(run.stdout)).toEqual({
    job_id: jobId,
    stop_sent: true,
    status: "job_running",
    status_after: "job_stopped",
  });
  expect(run).toMatchObject({ code: 0, stderr: "" });
});
