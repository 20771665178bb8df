import { startLocalPlatform } from "@qizhi/core/local";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";

const spec = fileURLToPath(new URL("../examples/two-nodes.yaml", import.meta.url));
const silent = { operation: "create", fault: { kind: "never-answer", effect: true } } as const;

test.each([
  { given: "the flag", args: ["--request-timeout", "300ms"], env: {} },
  { given: "the environment", args: [], env: { QIZHI_REQUEST_TIMEOUT: "300ms" } },
])("$given bounds a request that is never answered", async ({ args, env }) => {
  await using platform = await startLocalPlatform({ faults: [silent] });
  await using place = await createPlace(platform);
  const run = await place.run(["submit", spec, ...args], { env });
  expect(run.stderr).toContain("nothing complete within 300 ms");
  expect(run.code).toBe(5);
});

test.each([
  { given: "a flag", args: ["--request-timeout", "0s"], env: {}, named: "--request-timeout" },
  {
    given: "a variable",
    args: [],
    env: { QIZHI_REQUEST_TIMEOUT: "30" },
    named: "QIZHI_REQUEST_TIMEOUT",
  },
])("$given that is no duration is refused and named", async ({ args, env, named }) => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace(platform);
  const run = await place.run(["submit", spec, ...args], { env });
  expect(run.stderr).toContain(named);
  expect(run.code).toBe(2);
  expect(platform.requests).toHaveLength(0);
});

test("--error-budget ends a wait that hears nothing, and says that the job goes on", async () => {
  await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
  await using place = await createPlace(platform);
  platform.setFaults([{ operation: "detail", fault: { kind: "gateway-error" } }]);
  const jobId = platform.jobs()[0]?.jobId ?? "";
  const run = await place.run(["wait", jobId, "--error-budget", "1ms", "--poll-interval", "20ms"]);
  expect(run.stderr).toContain("The job itself goes on.");
  expect(run.code).toBe(3);
});
