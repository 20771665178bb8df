import type { JobUpdate } from "@qizhi/core";
import type { Connection } from "../connect.ts";
import { toSeenJob } from "../job-output.ts";
import type { JobState } from "./job-state.ts";

/** Takes in what a wait tells. */
export function takeUpdate(state: JobState, update: JobUpdate, connection: Connection): void {
  state.trouble = update.type === "trouble" ? update.error : undefined;
  if (update.type !== "job") return;
  state.report = toSeenJob(connection, update.job).report;
  state.seenAt = Date.now();
  state.hasEnded = update.isTerminal;
}
