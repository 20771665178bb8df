import type { JobReport, JobsUpdate } from "@qizhi/core";
import { excerpt, isOverdue, systemClock } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import { type Io, printNote } from "../terminal/io.ts";
import { wantsLiveView } from "../terminal/style.ts";
import { toPhaseText } from "./job-output.ts";
import type { Messages } from "../messages/en.ts";
import { toMomentText } from "../text/time-text.ts";
import { pad } from "../text/width.ts";
import { renderJob } from "./job-block.ts";
import {
  isStale,
  type JobState,
  newJobState,
  sayPhase,
  sayTrouble,
  takeUpdate,
  usageAt,
} from "./job-state.ts";
import { countPhases, renderJobs } from "./jobs-table.ts";
import { keepBlock } from "./screen.ts";

/** Shows the progress of jobs on stderr. */
interface Progress {
  show(update: JobsUpdate): void;
  /** Leaves the terminal tidy; a live block stays as it is, or goes. */
  end(isKept: boolean): void;
}

/** Creates the view that fits stderr: a block that is kept up to date, or one line for each change. */
export function createProgress(io: Io, jobIds: readonly string[]): Progress {
  const create = wantsLiveView(io.stderr, io.env) ? createLiveView : createPlainLog;
  return create(io, jobIds);
}

/** Shows jobs as one block at the end of a terminal; durations grow every second between two polls. */
function createLiveView(io: Io, jobIds: readonly string[]): Progress {
  const { t } = io;
  const states = new Map(jobIds.map((jobId) => [jobId, newJobState(jobId)]));
  // How far the platform's clock is ahead of this machine's: the stages of jobs are by it.
  let aheadMs = 0;
  const { draw, end } = keepBlock(io, ({ width, height }, theme) => {
    const context = { t, theme, width, now: Date.now() + aheadMs };
    const all = [...states.values()];
    return all.length === 1 ? renderJob(all[0]!, context) : renderJobs(all, height, context);
  });
  return {
    show(update) {
      if (update.type === "job") aheadMs = update.report.seenMs - Date.now();
      takeUpdate(states, update);
      draw();
    },
    end,
  };
}

/** Prints lines on stderr after the time since the first, and a sign of life when there was none for a while. */
export function createTimedLog(io: Io, sayStill: () => string) {
  const startedAt = systemClock.now();
  let heartbeat: NodeJS.Timeout | undefined;
  const print = (text: string): void => {
    const elapsedMs = systemClock.now() - startedAt;
    printNote(io, `${pad(io.t.span(elapsedMs), 7, "start")}  ${text}`);
    clearTimeout(heartbeat);
    heartbeat = setTimeout(() => print(sayStill()), heartbeatMs(elapsedMs));
  };
  return { print, end: () => clearTimeout(heartbeat) };
}

/** Shows jobs as one line for each change, and a sign of life when nothing has changed for a while. */
export function createPlainLog(io: Io, jobIds: readonly string[]): Progress {
  const { t } = io;
  const states = new Map(jobIds.map((jobId) => [jobId, newJobState(jobId)]));
  const lines = new Map<string, string>();
  const { print, end } = createTimedLog(io, () => toSignOfLife([...states.values()], t));
  const toLine = (update: JobsUpdate): string => {
    switch (update.type) {
      case "lost":
        return sayError(update.error, t).summary;
      case "trouble":
        return sayTrouble(update, update.jobId === undefined ? jobIds.length : 1, t);
      case "recovered":
        return t.canAskAgain(t.duration(update.afterMs));
      case "job":
        return toChangeText(update.report, t);
    }
  };
  return {
    show(update) {
      takeUpdate(states, update);
      const { type, jobId } = update;
      const line = toLine(update);
      if (type === "job" && lines.get(update.jobId) === line) return;
      if (type === "job") lines.set(update.jobId, line);
      print(jobId !== undefined && jobIds.length > 1 ? `${jobId}  ${line}` : line);
    },
    end,
  };
}

/** One minute at first, then five: the log of a long night stays short, and no CI treats the job as hung. */
export function heartbeatMs(elapsedMs: number): number {
  return elapsedMs < 600_000 ? 60_000 : 300_000;
}

function toChangeText(report: JobReport, t: Messages): string {
  const round = report.restarts > 0 ? t.comma + t.round(report.restarts + 1) : "";
  const why = report.message ? t.colon + excerpt(report.message, 200) : "";
  return toPhaseText(report, t) + round + why;
}

/** One line on jobs that have not changed: of one how it stands, of several how many stand how. */
export function toSignOfLife(states: readonly JobState[], t: Messages, now = Date.now()): string {
  const [only] = states;
  if (only?.report === undefined || states.length > 1) return countAll(states, t, now);
  const seenNow = now + only.aheadMs;
  const standing = sayPhase(only, seenNow, t, t.duration);
  if (isStale(only, seenNow)) return standing;
  const { gpuHours } = usageAt(only, seenNow);
  return t.still(standing + (gpuHours ? t.comma + t.gpuHoursSoFar(gpuHours.toFixed(2)) : ""));
}

/** Counts jobs by their phases, those whose poll is overdue apart. */
function countAll(states: readonly JobState[], t: Messages, now: number): string {
  const isUnheard = ({ hasEnded, dueAt, aheadMs }: JobState) =>
    !hasEnded && isOverdue(dueAt, now + aheadMs);
  const unheard = states.filter(isUnheard);
  const heard = states.filter((state) => !unheard.includes(state));
  const still = heard.length > 0 ? [t.still(countPhases(heard, t))] : [];
  if (unheard.length === 0) return still.join("");
  const seenAt = unheard.map(({ report, aheadMs }) => (report?.seenMs ?? 0) - aheadMs);
  const since = toMomentText(Math.max(...seenAt), t, now);
  return [...still, t.unheard(unheard.length, since, countPhases(unheard, t))].join(t.semicolon);
}
