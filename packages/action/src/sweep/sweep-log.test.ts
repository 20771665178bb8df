import type { RunStatus, SweepEvent } from "@qizhi/core/sweep";
import { expect, test } from "vitest";
import { createLastSeen, type LastSeen } from "../job/progress.ts";
import { createSweepLog } from "./sweep-log.ts";

const hour = 3_600_000;
// The log never looks into a spec.
const spec = { framework_config: [] } as unknown as RunStatus["run"]["spec"];

function makeRun(index: number): RunStatus {
  const run = { index, name: `run-${index}`, parameters: {}, spec };
  const known = { state: "waiting", tries: 0 } as const;
  const unknown = { outcome: undefined, jobId: undefined, attempt: undefined, phase: undefined };
  return { run, ...known, ...unknown, status: undefined, reason: undefined, facts: undefined };
}

/** The lines of a sweep on a clock of its own; `play` says what happens at each half second. */
function simulate(
  hours: number,
  play: (ms: number, note: (event: SweepEvent) => void, lastSeen: LastSeen) => void,
  runs = [makeRun(1)],
) {
  const lines: string[] = [];
  let now = 0;
  const lastSeen = createLastSeen(() => now);
  const log = createSweepLog(
    { print: (line) => lines.push(line), now: () => now, heartbeatMs: 300_000, lastSeen },
    runs,
  );
  for (; now < hours * hour; now += 500) {
    play(now, log.note, lastSeen);
    log.tick();
  }
  log.end();
  return lines;
}

const submitted = (index: number): SweepEvent => {
  return { type: "submitted", run: makeRun(index), jobId: `job-${index}` };
};
const ended = (index: number, outcome: "succeeded" | "failed"): SweepEvent => {
  const reason = outcome === "failed" ? "out of memory" : undefined;
  return { type: "ended", run: { ...makeRun(index), state: "ended", outcome, reason } };
};

test("thousands of ends in six hours are at most 200 lines, and every one is counted", () => {
  const lines = simulate(6, (ms, note) => {
    note(ms % 10_000 === 0 ? ended(ms, "failed") : ended(ms, "succeeded"));
  });
  expect(lines.length).toBeLessThanOrEqual(200);
  const sum = (word: string) =>
    lines
      .flatMap((line) => [...line.matchAll(new RegExp(`(\\d+) ${word}`, "g"))].slice(0, 1))
      .reduce((total, [, count]) => total + Number(count), 0);
  expect(sum("failed")).toBeGreaterThan(2_000);
});

test("a change that comes alone is a line of its own, with its name and why", () => {
  const lines = simulate(0.01, (ms, note) => {
    if (ms === 0) note(submitted(1));
    if (ms === 5_000) note(ended(1, "failed"));
  });
  expect(lines).toEqual(["run-1: submitted as job-1", "run-1: failed: out of memory"]);
});

test("what comes together is summed up, and failures are named", () => {
  const lines = simulate(0.01, (ms, note) => {
    if (ms !== 0) return;
    for (const index of [1, 2, 3]) note(submitted(index));
    for (const index of [4, 5, 6, 7, 8]) note(ended(index, "failed"));
  });
  const why = "out of memory";
  expect(lines).toEqual([
    `3 submitted; 5 failed: run-4: ${why}, run-5: ${why}, run-6: ${why} (now 1 waiting)`,
  ]);
});

test("silence is broken by a heartbeat with the counts", () => {
  expect(simulate(0.26, () => {})).toEqual(Array(3).fill("still 1 waiting"));
});

test("jobs of which none was seen when it should have been are told as last seen", () => {
  const active: RunStatus = { ...makeRun(1), state: "active", phase: "running" };
  const see = (ms: number, _note: unknown, lastSeen: LastSeen) => {
    if (ms <= 60_000) lastSeen.note();
  };
  const where = "1 running, 1 waiting";
  expect(simulate(0.2, see, [active, makeRun(2)])).toEqual([
    `still no answer: as last seen 4m 00s ago, ${where}`,
    `still no answer: as last seen 9m 00s ago, ${where}`,
  ]);
  // Without a job nobody has to answer.
  expect(simulate(0.1, see)).toEqual(["still 1 waiting"]);
});
