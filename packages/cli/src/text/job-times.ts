import type { JobReport } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { classifyStatus } from "@qizhi/core/internal";

/** A polled job and its report. */
export interface SeenJob {
  readonly job: IdentifiedJob;
  readonly report: JobReport;
}

/** When a job was created, epoch ms. */
export function createdAt({ job, report }: SeenJob): number | undefined {
  return toTime(job.created_at) ?? report.stages[0]?.startMs;
}

/** When a job ended, epoch ms; `undefined` while it is active. */
export function finishedAt({ job, report }: SeenJob): number | undefined {
  if (!classifyStatus(report.status).isTerminal) return undefined;
  return toTime(job.finished_at) ?? report.stages.findLast(({ endMs }) => endMs)?.endMs;
}

function toTime(text: string | undefined): number | undefined {
  const ms = Number(text ?? "");
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
