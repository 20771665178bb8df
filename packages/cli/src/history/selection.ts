import type { SweepState } from "@qizhi/core/sweep";
import type { Attempt, KnownJob } from "@qizhi/core/journal";
import { readSweeps } from "@qizhi/core/sweep";
import { fromJobPage, toPlatformKey, visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import type { Platform } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import { openHistory } from "./history.ts";
import { noteLast, refuseJobless, refuseSeveral, refuseUnknown } from "./say-reference.ts";
import {
  findJobs,
  findOpen,
  findSubmission,
  findSweeps,
  fitsGlob,
  isGlob,
  isWholeId,
  mayBeId,
  namesOf,
  toPlace,
} from "./references.ts";

/** What a command line names: jobs by their ids, and whole sweeps. */
export interface Targets {
  readonly jobIds: readonly string[];
  readonly sweeps: readonly SweepState[];
  /** The creates under way or of unknown outcome that its names could mean, too. */
  readonly open?: readonly Attempt[];
}

/**
 * What a command line names, in the one grammar of all commands: whole ids, URLs of job pages, prefixes of ids,
 * names, `@last` and `@2`, patterns such as `lr-*`; sweeps by id, prefix or name.
 * @param options.isFinal the command acts without a question.
 * @returns each job and sweep once, in the order given.
 * @throws {InputError} one is unknown, or could be several things, which it lists.
 */
export function selectTargets(
  given: readonly string[],
  connection: Platform,
  io: Io,
  options: { readonly isFinal?: boolean } = {},
): Targets {
  const { baseUrl } = connection.client;
  const references = given.map((reference) => fromJobPage(reference, baseUrl));
  if (references.every(isWholeId)) return { jobIds: [...new Set(references)], sweeps: [] };
  const platform = toPlatformKey(baseUrl);
  const view = openHistory(io).read();
  const here = view.jobs.filter((job) => job.platform === platform);
  const ours = readSweeps(view).filter((sweep) => sweep.platform === platform);
  const jobIds = new Set<string>();
  const sweeps = new Set<SweepState>();
  for (const reference of references) {
    const found = find(reference);
    for (const { jobId } of found.jobs) jobIds.add(jobId);
    for (const sweep of found.sweeps) sweeps.add(sweep);
  }
  const open = new Set(references.flatMap((reference) => findOpen(view, platform, reference)));
  return { jobIds: [...jobIds], sweeps: [...sweeps], open: [...open] };

  function find(reference: string): {
    readonly jobs: readonly { readonly jobId: string }[];
    readonly sweeps: readonly SweepState[];
  } {
    if (isWholeId(reference)) return { jobs: [{ jobId: reference }], sweeps: [] };
    const place = toPlace(reference);
    const last = place && findSubmission(view, { platform, place });
    if (last) {
      noteLast(reference, last, io, options);
      if (last.last.sweep !== undefined) return { jobs: [], sweeps: [last.last.sweep] };
      return { jobs: [last.last.job ?? refuseJobless(last.last, reference)], sweeps: [] };
    }
    const named = { jobs: findJobs(reference, here), sweeps: findSweeps(reference, ours) };
    const count = named.jobs.length + named.sweeps.length;
    const fitting = count === 0 ? findFitting(reference, { here, ours }) : undefined;
    if (fitting !== undefined) return fitting;
    if (count === 0 && !isGlob(reference) && mayBeId(reference))
      return { jobs: [{ jobId: reference }], sweeps: [] };
    if (count === 0) refuseUnknown(reference, view, platform);
    const [sweep] = named.sweeps;
    // A sweep of one run gives its job its own name.
    if (sweep && named.jobs.every((job) => isRunOf(job, sweep)))
      return { jobs: [], sweeps: [sweep] };
    if (count > 1) refuseSeveral(reference, named);
    return named;
  }
}

function isRunOf({ attempt }: KnownJob, { id }: SweepState): boolean {
  return attempt?.sweepRun?.sweep === id;
}

function findFitting(
  glob: string,
  { here, ours }: { here: readonly KnownJob[]; ours: readonly SweepState[] },
) {
  if (!isGlob(glob)) return undefined;
  const sweeps = ours.filter(({ plan }) => fitsGlob(plan.name, glob));
  const jobs = here.filter((job) => namesOf(job).some((name) => fitsGlob(name, glob)));
  return jobs.length + sweeps.length > 0 ? { jobs, sweeps } : undefined;
}

/** {@link selectTargets} with the jobs of a sweep in its place. @throws {InputError} a sweep has no job yet. */
export function selectJobs(given: readonly string[], connection: Platform, io: Io): string[] {
  return jobsOf(selectTargets(given, connection, io), io);
}

/** The jobs of targets; runs of sweeps without one are reported. @throws {InputError} a sweep has none yet. */
export function jobsOf({ jobIds, sweeps }: Targets, io: Io): string[] {
  const ofSweeps = sweeps.flatMap((sweep) => {
    const ids = sweep.runs.flatMap(({ jobId }) => jobId ?? []);
    if (ids.length === 0) refuseJobless({ sweep });
    const left = sweep.runs.length - ids.length;
    if (left > 0) printNote(io, io.t.reference.partOfSweep(visibleText(sweep.id), left));
    return ids;
  });
  return [...new Set([...jobIds, ...ofSweeps])];
}

/**
 * The only job that a command line names; `@last` is the last job, also where it is one of a sweep.
 * @throws {InputError} it names none, several, or a sweep.
 */
export function selectJob(given: string, connection: Platform, io: Io): string {
  const place = toPlace(given);
  const platform = toPlatformKey(connection.client.baseUrl);
  const last = place && findSubmission(openHistory(io).read(), { platform, place });
  if (last) {
    noteLast(given, last, io);
    return last.last.job?.jobId ?? refuseJobless(last.last, given);
  }
  const { jobIds, sweeps } = selectTargets([given], connection, io);
  const [jobId] = jobIds;
  if (jobId !== undefined && jobIds.length + sweeps.length === 1) return jobId;
  const [sweep] = sweeps;
  if (sweep !== undefined) throw inputError(["reference.isSweep", visibleText(sweep.id)]);
  throw inputError(
    ["reference.ambiguous", visibleText(given), jobIds.length],
    "reference.ambiguousHint",
  );
}
