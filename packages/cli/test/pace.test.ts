import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openRateSlots } from "@qizhi/core/internal";
import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { openGateway } from "./gateway.ts";
import { createPlace } from "./run-cli.ts";

const toId = (index: number) => `job-aaaaaaaa-aaaa-4aaa-8aaa-${String(index).padStart(12, "0")}`;
const toIds = (count: number) => Array.from({ length: count }, (_, index) => toId(index));
// The rate that users have.
const usual = { env: { QIZHI_RATE: undefined } };

test("two waits for many jobs at once ask three times a second together", async () => {
  const ids = toIds(10);
  await using platform = await startLocalPlatform({
    jobs: ids.map((jobId) => ({ jobId, status: "job_succeeded" })),
  });
  await using place = await createPlace(platform);
  const halves = [ids.slice(0, 5), ids.slice(5)];
  const waits = await Promise.all(halves.map((half) => place.run(["wait", ...half], usual)));
  expect(waits.map(({ code }) => code)).toEqual([0, 0]);
  const looks = platform.requests.filter(({ operation }) => operation === "detail");
  expect(looks).toHaveLength(10);
  const times = looks.map(({ at }) => at).toSorted((a, b) => a - b);
  // Nine turns of a third of a second lie between them; without a common rate there is nothing.
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(2_000);
});

test("commands with a slower rate share it, and take turns of the usual one", async () => {
  const ids = toIds(2);
  await using platform = await startLocalPlatform({
    jobs: ids.map((jobId) => ({ jobId, status: "job_succeeded" })),
  });
  await using place = await createPlace(platform);
  const slow = { env: { QIZHI_RATE: "1" } };
  await Promise.all(ids.map((jobId) => place.run(["status", jobId], slow)));
  const times = platform.requests.map(({ at }) => at);
  // A login and a poll of each: three turns of a second lie between them.
  expect(times).toHaveLength(4);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(2_800);
});

test("a command with a slower rate takes one turn of it a request, also where it waits for one of the usual rate", async () => {
  const [jobId = ""] = toIds(1);
  await using platform = await startLocalPlatform({ jobs: [{ jobId, status: "job_succeeded" }] });
  await using place = await createPlace(platform);
  // As a busy process is, which was told to wait.
  openRateSlots({ dir: place.stateDir, platform: platform.url, perSecond: 3 }).pause(6_000);
  const run = await place.run(["status", jobId], { env: { QIZHI_RATE: "1" } });
  expect(run.code).toBe(0);
  const rates = join(place.stateDir, "rate");
  const slower = (await readdir(rates)).find((name) => name.endsWith("-1")) ?? "";
  expect(await readdir(join(rates, slower))).toHaveLength(platform.requests.length);
});

test("40 jobs are stopped at a gateway that refuses more than three requests in a second", async () => {
  const ids = toIds(40);
  await using platform = await startLocalPlatform({
    jobs: ids.map((jobId) => ({ jobId, status: "job_running" })),
    stages: { stoppingMs: 0 },
  });
  await using gateway = await openGateway(platform.url, 3);
  await using place = await createPlace({ ...platform, url: gateway.url });
  const run = await place.run(["stop", ...ids, "--yes"], usual);
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(/^Still stopping; .*\n$/);
  expect(run.stdout.trim().split("\n")).toHaveLength(40);
  expect(platform.jobs().map(({ status }) => status)).toEqual(ids.map(() => "job_stopped"));
  // Without a pace more than half of the stops and polls are refused; a busy machine lets some arrive together.
  expect(gateway.refused).toBeLessThan(20);
}, 120_000);
