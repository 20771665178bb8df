import { describe, expect, it } from "vitest";
import { createRateLimiter } from "../calls/limiter.ts";
import { createSimulatedClock } from "../async/simulated-clock.fixture.ts";
import { createRandom } from "../text/random.ts";
import { createPlannedFleet, type PlannedJob, roundMs, toPlannedId } from "./fleet.fixture.ts";
import { watchJobs } from "./watch-jobs.ts";

const dayMs = 86_400_000;

/** Jobs that queue, run from 10 s to 2 days (as many short as long ones), and end. */
function planJobs(count: number): PlannedJob[] {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, index) => {
    const queueMs = 3_600_000 * random() ** 3;
    const runMs = 10_000 * (2 * 8_640) ** random();
    const end = random() < 0.9 ? "job_succeeded" : "job_failed";
    return {
      jobId: toPlannedId(index),
      stages: [
        [0, "job_queuing"],
        [queueMs, "job_creating"],
        [queueMs + 30_000, "job_running"],
        [queueMs + 30_000 + runMs, end],
      ],
    };
  });
}

async function watchAll(count: number, perSecond = 3) {
  const clock = createSimulatedClock();
  const limiter = createRateLimiter({ perSecond, clock });
  const fleet = createPlannedFleet(clock, planJobs(count));
  const ended = new Map<string, number>();
  const work = async () => {
    for await (const update of watchJobs({ ...fleet, clock, limiter }, fleet.jobIds)) {
      if (update.type === "job" && update.isTerminal) ended.set(update.jobId, clock.now());
    }
  };
  await clock.runUntil(work());
  return { clock, fleet, ended };
}

function mostInAnySecond(times: readonly number[]): number {
  let [most, first] = [0, 0];
  for (const [index, at] of times.entries()) {
    while (times[first]! <= at - 1_000 + 1e-6) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

describe("watchJobs on a simulated clock", () => {
  it("follows 10,000 jobs over two days at 3 requests a second, and sees each change within a round", async () => {
    const count = 10_000;
    const { clock, fleet, ended } = await watchAll(count);
    expect(ended.size).toBe(count);
    expect(clock.now()).toBeGreaterThan(1.8 * dayMs);
    expect(mostInAnySecond(fleet.askedAt)).toBeLessThanOrEqual(3);
    const latest = Math.max(...fleet.seen.map(({ lateMs }) => lateMs));
    expect(latest).toBeLessThanOrEqual(roundMs(count, 3));
    expect(fleet.longestGapMs()).toBeLessThanOrEqual(roundMs(count, 3));
  }, 120_000);

  it("sees the end of 100 jobs as soon as a wait for each would", async () => {
    const { fleet, ended } = await watchAll(100);
    expect(ended.size).toBe(100);
    const ends = fleet.seen.filter(({ status }) => /succeeded|failed/.test(status));
    // Later than that, the pauses of all together ask for less than the rate.
    const old = ends.filter(({ ageMs }) => ageMs > 2 * 3_600_000);
    expect(old.length).toBeGreaterThan(20);
    expect(Math.max(...old.map(({ lateMs }) => lateMs))).toBeLessThanOrEqual(60_000);
    // And far fewer polls than one each 10 s.
    const naive = ends.reduce((sum, { ageMs }) => sum + ageMs / 10_000, 0);
    expect(fleet.askedAt.length).toBeLessThan(naive * 0.35);
  });
});
