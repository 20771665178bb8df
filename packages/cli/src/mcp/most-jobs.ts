import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";

/** The most jobs of a call: at three polls a second more would take longer than a client waits. */
export const mostJobs = 50;

/**
 * Refuses what means more jobs than a call takes, such as a pattern or a sweep.
 * @param given the command that takes them all, and the words that mean them.
 */
export function refuseMany(
  jobIds: readonly string[],
  connection: Connection,
  ...given: readonly string[]
): void {
  if (jobIds.length <= mostJobs) return;
  const command = toCommand(connection, ...given.map(visibleText));
  throw inputError(["mcp.tooManyJobs", jobIds.length, mostJobs], ["mcp.fewerJobs", command]);
}
