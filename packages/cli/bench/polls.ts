import { createClient } from "@qizhi/core";
import { createSimulatedClock } from "../../core/src/async/simulated-clock.fixture.ts";
import { runningJob } from "./specs.ts";
import { atMost, type Section } from "./result.ts";
import { createStubTransport } from "./stub-transport.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const durations: readonly (readonly [label: string, ms: number, runs: number])[] = [
  ["10 s", 10_000, 20],
  ["30 s", 30_000, 20],
  ["1 min", minuteMs, 20],
  ["5 min", 5 * minuteMs, 20],
  ["15 min", 15 * minuteMs, 20],
  ["1 h", hourMs, 20],
  ["4 h", 4 * hourMs, 10],
  ["12 h", 12 * hourMs, 5],
  ["1 d", 24 * hourMs, 3],
  ["3 d", 72 * hourMs, 3],
  ["7 d", 168 * hourMs, 3],
];

interface Watched {
  readonly polls: number;
  /** How many that is, as a share of those of a fixed interval of 10 s. */
  readonly share: number;
  readonly lateMs: number;
  /** How late that is, as a share of what is allowed for a job of this length. */
  readonly lateShare: number;
}

/** Watches one job over its whole life on a simulated clock: queued for a tenth of it, then running. */
async function watchOnce(durationMs: number): Promise<Watched> {
  const clock = createSimulatedClock();
  let polls = 0;
  const transport = createStubTransport(() => {
    polls += 1;
    const now = clock.now();
    const isQueued = now < durationMs / 10;
    const status = isQueued ? "job_queuing" : now < durationMs ? "job_running" : "job_succeeded";
    return { job_id: runningJob, status };
  });
  const client = createClient({ accessToken: "bench", transport, clock });
  await clock.runUntil(client.waitForJob(runningJob));
  const lateMs = clock.now() - durationMs;
  const allowedMs = Math.min(minuteMs, Math.max(5_000, durationMs * 0.05));
  const share = polls / (1 + Math.ceil(durationMs / 10_000));
  return { polls, share, lateMs, lateShare: lateMs / allowedMs };
}

/** Counts the polls of jobs of 10 s to 7 days, and how late their end is seen. */
export async function measurePolls(): Promise<Section> {
  const rows: {
    label: string;
    ms: number;
    polls: number;
    share: number;
    lateMs: number;
    lateShare: number;
  }[] = [];
  for (const [label, ms, runs] of durations) {
    const seen: Watched[] = [];
    // Ends at many places between two polls; the worst of them counts.
    for (let run = 0; run < runs; run++) seen.push(await watchOnce(ms * (1 + run / runs / 10)));
    const polls = Math.max(...seen.map((each) => each.polls));
    const lateMs = Math.max(...seen.map((each) => each.lateMs));
    const share = Math.max(...seen.map((each) => each.share));
    const lateShare = Math.max(...seen.map((each) => each.lateShare));
    rows.push({ label, ms, polls, share, lateMs, lateShare });
  }
  const long = rows.filter(({ ms }) => ms >= hourMs);
  const worstShare = Math.max(...long.map(({ share }) => share));
  const worstLate = Math.max(...rows.map(({ lateShare }) => lateShare));
  return {
    title: "Polls of one job",
    how:
      "On a simulated clock: a job that queues for a tenth of its life and then runs, by its length. Late " +
      "is the time from the end to the look that sees it. Worst of several runs each.",
    rows: [
      ...rows.map(({ label, polls, share, lateMs }) => ({
        what: label,
        reached: `${polls} polls, ${share.toFixed(2)} × those of a fixed 10 s; ${(lateMs / 1_000).toFixed(1)} s late`,
      })),
      atMost("Polls of jobs of an hour or more, to a fixed 10 s", worstShare, 0.35, " ×"),
      atMost("Late, to max(5 s, 5 % of the age) and a minute", worstLate, 1, " ×"),
    ],
    chart: {
      kind: "curves",
      file: "polls.svg",
      title: "Polls of one job as a share of a fixed 10 s interval, and how late its end is seen",
      xLabels: rows.map(({ label }) => label),
      yLabel: "1 = as many polls as every 10 s, or a minute late",
      curves: [
        { label: "polls", values: rows.map(({ share }) => share) },
        { label: "late (min)", values: rows.map(({ lateMs }) => lateMs / minuteMs) },
      ],
    },
  };
}
