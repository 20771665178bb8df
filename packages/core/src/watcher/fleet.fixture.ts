import type { IdentifiedJob } from "../jobs/job-id.ts";
import type { SimulatedClock } from "../async/simulated-clock.fixture.ts";
import { turnMs } from "./schedule.ts";
import type { WatcherContext } from "./updates.ts";

/** A job whose life is known beforehand: from which time on it has which status, ms on the clock. */
export interface PlannedJob {
  readonly jobId: string;
  readonly stages: readonly (readonly [atMs: number, status: string])[];
}

/** A platform that answers from a plan, and counts. */
export interface PlannedFleet extends Omit<WatcherContext, "getJob" | "clock" | "limiter"> {
  readonly jobIds: string[];
  readonly getJob: (jobId: string) => Promise<IdentifiedJob>;
  /** When it was asked, in order. */
  readonly askedAt: number[];
  /** For each change that was seen: how late, in ms, and how old the job was. */
  readonly seen: { jobId: string; status: string; lateMs: number; ageMs: number }[];
  /** The longest time between two polls at one job. */
  readonly longestGapMs: () => number;
}

/** Id of a planned job. */
export function toPlannedId(index: number): string {
  return `job-${String(index).padStart(8, "0")}-0000-4000-8000-000000000000`;
}

/** The longest time between two polls of one of `count` jobs, in ms: one round of the schedule. */
export function roundMs(count: number, perSecond: number): number {
  // A pause lasts a minute at most.
  return 120_000 + turnMs(count, perSecond);
}

/** Makes a fleet of planned jobs. */
export function createPlannedFleet(
  clock: SimulatedClock,
  jobs: readonly PlannedJob[],
): PlannedFleet {
  const byId = new Map(jobs.map((job) => [job.jobId, { job, at: 0, lookedAt: 0 }]));
  let longestGapMs = 0;
  const fleet: PlannedFleet = {
    jobIds: jobs.map(({ jobId }) => jobId),
    baseUrl: "https://platform",
    platformName: "platform",
    callTimeoutMs: 120_000,
    isNew: () => false,
    lastSeen: () => undefined,
    askedAt: [],
    seen: [],
    longestGapMs: () => longestGapMs,
    async getJob(jobId) {
      const now = clock.now();
      fleet.askedAt.push(now);
      const entry = byId.get(jobId)!;
      longestGapMs = Math.max(longestGapMs, now - entry.lookedAt);
      entry.lookedAt = now;
      const { stages } = entry.job;
      const before = entry.at;
      while (stages[entry.at + 1] !== undefined && stages[entry.at + 1]![0] <= now) entry.at += 1;
      const [changedAt, status] = stages[entry.at]!;
      if (entry.at !== before) {
        fleet.seen.push({
          jobId,
          status,
          lateMs: now - changedAt,
          ageMs: changedAt - stages[0]![0],
        });
      }
      return { job_id: jobId, status };
    },
  };
  return fleet;
}
