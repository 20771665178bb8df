import { summarizeJob } from "@qizhi/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readGantt } from "../../test/markdown/read-gantt.ts";
import { toGantt } from "./gantt.ts";

const unitsMs = { second: 1e3, minute: 6e4, hour: 3.6e6, day: 8.64e7, week: 6.048e8 };
const startMs = Date.UTC(2026, 5, 1);

/** The chart of a job that took so long, all of it running. */
function chartOf(spanMs: number): string {
  const [created, finished] = [String(startMs), String(startMs + spanMs)];
  const timeline = { created, resource_prepared: created, run: created, finished };
  const job = { job_id: `job-${"1".repeat(36)}`, status: "job_succeeded", timeline };
  const report = summarizeJob(job, { baseUrl: "https://qz.sii.edu.cn" });
  return toGantt(report, startMs) ?? "";
}

test("no more times than fit beside one another stand on the axis, whatever the job took", async () => {
  const spans = fc.integer({ min: 1_000, max: 30 * unitsMs.day });
  await fc.assert(
    fc.asyncProperty(spans, async (spanMs) => {
      const chart = chartOf(spanMs);
      const { count = "", unit = "" } =
        /tickInterval (?<count>\d+)(?<unit>\w+)/.exec(chart)?.groups ?? {};
      const tickMs = Number(count) * Reflect.get(unitsMs, unit);
      expect(spanMs / tickMs).toBeLessThanOrEqual(8);
      if (spanMs >= 10_000) expect(spanMs / tickMs).toBeGreaterThan(1);
      await readGantt(chart);
    }),
    { numRuns: 40 },
  );
});
