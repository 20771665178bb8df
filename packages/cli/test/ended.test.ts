import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";
import { writeSpec } from "./write-spec.ts";

const jobId = "job-11111111-1111-4111-8111-111111111111";

/** The answer about a job that has an end and a status of tomorrow. */
function toEnded(id: string | undefined) {
  const data = { job_id: id, status: "job_evaporated", finished_at: String(Date.now() - 60_000) };
  const body = JSON.stringify({ code: 0, message: "success", data });
  return { kind: "reply", status: 200, body } as const;
}

test("a job with an end and a status that nobody knows has ended, and is not asked about again", async () => {
  const jobs = [{ jobId, status: "job_evaporated" }];
  await using platform = await startLocalPlatform({ jobs });
  await using place = await createPlace(platform);
  await place.run(["track", jobId]);
  const list = async (...args: readonly string[]) =>
    JSON.parse((await place.run(["list", "--json", ...args])).stdout);
  expect(await list()).toMatchObject([{ phase: "unknown", is_current: true }]);
  // The status stays; the end is new.
  platform.setFaults([{ operation: "detail", fault: toEnded(jobId) }]);
  expect(await list()).toMatchObject([{ phase: "ended", is_current: true }]);
  const before = platform.requests.length;
  for (const args of [[], ["--offline"], ["--status", "ended"]]) {
    expect(await list(...args)).toMatchObject([{ phase: "ended", is_current: true }]);
  }
  expect(await list("--status", "active")).toEqual([]);
  const stop = await place.run(["stop", "--all", "--yes"]);
  expect(stop).toMatchObject({ code: 0, stderr: "No job is active.\n" });
  expect(platform.requests).toHaveLength(before);
});

test("a sweep whose job ended with a status that nobody knows is over for an equal one", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  const matrix = { command: "echo {{ matrix.n }}", matrix: { n: [1] } };
  const file = await writeSpec(place, { name: "search", ...matrix });
  expect((await place.run(["submit", file])).code).toBe(0);
  const refused = await place.run(["submit", file]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("1 active") });
  platform.setFaults([{ operation: "detail", fault: toEnded(platform.jobs()[0]?.jobId) }]);
  const list = async () => {
    const { stdout } = await place.run(["list", "--sweeps", "--json"]);
    return JSON.parse(stdout);
  };
  expect(await list()).toMatchObject([{ counts: { ended: 1 } }]);
  const before = platform.requests.length;
  expect(await list()).toMatchObject([{ counts: { ended: 1 } }]);
  expect(platform.requests).toHaveLength(before);
  platform.setFaults([]);
  expect((await place.run(["submit", file])).code).toBe(0);
  expect(platform.jobs()).toHaveLength(2);
});
