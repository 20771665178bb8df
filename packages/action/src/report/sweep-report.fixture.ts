import { type RunState, totalRows } from "@qizhi/core/sweep";
import type { SweepReport, SweepRow } from "./sweep-report.ts";

const minute = 60_000;
const from = Date.UTC(2026, 10, 23);

/** A report of `count` runs, of which every `nth` has failed with `reason`; for tests. */
export function makeReport(count: number, nth: number, reason = "out of memory"): SweepReport {
  const rows = Array.from({ length: count }, (_, at): SweepRow => {
    const isBad = at % nth === nth - 1;
    const state: RunState = isBad ? "failed" : "succeeded";
    const start = from + Math.floor(at / 8) * 12 * minute;
    const jobId = `job-${String(at).padStart(8, "0")}-1111-4111-8111-111111111111`;
    return {
      index: at + 1,
      name: `lr-search-lr-${at}e-4-seed-${at % 3}`,
      parameters: { lr: `${at}e-4`, seed: String(at % 3) },
      state,
      status: isBad ? "job_failed" : "job_succeeded",
      tries: isBad ? 2 : 1,
      jobId,
      url: `https://qz.sii.edu.cn/jobs/distributedTrainingDetail/${jobId}?spaceId=ws-1`,
      queueMs: 2 * minute,
      prepareMs: minute,
      runMs: 8 * minute,
      gpus: 8,
      gpuHours: 1.0667,
      cost: 12.5,
      reason: isBad ? reason : undefined,
      stages: [
        { name: "queue", startMs: start, endMs: start + 2 * minute },
        { name: "prepare", startMs: start + 2 * minute, endMs: start + 3 * minute },
        { name: "run", startMs: start + 3 * minute, endMs: start + 11 * minute },
      ],
    };
  });
  const { counts, gpuHours, cost } = totalRows(rows);
  const listUrl = "https://qz.sii.edu.cn/jobs/distributedTraining?spaceId=ws-1";
  return { name: "lr-search", variables: ["lr", "seed"], rows, counts, gpuHours, cost, listUrl };
}
