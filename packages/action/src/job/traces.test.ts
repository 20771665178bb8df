import { expect, it } from "vitest";
import type { JournalView } from "@qizhi/core/journal";
import { readTraces, toKnownRuns } from "./traces.ts";

type Attempt = JournalView["attempts"][number];
type Other = JournalView["others"][number];

/** A try of a run in a sweep, and how it stands. */
function tryOf(run: number, state: Attempt["state"], number = 1, sweep = "sweep-1"): Attempt {
  return {
    id: `attempt-${sweep}-${run}-${number}`,
    sweepRun: { sweep, run, try: number },
    name: `run-${run}`,
    time: "2026-01-01T00:00:00Z",
    platform: "https://qz.example.org",
    fingerprint: "",
    spec: {},
    process: { pid: 1, host: "" },
    state,
    outcome: undefined,
    jobId: state === "created" ? `job-${sweep}-${run}-${number}` : undefined,
    reason: undefined,
  };
}

const begin = (sweep = "sweep-1"): Other => ({ kind: "sweep:begin", sweep });
const end = (run: number, outcome: string, number = 1, sweep = "sweep-1"): Other => {
  return { kind: "sweep:ended", sweep, run, try: number, outcome, facts: {} };
};
const knownOf = (attempts: Attempt[], others: Other[]) =>
  toKnownRuns(readTraces({ attempts, others, jobs: [], damagedLines: [] }));

it("keeps of an earlier attempt what succeeded, goes on or is in doubt, and makes the rest again", () => {
  const attempts = [
    tryOf(1, "created"),
    tryOf(2, "created"),
    tryOf(3, "created"),
    tryOf(4, "created"),
    tryOf(5, "refused"),
    tryOf(6, "unknown"),
    tryOf(7, "in_flight"),
    tryOf(8, "not_sent"),
    tryOf(9, "created"),
  ];
  const ends = [end(1, "succeeded"), end(2, "failed"), end(3, "lost"), end(9, "ended")];
  const known = knownOf(attempts, [begin(), ...ends]);
  expect([...known.keys()]).toEqual([1, 3, 4, 6, 7, 9]);
  expect(known.get(1)).toMatchObject({ state: "ended", outcome: "succeeded" });
  // It may have succeeded.
  expect(known.get(9)).toMatchObject({ state: "ended", outcome: "ended" });
  // There may still be a job that nobody can see.
  expect(known.get(3)).toMatchObject({ state: "ended", outcome: "lost", jobId: "job-sweep-1-3-1" });
  expect(known.get(4)).toMatchObject({ state: "active", jobId: "job-sweep-1-4-1" });
  expect(known.get(6)).toMatchObject({ state: "unknown" });
  expect(known.get(7)).toMatchObject({ state: "unknown" });
});

it("takes the last try of a run, and what a person has settled", () => {
  const attempts = [
    tryOf(1, "created"),
    tryOf(1, "created", 2),
    { ...tryOf(2, "resolved"), jobId: "job-found" },
    tryOf(3, "resolved"),
  ];
  const known = knownOf(attempts, [begin(), end(1, "failed")]);
  expect([...known.keys()]).toEqual([1, 2]);
  expect(known.get(1)).toMatchObject({ state: "active", tries: 2, jobId: "job-sweep-1-1-2" });
  expect(known.get(2)).toMatchObject({ state: "active", jobId: "job-found" });
});

it("gives an end to the create that made a job, and not to one of the same try that a full quota had refused", () => {
  const attempts = [1, 2].flatMap((run) => [
    { ...tryOf(run, "refused"), id: `refused-${run}` },
    tryOf(run, "created"),
  ]);
  const known = knownOf(attempts, [begin(), end(1, "failed"), end(2, "succeeded")]);
  expect([...known.keys()]).toEqual([2]);
  expect(known.get(2)).toMatchObject({ state: "ended", jobId: "job-sweep-1-2-1" });
});

it("gives an end to the job that a later sweep had followed, and never to one that was made after it", () => {
  const attempts = [tryOf(1, "created"), tryOf(1, "created", 1, "sweep-3")];
  const sweeps = [begin(), begin("sweep-2"), begin("sweep-3")];
  const followed = end(1, "failed", 1, "sweep-2");
  expect(knownOf(attempts.slice(0, 1), [...sweeps, followed]).size).toBe(0);
  const jobId = "job-sweep-3-1-1";
  expect(knownOf(attempts, [...sweeps, followed]).get(1)).toMatchObject({ state: "active", jobId });
  // Of a sweep whose beginning was lost nobody knows whether it came before.
  expect(knownOf(attempts, [followed]).get(1)).toMatchObject({ state: "active", jobId });
});
