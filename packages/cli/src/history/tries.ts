import { isQizhiError } from "@qizhi/core";
import {
  canChange,
  classifySeen,
  isElsewhere,
  isRunning,
  isRunStopped,
  mayTryAgain,
  placeOf,
  specFingerprint,
} from "@qizhi/core/internal";
import type { Attempt, Journal, JournalView, KnownJob } from "@qizhi/core/journal";
import { readSweeps, type RunStatus, type SweepState } from "@qizhi/core/sweep";
import { exitCode, exitCodeOf } from "../errors/exit-code.ts";
import type { Connection } from "../terminal/connection.ts";
import { type Io, printError } from "../terminal/io.ts";
import { findKnownOrNone } from "./history.ts";
import { findOpen, toRunName } from "./references.ts";

/**
 * The jobs of a platform that are the last of their run, by their ids: no later one has an equal spec or is a retry.
 * @returns beside each the attempt of a later retry that may exist.
 */
export function findLastTries(
  view: JournalView,
  platform: string,
): Map<string, Attempt | undefined> {
  const here = view.jobs.filter((job) => job.platform === platform);
  const last = new Map(here.map((job) => [toRun(job), job]));
  const unsure = findOpen(view, platform, "*").map((attempt) => ({
    attempt,
    run: toRunOf(attempt),
  }));
  // An equal create with an unknown outcome is refused in its own words when it is sent.
  const isRetryOf = (attempt: Attempt, job: KnownJob) =>
    attempt.name !== job.attempt?.name &&
    placeOf(view, attempt.id) > placeOf(view, job.attempt?.id ?? job.jobId);
  return new Map(
    [...last].map(([run, job]) => {
      const found = unsure.find((each) => each.run === run && isRetryOf(each.attempt, job));
      return [job.jobId, found?.attempt];
    }),
  );
}

/** Whether a sweep may submit a job for a run: it may not have seen yet that the one before has failed. */
export function isDue(
  { state, tries }: RunStatus,
  { retries }: Pick<SweepState["settings"], "retries">,
): boolean {
  return state === "waiting" || (state === "active" && mayTryAgain("failed", { tries, retries }));
}

/** The jobs of a platform whose run their own sweep tries again if they failed, by their ids, with that sweep's id. */
export function findDueTries(view: JournalView, platform: string): Map<string, string> {
  const due = new Map<string, string>();
  for (const { id, runs, halted, settings, ...sweep } of readSweeps(view)) {
    if (sweep.platform !== platform || halted !== undefined) continue;
    const isOff = (run: RunStatus) => isRunStopped(view, { sweep: id, platform }, run);
    for (const run of runs) {
      if (run.jobId !== undefined && isDue(run, settings) && !isOff(run)) due.set(run.jobId, id);
    }
  }
  return due;
}

function toRun({ jobId, attempt }: KnownJob): string {
  return attempt === undefined ? jobId : toRunOf(attempt);
}

/** What a job and its retries have in common: they differ by their names alone. */
function toRunOf({ spec, name }: Attempt): string {
  return specFingerprint({ ...spec, name: toRunName(name) });
}

/**
 * Writes down that a person has stopped jobs, ended ones too, for the processes that would try them again: such a process
 * may see a minute late that its job has failed. @returns the exit code: a history that cannot be written is reported.
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
