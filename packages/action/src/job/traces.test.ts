import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseJobSpec } from "@qizhi/core";
import { type AttemptOutcome, type Journal, openJournal } from "@qizhi/core/journal";
import type { RunOutcome, RunStatus } from "@qizhi/core/sweep";
import { expect, it } from "vitest";
import { toSpec } from "../../test/bundle.ts";
import { readTraces, toKnownRuns } from "./traces.ts";

const platform = "https://qz.example.org";

/** A line of a journal, or several. */
type Entry = (journal: Journal) => void;

/** A try of a run in a sweep, and what its process wrote down of it; nothing where it still sends it. */
function tryOf(
  run: number,
  result?: AttemptOutcome["result"],
  number = 1,
  sweep = "sweep-1",
): Entry {
  const outcome = { reason: "", jobId: `job-${sweep}-${run}-${number}` };
  return (journal) => {
    const spec = parseJobSpec(JSON.parse(toSpec({ name: `run-${run}` })));
    const id = journal.attempt({ platform, spec, sweepRun: { sweep, run, try: number } });
    if (result !== undefined) journal.outcome(id, { ...outcome, result });
  };
}

/** What a person has found of a try that was of unknown outcome. */
const settle =
  (run: number, jobId?: string): Entry =>
  (journal) => {
    tryOf(run, "unknown")(journal);
    const attempt = journal.read().attempts.at(-1)?.id ?? "";
    journal.append({ kind: "resolved", attempt, jobId });
  };

const begin = (sweep = "sweep-1"): Entry => {
  return (journal) => journal.append({ kind: "sweep:begin", sweep });
};
const end = (run: number, outcome: RunOutcome, number = 1, sweep = "sweep-1"): Entry => {
  return (journal) => journal.append({ kind: "sweep:ended", sweep, run, try: number, outcome });
};

function knownOf(...entries: Entry[]): Map<number, Partial<RunStatus>> {
  const dir = mkdtempSync(join(tmpdir(), "action-traces-"));
  try {
    const journal = openJournal({ dir });
    for (const write of entries) write(journal);
    return toKnownRuns(readTraces(journal.read()));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

it("keeps of an earlier attempt what succeeded, goes on or is in doubt, and makes the rest again", () => {
  const known = knownOf(
    begin(),
    tryOf(1, "created"),
    tryOf(2, "created"),
    tryOf(3, "created"),
    tryOf(4, "created"),
    tryOf(5, "refused"),
    tryOf(6, "unknown"),
    tryOf(7),
    tryOf(8, "not_sent"),
    tryOf(9, "created"),
    end(1, "succeeded"),
    end(2, "failed"),
    end(3, "lost"),
    end(9, "ended"),
  );
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
  const found = "job-00000000-0000-4000-8000-000000000001";
  const known = knownOf(
    begin(),
    tryOf(1, "created"),
    end(1, "failed"),
    tryOf(1, "created", 2),
    settle(2, found),
    settle(3),
  );
  expect([...known.keys()]).toEqual([1, 2]);
  expect(known.get(1)).toMatchObject({ state: "active", tries: 2, jobId: "job-sweep-1-1-2" });
  expect(known.get(2)).toMatchObject({ state: "active", jobId: found });
});

it("gives an end to the create that made a job, and not to one of the same try that a full quota had refused", () => {
  const made = [1, 2].flatMap((run) => [tryOf(run, "refused"), tryOf(run, "created")]);
  const known = knownOf(begin(), ...made, end(1, "failed"), end(2, "succeeded"));
  expect([...known.keys()]).toEqual([2]);
  expect(known.get(2)).toMatchObject({ state: "ended", jobId: "job-sweep-1-2-1" });
});

it("gives an end to the job that a later sweep had followed, and never to one that was made after it", () => {
  const first = tryOf(1, "created");
  const followed = [begin("sweep-2"), end(1, "failed", 1, "sweep-2")];
  expect(knownOf(begin(), first, ...followed).size).toBe(0);
  const third = tryOf(1, "created", 1, "sweep-3");
  const jobId = "job-sweep-3-1-1";
  const known = knownOf(begin(), first, ...followed, begin("sweep-3"), third);
  expect(known.get(1)).toMatchObject({ state: "active", jobId });
  // Of a sweep whose beginning was lost nobody knows whether it came before.
  expect(knownOf(first, third, end(1, "failed", 1, "sweep-2")).get(1)).toMatchObject({
    state: "active",
    jobId,
  });
  expect(knownOf(first, ...followed).get(1)).toMatchObject({ state: "active" });
});
