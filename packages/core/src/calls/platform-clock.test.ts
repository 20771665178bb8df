import { expect, test } from "vitest";
import { openClient, openPlatform, seedId } from "../client/client.fixture.ts";
import { summarizeJob } from "../jobs/report.ts";
import { PlatformClock } from "../async/clock.ts";

const minute = 60_000;

test.each([10 * minute, -10 * minute])(
  "a platform %i ms ahead of this machine has jobs that last as long as by its own clock",
  async (clockAheadMs) => {
    const theirs = (ago: number) => String(Date.now() + clockAheadMs - ago);
    const [created, run] = [theirs(3 * minute), theirs(2 * minute)];
    const timeline = { created, resource_prepared: run, run };
    const answer = { timeline, running_time_ms: undefined };
    await using platform = await openPlatform({
      wire: { clockAheadMs },
      jobs: [{ jobId: seedId, status: "job_running", answer }],
    });
    const client = openClient(platform);
    expect(Math.abs(client.platformNow() - Date.now())).toBeLessThan(minute);
    const { value: update } = await client.watchJob(seedId).next();
    if (!("report" in update)) throw new Error("no job");
    const polled = summarizeJob(await client.getJob(seedId), client);
    for (const { queueTimeMs = 0, runTimeMs = 0, seenMs } of [update.report, polled]) {
      expect([queueTimeMs, runTimeMs].map((ms) => Math.round(ms / 10_000))).toEqual([6, 12]);
      expect(Math.abs(seenMs - Date.now() - clockAheadMs)).toBeLessThan(5_000);
    }
  },
);

test("a header is believed that is whole seconds off, and none that is a day off or no date", () => {
  const clock = new PlatformClock();
  const aheadMs = () => Math.round((clock.now() - Date.now()) / 1_000) * 1_000;
  const at = Date.UTC(2026, 0, 5, 9, 0, 0);
  const note = (offMs: number, tookMs = 0) =>
    clock.note(new Date(at + offMs).toUTCString(), new Date(at - tookMs), new Date(at));
  for (const [offMs, tookMs, expected] of [
    [0, 0, 0],
    [1_000, 0, 0],
    // An answer that took a minute tells no more than that.
    [-30_000, minute, 0],
    [30_000, 0, 30_000],
    [31_000, 0, 30_000],
    [-31_536_000_000, 0, 30_000],
    [0, 0, 0],
  ] as const) {
    note(offMs, tookMs);
    expect(Math.abs(aheadMs() - expected), `${offMs}`).toBeLessThanOrEqual(1_000);
  }
  clock.note(undefined);
  clock.note("soon");
  expect(Math.abs(aheadMs())).toBeLessThanOrEqual(1_000);
});
