import type { Journal, KnownJob } from "@qizhi/core/journal";
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
  const { client, journal } = connection;
  try {
    const waitedFor = known.filter((job) => mayBeTriedAgain(job, journal));
    if (waitedFor.length === 0) return exitCode.ok;
    const ids = waitedFor.map(({ jobId }) => jobId);
    journal.append({ kind: "job:stop", platform: client.baseUrl, jobIds: ids });
    return exitCode.ok;
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    printError(io, error);
    return exitCodeOf(error);
  }
}

const longestMs = 86_400_000;

/** Whether the process that submitted a job, or for a run of a sweep also a later one, may try it again. */
function mayBeTriedAgain({ attempt, seen }: KnownJob, journal: Journal): boolean {
  if (attempt === undefined) return false;
  const { process, sweepRun } = attempt;
  if (sweepRun === undefined && !isRunning(process) && !isElsewhere(process)) return false;
  if (canChange(classifySeen(seen ?? {}))) return true;
  if (Date.now() - Date.parse(seen!.time) < longestMs) return true;
  // A run that failed waits behind all others.
  return sweepRun !== undefined && journal.index().holdOf(sweepRun.sweep).owners.length > 0;
}
