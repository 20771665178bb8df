import type { KnownJob } from "../../journal/view.ts";
import { classifyStatus } from "../../jobs/phase.ts";
import { jobUrl } from "../../jobs/web.ts";
import type { RunFacts } from "./records.ts";
import type { RunStatus } from "./run-status.ts";

/**
 * Updates a run by the last state of its job in the history, such as one that `qizhi list` has seen.
 * @param job the job in the history; none where it was forgotten.
 */
export function takeSeen(status: RunStatus, platform: string, job: KnownJob | undefined): void {
  const { jobId = "" } = status;
  const url = jobUrl(platform, jobId, job?.workspaceId);
  const seen = job?.seen;
  status.facts = { url, stages: [] };
  if (seen === undefined) return;
  status.status = seen.status;
  status.phase = classifyStatus(seen.status).phase;
  const { queueMs: queueTimeMs, runMs: runTimeMs, gpuHours, cost } = seen;
  const times = { queueTimeMs, runTimeMs, gpuHours, cost };
  status.facts = { url, ...times, stages: toStages(seen) };
}

/** The stages that are over; whether an open one still lasts is not known. */
function toStages(seen: NonNullable<KnownJob["seen"]>): RunFacts["stages"] {
  const { createdAt, queueMs, runMs, finishedAt } = seen;
  const stages: RunFacts["stages"] = [];
  if (createdAt !== undefined && queueMs !== undefined && runMs !== undefined) {
    stages.push({ name: "queue", startMs: createdAt, endMs: createdAt + queueMs });
  }
  if (finishedAt !== undefined && runMs !== undefined) {
    stages.push({ name: "run", startMs: finishedAt - runMs, endMs: finishedAt });
  }
  return stages;
}
