import type { Io } from "../terminal/io.ts";
import { createPlainLog, type Progress } from "./plain-log.ts";
import { wantsLiveView } from "../terminal/style.ts";
import type { JobsUpdate } from "@qizhi/core";
import { renderJob } from "./job-block.ts";
import { type JobState, newJobState } from "./job-state.ts";
import { renderJobs } from "./jobs-table.ts";
import { keepBlock } from "./screen.ts";

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
