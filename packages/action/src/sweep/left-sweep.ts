import { formatDuration } from "@qizhi/core";
import { excerpt } from "@qizhi/core/internal";
import type { Ending } from "../report/ending.ts";
import { toErrorEnding } from "../job/error-ending.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { markSettled } from "../runner/state.ts";
import type { Stopped } from "./stop-runs.ts";
import type { Stopper } from "./stopper.ts";
import { lookFor } from "../report/sweep-ending.ts";
import type { Left, SweepParts } from "./sweep-parts.ts";
import { countRuns, type SweepReport } from "../report/sweep-report.ts";

/** Stops or leaves the jobs of a sweep that is left, tells post of it, and says how the step ended. */
export async function toLeftEnding(
  left: Left,
  { inputs, sweep }: SweepParts,
  stopper: Stopper,
): Promise<(report: SweepReport) => Ending> {
  const stopped = await stopper.finish(left);
  const active = sweep.runs.filter(({ state }) => state === "active").length;
  markSettled(stopped === undefined ? "left" : active > 0 ? "stop-failed" : "stopped");
  const fate = stopped === undefined ? toLeftFate(active) : toStoppedFate(stopped, active);
  return (report) => {
    const words = toWords(left, inputs);
    const doubt = lookFor(report);
    return {
      ...words,
      outcome: report.counts.unknown === undefined ? words.outcome : "unknown",
      sweep: report,
      cause: `${words.cause}\n${countRuns(report)}.`,
      fate,
      nextStep:
        [doubt, words.nextStep].filter((step) => step !== undefined).join("\n") || undefined,
    };
  };
}

function toWords(left: Left, inputs: Inputs): Omit<Ending, "sweep"> {
  if (left.why === "cancel") {
    return { outcome: "cancelled", title: "Cancelled", cause: "The workflow was cancelled." };
  }
  if (left.why === "error") return toErrorEnding(left.error);
  const nextStep =
    inputs.onTimeout === "leave"
      ? "To wait on for a job, run this action with its job-id from the runs output."
      : "Give a longer limit, or more room by max-active.";
  if (left.why !== "queue") {
    const limit = formatDuration(inputs.timeoutMs);
    const cause = `The sweep was not over when timeout (${limit}) was.`;
    return { outcome: "timed-out", title: "Waited for too long", cause, nextStep };
  }
  const limit = formatDuration(inputs.queueTimeoutMs ?? 0);
  const cause = `The job of ${excerpt(left.run.run.name, 100)} was still queued when queue-timeout (${limit}) was over.`;
  return { outcome: "timed-out", title: "Queued for too long", cause, nextStep };
}

function toLeftFate(active: number): string {
  return active === 0 ? "No job was active." : `${jobs(active)} left and may go on.`;
}

function toStoppedFate({ stopped, ended, failed, why }: Stopped, active: number): string {
  const parts = [
    stopped + failed === 0 ? "No job was active." : `${jobs(stopped)} stopped.`,
    ended > 0 ? `${jobs(ended)} over before.` : undefined,
    active > 0
      ? `${jobs(active)} not stopped in time and may go on (${why}); the post step goes on with them.`
      : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(" ");
}

function jobs(count: number): string {
  return count === 1 ? "1 job was" : `${count} jobs were`;
}
