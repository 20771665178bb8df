import { inputError } from "../errors/cli-error.ts";

/** The most jobs of a call: at three polls a second more would take longer than a client waits. */
export const mostJobs = 50;

/** Refuses what means more jobs than a call takes, such as a pattern or a sweep. */
export function refuseMany(jobIds: readonly string[]): void {
  if (jobIds.length <= mostJobs) return;
  throw inputError(["mcp.tooManyJobs", jobIds.length, mostJobs], "mcp.fewerJobs");
}
