import type { Attempt, JournalView, KnownJob } from "@qizhi/core/journal";
import { isRunStopped, mayTryAgain, placeOf, specFingerprint } from "@qizhi/core/internal";
import { readSweeps, type RunStatus, type SweepState } from "@qizhi/core/sweep";
import { toRunName } from "./references.ts";

/**
 * The jobs of a platform that are the last of their run, by their ids: no later one has an equal spec or is a retry.
 * @returns beside each the attempt of a later retry that may exist.
 */
export function findLastTries(
  view: JournalView,
  platform: string,
): Map<string, Attempt | undefined> {
  const { jobs, attempts } = view;
  const here = jobs.filter((job) => job.platform === platform);
  const last = new Map(here.map((job) => [toRun(job), job]));
  const unsure = attempts
    .filter((each) => each.platform === platform)
    .filter(({ state }) => state === "unknown" || state === "in_flight")
    .map((attempt) => ({ attempt, run: toRunOf(attempt) }));
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
