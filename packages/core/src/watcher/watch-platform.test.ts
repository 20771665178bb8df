import { expect, it } from "vitest";
import { count, openClient, openPlatform } from "../client/client.fixture.ts";
import { systemClock } from "../async/clock.ts";
import { createRateLimiter } from "../calls/limiter.ts";
import { toPlannedId } from "./fleet.fixture.ts";
import type { JobsUpdate } from "./updates.ts";

const fast = () => createRateLimiter({ perSecond: 2_000, burst: 50 });
const toSeed = (index: number, ...statuses: [string, ...string[]]) => {
  const [status, ...next] = statuses;
  return { jobId: toPlannedId(index), status, next };
};

it("watches 1,000 jobs over the wire with one timer and little memory", async () => {
  const jobs = Array.from({ length: 1_000 }, (_, index) =>
    toSeed(index, "job_queuing", "job_running", "job_running", "job_succeeded"),
  );
  await using platform = await openPlatform({ jobs });
  const limiter = fast();
  const client = openClient(platform, { limiter, clock: systemClock });
  const ended = new Set<string>();
  let timers = 0;
  for await (const update of client.watchJobs(
    jobs.map(({ jobId }) => jobId),
    { minIntervalMs: 10 },
  )) {
    if (update.type === "job" && update.isLast) ended.add(update.jobId);
    const all = process.getActiveResourcesInfo().filter((name) => name === "Timeout");
    timers = Math.max(timers, all.length);
  }
  expect(ended.size).toBe(1_000);
  expect(count(platform, "detail")).toBe(4_000);
  // Those of the requests under way (16 at most, on both sides) and of vitest; not one for each job.
  expect(timers).toBeLessThan(100);
}, 120_000);

it("reports trouble once, holds all polls back after a 429, and goes on", async () => {
  const jobs = [0, 1, 2, 3].map((index) => toSeed(index, "job_running", "job_succeeded"));
  await using platform = await openPlatform({
    jobs,
    faults: [
      {
        operation: "detail",
        calls: { from: 3, to: 14 },
        fault: { kind: "rate-limit", retryAfterSec: 0.2 },
      },
    ],
  });
  const client = openClient(platform, { limiter: fast(), clock: systemClock, maxAttempts: 1 });
  const updates: JobsUpdate[] = [];
  const ids = jobs.map(({ jobId }) => jobId);
  for await (const update of client.watchJobs(ids, { minIntervalMs: 10 })) updates.push(update);
  expect(updates.filter(({ type }) => type === "trouble")).toHaveLength(1);
  expect(updates.filter(({ type }) => type === "recovered")).toHaveLength(1);
  expect(updates.filter((update) => update.type === "job" && update.isLast)).toHaveLength(4);
  const refused = platform.requests.filter(({ status }) => status === 429).map(({ at }) => at);
  // 12 refusals, of which those that were under way together count as one: each costs 200 ms.
  expect(refused.at(-1)! - refused[0]!).toBeGreaterThanOrEqual(400);
});

it("lets go of an unknown job and follows the others", async () => {
  await using platform = await openPlatform({ jobs: [toSeed(1, "job_running", "job_failed")] });
  const client = openClient(platform, { limiter: fast(), clock: systemClock });
  const reported: string[] = [];
  for await (const update of client.watchJobs([toPlannedId(0), toPlannedId(1)])) {
    reported.push(update.type === "job" ? `${update.jobId} ${update.phase}` : update.type);
  }
  const id = toPlannedId(1);
  expect(reported.toSorted()).toEqual([`${id} failed`, `${id} running`, "lost"].toSorted());
});

it("ends within 100 ms when it is aborted, with the signal's own reason", async () => {
  await using platform = await openPlatform({ jobs: [toSeed(0, "job_running")] });
  const client = openClient(platform, { clock: systemClock });
  const controller = new AbortController();
  const reason = new Error("enough");
  const watch = async () => {
    for await (const update of client.watchJobs([toPlannedId(0)], { signal: controller.signal })) {
      expect(update.type).toBe("job");
      controller.abort(reason);
    }
  };
  await expect(watch()).rejects.toBe(reason);
});

it("gives up when nothing is answered for the error budget", async () => {
  const jobs = [0, 1, 2].map((index) => toSeed(index, "job_running"));
  await using platform = await openPlatform({ jobs });
  const client = openClient(platform, { limiter: fast(), clock: systemClock, maxAttempts: 1 });
  const watch = async () => {
    const ids = jobs.map(({ jobId }) => jobId);
    for await (const update of client.watchJobs(ids, { minIntervalMs: 10, errorBudgetMs: 300 })) {
      if (update.type === "job") await platform.outage();
    }
  };
  await expect(watch()).rejects.toMatchObject({ code: "wait_lost" });
});

it("takes jobs that come later, leaves those that are removed, and ends when it is closed", async () => {
  const jobs = [
    toSeed(0, "job_running", "job_succeeded"),
    toSeed(1, "job_running"),
    toSeed(2, "job_running", "job_failed"),
  ];
  const [first = "", second = "", third = ""] = jobs.map(({ jobId }) => jobId);
  await using platform = await openPlatform({ jobs });
  const client = openClient(platform, { limiter: fast(), clock: systemClock });
  const watcher = client.openWatcher({ minIntervalMs: 10 });
  const seen: string[] = [];
  watcher.add(first);
  for await (const update of watcher) {
    if (update.type !== "job") continue;
    seen.push(`${jobs.findIndex(({ jobId }) => jobId === update.jobId)} ${update.phase}`);
    if (update.jobId === first && update.isLast) watcher.add(second);
    if (update.jobId === second) {
      watcher.remove(second);
      watcher.add(third);
    }
    if (update.jobId === third && update.isLast) watcher.close();
  }
  expect(seen).toEqual(["0 running", "0 succeeded", "1 running", "2 running", "2 failed"]);
  expect(watcher.size).toBe(0);
  expect(() => watcher.add("job-1")).toThrow("cut off");
  const signal = AbortSignal.timeout(100);
  const next = client.openWatcher({ signal })[Symbol.asyncIterator]().next();
  await expect(next).rejects.toBe(await next.catch(() => signal.reason));
});

it("gives each change to one of several loops over one watcher, and ends all when it is closed", async () => {
  const jobs = [0, 1].map((index) => toSeed(index, "job_running", "job_succeeded"));
  await using platform = await openPlatform({ jobs });
  const client = openClient(platform, { limiter: fast(), clock: systemClock });
  const watcher = client.openWatcher({ minIntervalMs: 10 });
  const seen: string[] = [];
  const read = async () => {
    for await (const update of watcher) {
      if (update.type === "job") seen.push(`${update.jobId} ${update.phase}`);
      if (seen.length === 4) watcher.close();
    }
  };
  const loops = [read(), read(), read()];
  for (const { jobId } of jobs) watcher.add(jobId);
  await Promise.all(loops);
  const ids = jobs.map(({ jobId }) => jobId);
  const each = ids.flatMap((id) => [`${id} running`, `${id} succeeded`]);
  expect(seen.toSorted()).toEqual(each.toSorted());
});
