import { expect, it } from "vitest";
import { readTraces, toKnownRuns } from "./traces.ts";

/** The lines of one run: its attempt, what came of it, and its end. */
function linesOf(run: number, jobId: string | undefined, outcome?: string): object[] {
  const attempt = `attempt-${run}`;
  const made = jobId === undefined ? { result: "refused" } : { result: "created", jobId };
  const end = { kind: "sweep:ended", run, outcome, facts: {} };
  return [
    { kind: "attempt", run, try: 1, attempt, name: `run-${run}`, time: "2026-01-01T00:00:00Z" },
    { kind: "outcome", attempt, ...made },
    ...(outcome === undefined ? [] : [end]),
  ];
}

it("keeps of an earlier attempt what succeeded, goes on or is in doubt, and makes the rest again", () => {
  const lines = [
    ...linesOf(1, "job-1", "succeeded"),
    ...linesOf(2, "job-2", "failed"),
    ...linesOf(3, "job-3", "lost"),
    ...linesOf(4, "job-4"),
    ...linesOf(5, undefined),
    linesOf(6, "job-6")[0]!,
  ];
  const known = toKnownRuns(readTraces(lines.map((line) => JSON.stringify(line)).join("\n")));
  expect([...known.keys()]).toEqual([1, 3, 4, 6]);
  expect(known.get(1)).toMatchObject({ state: "ended", outcome: "succeeded", jobId: "job-1" });
  // There may still be a job that nobody can see.
  expect(known.get(3)).toMatchObject({ state: "ended", outcome: "lost", jobId: "job-3" });
  expect(known.get(4)).toMatchObject({ state: "active", jobId: "job-4" });
  expect(known.get(6)).toMatchObject({ state: "unknown" });
});
