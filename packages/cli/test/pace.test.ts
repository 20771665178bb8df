import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { openRateSlots } from "@qizhi/core/internal";
import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { openGateway } from "./gateway.ts";
import { createPlace, type Place } from "./run-cli.ts";

const toId = (index: number) => `job-aaaaaaaa-aaaa-4aaa-8aaa-${String(index).padStart(12, "0")}`;
const toIds = (count: number) => Array.from({ length: count }, (_, index) => toId(index));
// The rate that users have.
const usual = { env: { QIZHI_RATE: undefined } };

/** When each turn of a rate was taken, in order. */
async function turnsOf({ stateDir }: Place, rate: string): Promise<number[]> {
  const rates = join(stateDir, "rate");
  const folder = join(rates, (await readdir(rates)).find((name) => name.endsWith(rate)) ?? "");
  const files = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))));
  return files.map(({ mtimeMs }) => mtimeMs).toSorted((a, b) => a - b);
}

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
  // A login and a poll of each: three turns of a second lie between them, and each comes after its turn.
  const turns = await turnsOf(place, "-1");
  expect(turns).toHaveLength(4);
  expect(turns.at(-1)! - turns[0]!).toBeGreaterThan(2_800);
  const times = platform.requests.map(({ at }) => at).toSorted((a, b) => a - b);
  expect(times.map((at, index) => at >= Math.floor(turns[index]!))).toEqual(Array(4).fill(true));
});

test("a command with a slower rate takes one turn of it a request, also where it waits for one of the usual rate", async () => {
  const [jobId = ""] = toIds(1);
  await using platform = await startLocalPlatform({ jobs: [{ jobId, status: "job_succeeded" }] });
  await using place = await createPlace(platform);
  // As a busy process is, which was told to wait.
  openRateSlots({ dir: place.stateDir, platform: platform.url, perSecond: 3 }).pause(6_000);
  const run = await place.run(["status", jobId], { env: { QIZHI_RATE: "1" } });
  expect(run.code).toBe(0);
  expect(await turnsOf(place, "-1")).toHaveLength(platform.requests.length);
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
