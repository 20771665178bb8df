import type { JobReport } from "@qizhi/core";
import { excerpt, formatDuration, systemClock } from "@qizhi/core";
import { sayError } from "../cli-error.ts";
import type { Connection } from "../connect.ts";
import type { Io } from "../io.ts";
import { printNote } from "../io.ts";
import { toPhaseText } from "../job-output.ts";
import type { Messages } from "../messages/en.ts";
import type { Progress } from "./progress.ts";
import type { JobState } from "./job-state.ts";
import { newJobState, openStageMs, usageAt } from "./job-state.ts";
import { countPhases } from "./jobs-table.ts";
import { takeUpdate } from "./take-update.ts";

/** Shows jobs as one line for each change, and a sign of life when nothing has changed for a while. */
export function createPlainLog(
  connection: Connection,
  io: Io,
  jobIds: readonly string[],
): Progress {
  const startedAt = systemClock.now();
  const states = new Map(jobIds.map((jobId) => [jobId, newJobState(jobId)]));
  const lines = new Map<string, string>();
  let heartbeat: NodeJS.Timeout | undefined;

  const print = (text: string) => {
    const elapsedMs = systemClock.now() - startedAt;
    printNote(io, `${formatDuration(elapsedMs).padStart(7)}  ${text}`);
    clearTimeout(heartbeat);
    heartbeat = setTimeout(
      () => print(toSignOfLife([...states.values()], io.t)),
      heartbeatMs(elapsedMs),
    );
  };
  const show: Progress["show"] = (jobId, update) => {
    takeUpdate(states, jobId, update, connection);
    const who = jobId !== undefined && jobIds.length > 1 ? `${jobId}  ` : "";
    if (update.type === "lost") return print(who + sayError(update.error, io.t).summary);
    if (update.type === "trouble") {
      const count = jobId === undefined ? jobIds.length : 1;
      return print(who + io.t.cannotAsk(sayError(update.error, io.t).summary, count));
    }
    if (update.type === "recovered") {
      return print(who + io.t.canAskAgain(formatDuration(update.afterMs)));
    }
    const report = jobId === undefined ? undefined : states.get(jobId)?.report;
    if (jobId === undefined || report === undefined) return;
    const line = toChangeText(report, io.t);
    if (lines.get(jobId) === line) return;
    lines.set(jobId, line);
    print(who + line);
  };
  return { show, end: () => clearTimeout(heartbeat) };
}

/** Every minute at first, then every five: a log of a long night stays short, and no CI thinks it hangs. */
export function heartbeatMs(elapsedMs: number): number {
  return elapsedMs < 600_000 ? 60_000 : 300_000;
}

function toChangeText(report: JobReport, t: Messages): string {
  const round = report.restarts > 0 ? `, ${t.round(report.restarts + 1)}` : "";
  const why = report.message ? `: ${excerpt(report.message, 200)}` : "";
  return toPhaseText(report, t) + round + why;
}

/** One line that tells where jobs stand although nothing has changed. */
export function toSignOfLife(states: readonly JobState[], t: Messages, now = Date.now()): string {
  const [first] = states;
  if (states.length !== 1 || first?.report === undefined) return t.still(countPhases(states, t));
  const phase = t.phases[first.report.phase];
  const since = openStageMs(first, now);
  const { gpuHours } = usageAt(first, now);
  const used = gpuHours ? t.comma + t.gpuHoursSoFar(gpuHours.toFixed(2)) : "";
  return t.still((since === undefined ? phase : t.phaseFor(phase, formatDuration(since))) + used);
}
