import type { Connection } from "../connect.ts";
import type { FollowUpdate } from "../follow-jobs.ts";
import { toSeenJob } from "../job-output.ts";
import type { JobState } from "./job-state.ts";

/** Takes in what a wait tells of a job, or without a job id of all that are active. */
export function takeUpdate(
  states: ReadonlyMap<string, JobState>,
  jobId: string | undefined,
  update: FollowUpdate,
  connection: Connection,
): void {
  for (const state of jobId === undefined ? states.values() : [states.get(jobId)]) {
    if (state === undefined || state.hasEnded) continue;
    state.trouble = "error" in update ? update.error : undefined;
    if (update.type === "lost") [state.hasEnded, state.isGivenUp] = [true, true];
    if (update.type !== "job") continue;
    state.report = toSeenJob(connection, update.job).report;
    state.seenAt = Date.now();
    state.hasEnded = update.isTerminal;
  }
}
