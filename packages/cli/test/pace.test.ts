import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";

const toId = (index: number) => `job-aaaaaaaa-aaaa-4aaa-8aaa-${String(index).padStart(12, "0")}`;

test("two waits for many jobs at once ask three times a second together", async () => {
  const ids = Array.from({ length: 10 }, (_, index) => toId(index));
  await using platform = await startLocalPlatform({
    jobs: ids.map((jobId) => ({ jobId, status: "job_succeeded" })),
  });
  await using place = await createPlace(platform);
  const halves = [ids.slice(0, 5), ids.slice(5)];
  const waits = await Promise.all(halves.map((half) => place.run(["wait", ...half])));
  expect(waits.map(({ code }) => code)).toEqual([0, 0]);
  const looks = platform.requests.filter(({ operation }) => operation === "detail");
  expect(looks).toHaveLength(10);
  const times = looks.map(({ at }) => at).toSorted((a, b) => a - b);
  // Nine turns of a third of a second lie between them; without a common rate there is nothing.
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(2_000);
});
