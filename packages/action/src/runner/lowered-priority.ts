import type { JobReport } from "@qizhi/core";
import { excerpt, isLowered } from "@qizhi/core/internal";
import type { Annotate } from "./log.ts";

type Kept = Pick<JobReport, "jobId" | "url" | "priority" | "priorityLevel">;

/** The priority that a job is kept with, and the one that was asked for where that is higher. */
export function sayPriority(report: Kept, asked: unknown): string | undefined {
  const kept = sayKept(report);
  return isLowered(report, asked) ? `${kept}, lowered from ${Number(asked)}` : kept;
}

/** Makes the warning of a step that the platform keeps a job with less priority than was asked for; it comes once. */
export function createPriorityWarning(annotate: Annotate): (report: Kept, asked: unknown) => void {
  let isTold = false;
  return (report, asked) => {
    if (isTold || !isLowered(report, asked)) return;
    isTold = true;
    annotate.warning("Qizhi: the platform lowered the priority", [
      `${report.jobId}: priority ${Number(asked)} was asked for, the platform keeps ${sayKept(report)}, by which it queues.`,
      report.url,
    ]);
  };
}

function sayKept({ priority, priorityLevel }: Kept): string | undefined {
  const level = priorityLevel && excerpt(priorityLevel, 20);
  if (priority === undefined) return level;
  return level ? `${priority} (${level})` : String(priority);
}
