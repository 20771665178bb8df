import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../async/clock.ts";
import { createRateLimiter } from "../calls/limiter.ts";
import { count, openClient, openPlatform } from "../client/client.fixture.ts";
import { openJournal } from "../journal/journal.ts";
import type { LocalPlatform } from "../local/index.ts";
import { followSweep } from "./follow-sweep.ts";
import { planRuns } from "./sweep.fixture.ts";
import { startSweep } from "./sweep.ts";

let dir = "";
beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), "qizhi-follow-"))));
afterEach(() => rm(dir, { recursive: true, force: true }));

const start = async (platform: LocalPlatform) => {
  const limiter = createRateLimiter({ perSecond: 1_000, burst: 20 });
  const client = openClient(platform, { clock: systemClock, limiter });
  const context = { client, journal: openJournal({ dir }) };
  return startSweep(context, await planRuns(3), {}, { minIntervalMs: 10 });
};

test("a sweep that is waited for is followed to its result", async () => {
  await using platform = await openPlatform({ stages: 20 });
  const types = new Set<string>();
  const result = await followSweep(await start(platform), true, ({ type }) => types.add(type));
  expect(result?.runs.map(({ outcome }) => outcome)).toEqual(Array(3).fill("succeeded"));
  expect(types).toContain("ended");
});

test("one that is not waited for is left once every run is submitted", async () => {
  await using platform = await openPlatform({ stages: 60_000 });
  const sweep = await start(platform);
  expect(await followSweep(sweep, false, () => {})).toBeUndefined();
  expect(count(platform, "create")).toBe(3);
  expect(sweep.runs.map(({ state }) => state)).toEqual(Array(3).fill("active"));
});

test("a halted one is followed until its jobs have stopped, also without a wait", async () => {
  await using platform = await openPlatform({ stages: { queuingMs: 60_000, stoppingMs: 20 } });
  const sweep = await start(platform);
  const result = await followSweep(sweep, false, ({ type }) => {
    if (type === "submitted" && count(platform, "create") === 3) sweep.halt();
  });
  expect(result?.halted).toBe("stopped");
  expect(result?.runs.map(({ outcome }) => outcome)).toEqual(Array(3).fill("stopped"));
});
