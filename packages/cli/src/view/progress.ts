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
  openStageMs,
  sayTrouble,
  toJobState,
  usageAt,
} from "./job-state.ts";
import { countPhases, renderJobs, type ShownPhase } from "./jobs-table.ts";
import { keepBlock } from "./screen.ts";

/** Shows the progress of jobs on stderr. */
export interface Progress {
  /** Shows an update. */
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

/** Applies an update to the job that it names, without a name to all active jobs. */
function takeUpdate(states: ReadonlyMap<string, JobState>, update: JobsUpdate): void {
  const { jobId } = update;
  for (const state of jobId === undefined ? states.values() : [states.get(jobId)]) {
    if (state === undefined || state.hasEnded) continue;
    state.trouble = "error" in update ? update.error : undefined;
    state.lastSeen = update.type === "trouble" ? update.lastSeen : undefined;
    if (update.type === "lost") [state.hasEnded, state.isGivenUp] = [true, true];
    if (update.type !== "job") continue;
    state.report = update.report;
    state.seenAt = update.report.seenMs;
    state.dueAt = state.seenAt + update.nextPollMs;
    state.hasEnded = update.isTerminal;
  }
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
  // Several jobs keep only this and the last line, as a thousand reports need much memory.
  const known = new Map<string, KnownPhase>(jobIds.map((jobId) => [jobId, { phase: "unknown" }]));
  const lines = new Map<string, string>();
  let only: JobState | undefined;
  // How far the platform's clock is ahead of this machine's.
  let aheadMs = 0;
  const { print, end } = createTimedLog(io, () =>
    only
      ? toSignOfLife(only, io.t, Date.now() + aheadMs)
      : countAll([...known.values()], io.t, Date.now()),
  );
  const show: Progress["show"] = (update) => {
    const { jobId } = update;
    const who = jobId !== undefined && jobIds.length > 1 ? `${jobId}  ` : "";
    if (update.type === "lost") {
      known.set(update.jobId, { phase: "given_up" });
      return print(who + sayError(update.error, io.t).summary);
    }
    if (only !== undefined && update.type !== "job") {
      only.trouble = update.type === "trouble" ? update.error : undefined;
    }
    if (update.type === "trouble") {
      const count = jobId === undefined ? jobIds.length : 1;
      return print(who + sayTrouble(update, count, io.t));
    }
    if (update.type === "recovered") {
      return print(who + io.t.canAskAgain(io.t.duration(update.afterMs)));
    }
    const { jobId: key, report } = update;
    const seenAt = Date.now();
    aheadMs = report.seenMs - seenAt;
    const dueAt = update.isTerminal ? Infinity : seenAt + update.nextPollMs;
    known.set(key, { phase: report.phase, seenAt, dueAt });
    if (jobIds.length === 1) only = { ...toJobState(report), dueAt: dueAt + aheadMs };
    const line = toChangeText(report, io.t);
    if (lines.get(key) === line) return;
    lines.set(key, line);
    print(who + line);
  };
  return { show, end };
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

/** One line on the state of a job that has not changed; `now` is by the platform's clock. */
export function toSignOfLife(state: JobState, t: Messages, now: number): string {
  const phase = t.phases[state.report?.phase ?? "unknown"];
  const since = openStageMs(state, now);
  const { gpuHours } = usageAt(state, now);
  if (isStale(state, now)) return t.lastSeen(phase, t.duration(now - state.seenAt));
  const used = gpuHours ? t.comma + t.gpuHoursSoFar(gpuHours.toFixed(2)) : "";
  return t.still((since === undefined ? phase : t.phaseFor(phase, t.duration(since))) + used);
}

/** The last poll of one of several jobs. */
interface KnownPhase {
  readonly phase: ShownPhase;
  /** When it was last seen, epoch ms; never, before the first answer. */
  readonly seenAt?: number;
  /** When the next answer is expected, epoch ms. */
  readonly dueAt?: number;
}

/** One line on the states of several jobs, those whose poll is overdue apart. */
export function countAll(jobs: readonly KnownPhase[], t: Messages, now: number): string {
  const overdue = jobs.filter(({ dueAt }) => isOverdue(dueAt, now));
  const count = (some: readonly KnownPhase[]) =>
    countPhases(
      some.map(({ phase }) => phase),
      t,
    );
  const heard = jobs.filter((job) => !overdue.includes(job));
  const still = heard.length > 0 ? [t.still(count(heard))] : [];
  if (overdue.length === 0) return still.join("");
  const seenAt = Math.max(...overdue.map((job) => job.seenAt ?? 0));
  const since = toMomentText(seenAt, t, now);
  return [...still, t.unheard(overdue.length, since, count(overdue))].join(t.semicolon);
}
