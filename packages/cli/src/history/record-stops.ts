import type { KnownJob } from "@qizhi/core/journal";
import { isQizhiError } from "@qizhi/core";
import { canChange, classifySeen, isElsewhere, isRunning } from "@qizhi/core/internal";
import { exitCode, exitCodeOf } from "../errors/exit-code.ts";
import type { Connection } from "../terminal/connection.ts";
import { type Io, printError } from "../terminal/io.ts";
import { findKnownOrNone } from "./history.ts";

/**
 * Writes down that a person has stopped jobs, for the processes that would try them again: such a process may see a
 * minute late that its job has failed.
 * @param jobIds also of jobs that have ended.
 * @returns the exit code: a history that cannot be written is reported.
 */
export function recordStops(connection: Connection, jobIds: readonly string[], io: Io): number {
  const known = [...findKnownOrNone(connection, jobIds).values()];
  const waitedFor = known.filter(mayBeTriedAgain).map(({ jobId }) => jobId);
  if (waitedFor.length === 0) return exitCode.ok;
  const { client, journal } = connection;
  try {
    journal.append({ kind: "job:stop", platform: client.baseUrl, jobIds: waitedFor });
    return exitCode.ok;
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    printError(io, error);
    return exitCodeOf(error);
  }
}

const longestMs = 86_400_000;

/** Whether the process that submitted a job may be there to try it again; a sweep counts the tries of its runs itself. */
function mayBeTriedAgain({ attempt, seen }: KnownJob): boolean {
  if (attempt === undefined || attempt.sweepRun !== undefined) return false;
  if (!isRunning(attempt.process) && !isElsewhere(attempt.process)) return false;
  return canChange(classifySeen(seen ?? {})) || Date.now() - Date.parse(seen!.time) < longestMs;
}
