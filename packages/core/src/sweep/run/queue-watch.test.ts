import { describe, expect, it } from "vitest";
import { createQueueWatch } from "./queue-watch.ts";
import { newRunStatus } from "../record/run-status.ts";
import { planRuns } from "../sweep.fixture.ts";

const open = async (limitMs: number | undefined) => {
  const { runs: planned } = await planRuns(3);
  const runs = planned.map(newRunStatus);
  let nowMs = 0;
  const find = createQueueWatch(limitMs, () => nowMs);
  return { runs, findAt: (ms: number) => ((nowMs = ms), find(runs)?.run.index) };
};

describe("a watch over the queue of a sweep", () => {
  it("finds the run whose job was queued for as long as it may, from when it was first seen there", async () => {
    const { runs, findAt } = await open(100);
    expect(findAt(0)).toBeUndefined();
    Object.assign(runs[1]!, { state: "active", phase: "queued", jobId: "job-1" });
    expect(findAt(50)).toBeUndefined();
    Object.assign(runs[0]!, { state: "active", phase: "queued", jobId: "job-0" });
    expect([findAt(100), findAt(149), findAt(150), findAt(200)]).toEqual([
      undefined,
      undefined,
      2,
      1,
    ]);
    Object.assign(runs[0]!, { phase: "running" });
    expect(findAt(250)).toBe(2);
    Object.assign(runs[1]!, { state: "ended" });
    expect(findAt(300)).toBeUndefined();
  });

  it("begins anew for another try of a run, and for a job that comes back to the queue", async () => {
    const { runs, findAt } = await open(100);
    const [run] = runs;
    Object.assign(run!, { state: "active", phase: "queued", jobId: "job-0" });
    expect(findAt(0)).toBeUndefined();
    // Between two questions it has failed and was made again.
    Object.assign(run!, { jobId: "job-1" });
    expect([findAt(90), findAt(110)]).toEqual([undefined, undefined]);
    Object.assign(run!, { phase: "running" });
    expect(findAt(180)).toBeUndefined();
    Object.assign(run!, { phase: "queued" });
    expect([findAt(200), findAt(299), findAt(300)]).toEqual([undefined, undefined, 1]);
  });

  it("finds none without a limit", async () => {
    const { runs, findAt } = await open(undefined);
    Object.assign(runs[0]!, { state: "active", phase: "queued", jobId: "job-0" });
    expect([findAt(0), findAt(1e9)]).toEqual([undefined, undefined]);
  });
});
