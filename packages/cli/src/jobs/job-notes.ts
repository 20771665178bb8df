import { excerpt, isLowered, listFailedNodes } from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import type { SeenJob } from "../view/job-output.ts";

/** Says what needs a second look: a priority that the platform lowered, and the nodes of a job that failed. */
export function printJobNotes(connection: Connection, seen: readonly SeenJob[], io: Io): void {
  for (const { job, report } of seen) {
    const asked = job.task_priority || findAskedPriority(report.jobId, connection);
    if (typeof asked === "number" && isLowered(report, asked)) {
      const { priority = 0, priorityLevel = "" } = report;
      const level = excerpt(priorityLevel, 20);
      printNote(io, io.t.loweredPriority(report.jobId, asked, priority, level));
    }
    const nodes = connection.keepsJobs ? listFailedNodes(report) : undefined;
    if (nodes !== undefined) printNote(io, io.t.failedNodes(report.jobId, nodes));
  }
}

/** The priority that a job was submitted with from this machine. */
function findAskedPriority(jobId: string, { journal }: Connection): unknown {
  try {
    const job = journal.read([jobId]).jobs.find((each) => each.jobId === jobId);
    return job?.attempt?.spec["task_priority"];
  } catch {
    // The history only adds to what the platform said.
    return undefined;
  }
}
