import { excerpt, isLowered, listFailedNodes } from "@qizhi/core/internal";
import type { KnownJob } from "@qizhi/core/journal";
import type { Connection } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import type { SeenJob } from "../view/job-output.ts";

/**
 * Says what needs a second look: a priority that the platform lowered, and the nodes of a job that failed.
 * @param known what the history knows of the jobs.
 */
export function printJobNotes(
  { keepsJobs }: Connection,
  seen: readonly SeenJob[],
  known: ReadonlyMap<string, KnownJob>,
  io: Io,
): void {
  for (const { job, report } of seen) {
    const { jobId } = report;
    const asked = job.task_priority || known.get(jobId)?.attempt?.spec["task_priority"];
    if (typeof asked === "number" && isLowered(report, asked)) {
      const { priority = 0, priorityLevel = "" } = report;
      const level = excerpt(priorityLevel, 20);
      printNote(io, io.t.loweredPriority(jobId, asked, priority, level));
    }
    const nodes = keepsJobs ? listFailedNodes(report) : undefined;
    if (nodes !== undefined) printNote(io, io.t.failedNodes(jobId, nodes));
  }
}
