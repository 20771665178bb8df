import { execFileSync } from "node:child_process";
import { createRateLimiter } from "@qizhi/core";
import { createSimulatedClock } from "../../core/src/async/simulated-clock.fixture.ts";
import {
  createPlannedFleet,
  type PlannedJob,
  roundMs,
  toPlannedId,
} from "../../core/src/watcher/fleet.fixture.ts";
import { createRandom } from "../../core/src/text/random.ts";
import { watchJobs } from "../../core/src/watcher/watch-jobs.ts";
import { bundleScript } from "./bundle.ts";
import { cleanEnv } from "./interleave.ts";
import { startLoopback } from "./loopback.ts";
import { measureResident } from "./resident.ts";
import { atLeast, atMost, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

/** Measures one process that watches 1,000 jobs over the wire, and 10,000 on a simulated clock. */
export async function measureManyJobs(runtimes: readonly Runtime[]): Promise<Section> {
  using worker = await bundleScript("many-jobs.worker");
  const rows: Row[] = [];
  for (const { major, path } of runtimes) {
    await using loopback = await startLoopback(1_000);
    const args = [worker.file, loopback.url, loopback.accessToken, "1000", "400"];
    const told = JSON.parse(execFileSync(path, args, { encoding: "utf8", env: cleanEnv() }));
    rows.push(
      atLeast(`1,000 jobs over the wire, seen to their end, Node ${major}`, told.ended, 1_000, ""),
      atMost(
        `Densest requests in the limiter's window, Node ${major}`,
        told.densest,
        told.burst,
        "",
      ),
    );
  }
  rows.push(...(await measureResident(runtimes)));
  return {
    title: "Many jobs",
    how:
      "1,000 jobs of a local platform in another process, watched to their end at 400 requests a second " +
      "(so that it takes seconds); the most resident memory at the usual 3 a second, until each was looked at; " +
      "10,000 jobs of 10 s to 7 days on a simulated clock at the usual 3.",
    rows: [...rows, ...(await watchFleet(10_000))],
  };
}

async function watchFleet(count: number): Promise<Row[]> {
  const clock = createSimulatedClock();
  const limiter = createRateLimiter({ clock });
  const fleet = createPlannedFleet(clock, planJobs(count));
  let ended = 0;
  const work = async () => {
    for await (const update of watchJobs({ ...fleet, clock, limiter }, fleet.jobIds)) {
      if (update.type === "job" && update.isTerminal) ended += 1;
    }
  };
  await clock.runUntil(work());
  const late = Math.max(...fleet.seen.map(({ lateMs }) => lateMs));
  let [densest, first] = [0, 0];
  for (const [index, at] of fleet.askedAt.entries()) {
    while (fleet.askedAt[first]! <= at - 1_000 + 1e-6) first++;
    densest = Math.max(densest, index - first + 1);
  }
  return [
    atLeast("10,000 jobs on a simulated clock, seen to their end", ended, count, ""),
    atMost("Most requests in any second of that", densest, 3, ""),
    atMost("Latest sight of a change, to one round", late / roundMs(count, 3), 1, " ×"),
  ];
}

function planJobs(count: number): PlannedJob[] {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, index) => {
    const queueMs = 3_600_000 * random() ** 3;
    const runMs = 10_000 * (7 * 8_640) ** random();
    return {
      jobId: toPlannedId(index),
      stages: [
        [0, "job_queuing"],
        [queueMs, "job_running"],
        [queueMs + runMs, "job_succeeded"],
      ],
    };
  });
}
