import type { JobReport } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import {
  classifyStatus,
  excerpt,
  isLowered,
  listFailedNodes,
  toKnownStatus,
} from "@qizhi/core/internal";
import type { Log } from "../runner/log.ts";
import { type Ending, toEnding } from "./outcome.ts";

const readLogs =
  "Open the job's page for its log (the API gives none); the last lines of the command say most.";

/** What to do about a job that ended in this status (wire 3.1, 5, 6, 7). */
const nextSteps: Readonly<Record<string, string>> = {
  job_failed: readLogs,
  job_fail_reserving: `${readLogs} Its nodes are still held and presumably billed: stop the job when you have looked.`,
  job_create_failed:
    "The job never started: check image, image_type and spec_id, and that the image may be pulled in that compute group.",
  job_pre_check_failed:
    "The check of the nodes failed before the start: submit again, or leave out enable_troubleshoot.",
  job_queue_out:
    "The platform took it out of the queue: ask for fewer nodes, another compute group or a higher priority.",
  job_stopped:
    "Somebody stopped it, or max_running_time_ms was reached, or the platform took back nodes that did little.",
};

/** What to do about a job that ended in this status. */
export function nextStepFor(status: string): string {
  return nextSteps[toKnownStatus(status) ?? ""] ?? readLogs;
}

/** The ending of a step whose job has ended. */
export function describeJob(job: IdentifiedJob): Ending {
  const { phase, holdsNodes } = classifyStatus(job.status);
  if (phase === "succeeded") {
    const fate = holdsNodes
      ? "Its nodes are still held and presumably billed; stop the job to give them back."
      : undefined;
    return toEnding("succeeded", { job, cause: "It is done.", fate });
  }
  return toEnding(phase === "stopped" ? "stopped" : "failed", {
    job,
    message: job.sub_msg || undefined,
    cause: `The job ended with the status ${job.status}.`,
    nextStep: nextStepFor(job.status ?? ""),
  });
}

/** The ending with the nodes of the job, and of one that failed how to do without them. */
export function withNodes(ending: Ending, report: JobReport): Ending {
  const nodes = ending.outcome === "failed" ? listFailedNodes(report) : undefined;
  const { nodeNames } = report;
  if (nodes === undefined) return { ...ending, nodeNames };
  const setting = `Should a node be at fault, and the workspace lets jobs choose, add to the input set: extra.exclude_nodes=${nodes}`;
  const nextStep = ending.nextStep === undefined ? setting : `${ending.nextStep}\n${setting}`;
  return { ...ending, nodeNames, nextStep };
}

/** The ending of a job that failed, with why there is no other try of it that anybody knows. */
export function withoutNextTry(failed: Ending, next: Ending): Ending {
  const { outcome, title, cause, nextStep } = next;
  const isUnknown = outcome === "unknown";
  const what = isUnknown ? "Nobody knows whether it was" : "It could not be";
  const steps = [nextStep, failed.nextStep].filter((step) => step !== undefined);
  return {
    ...failed,
    ...(isUnknown && { outcome, title }),
    cause: `${failed.cause}\n${what} submitted again: ${cause}`,
    nextStep: steps.join("\n"),
  };
}

/** The ending of a step that does not wait for its job. */
export function describeUnwaited(job: IdentifiedJob, isAttached: boolean): Ending {
  return toEnding(isAttached ? "active" : "submitted", { job, cause: "It is not waited for." });
}

type Kept = Pick<JobReport, "jobId" | "url" | "priority" | "priorityLevel">;

/** The priority that a job is kept with, and the one that was asked for where that is higher. */
export function sayPriority(report: Kept, asked: unknown): string | undefined {
  const kept = sayKept(report);
  return isLowered(report, asked) ? `${kept}, lowered from ${Number(asked)}` : kept;
}

/** Makes the warning of a step that the platform keeps a job with less priority than was asked for; it comes once. */
export function createPriorityWarning(log: Log): (report: Kept, asked: unknown) => void {
  let isTold = false;
  return (report, asked) => {
    if (isTold || !isLowered(report, asked)) return;
    isTold = true;
    log.warning("Qizhi: the platform lowered the priority", [
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
