import { excerpt, isLowered, listFailedNodes } from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import type { SeenJob } from "../view/job-output.ts";
import { findKnownOrNone } from "../history/history.ts";

/** Says what needs a second look: a priority that the platform lowered, and the nodes of a job that failed. */
export function printJobNotes(connection: Connection, seen: readonly SeenJob[], io: Io): void {
  for (const { job, report } of seen) {
    const { jobId } = report;
    const sent = findKnownOrNone(connection, [jobId]).get(jobId)?.attempt;
    const asked = job.task_priority || sent?.spec["task_priority"];
    if (typeof asked === "number" && isLowered(report, asked)) {
      const { priority = 0, priorityLevel = "" } = report;
      const level = excerpt(priorityLevel, 20);
      printNote(io, io.t.loweredPriority(jobId, asked, priority, level));
    }
    const nodes = connection.keepsJobs ? listFailedNodes(report) : undefined;
    if (nodes !== undefined) printNote(io, io.t.failedNodes(jobId, nodes));
  }
}
