import type { Attempt, KnownJob } from "@qizhi/core/journal";
import { readSweeps, type SweepState } from "@qizhi/core/sweep";
import { fromJobPage, toPlatformKey, visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import type { Platform } from "../terminal/connection.ts";
import { type Io, printNote } from "../terminal/io.ts";
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

/** What one reference names. */
interface Named {
  readonly jobs: readonly { readonly jobId: string }[];
  readonly sweeps: readonly SweepState[];
}

/**
 * What a command line names, in the one grammar of all commands: whole ids, URLs of job pages, prefixes of ids,
 * names, `@last` and `@2`, patterns such as `lr-*`; sweeps by id, prefix or name.
 * @param options.isFinal the command acts without a question.
 * @param options.isOneJob `@last` is the last job, also where it is one of a sweep.
 * @returns each job and sweep once, in the order given.
 * @throws {InputError} one is unknown, or could be several things, which it lists.
 */
export function selectTargets(
  given: readonly string[],
  connection: Platform,
  io: Io,
  options: { readonly isFinal?: boolean; readonly isOneJob?: boolean } = {},
): Targets {
  const { baseUrl } = connection.client;
  const references = given.map((reference) => fromJobPage(reference, baseUrl));
  if (references.every(isWholeId)) return { jobIds: [...new Set(references)], sweeps: [] };
  const platform = toPlatformKey(baseUrl);
  const view = openHistory(io).read();
  const here = view.jobs.filter((job) => job.platform === platform);
  const ours = readSweeps(view).filter((sweep) => sweep.platform === platform);
  const found = references.map(find);
  const jobIds = found.flatMap(({ jobs }) => jobs.map(({ jobId }) => jobId));
  const open = references.flatMap((reference) => findOpen(view, platform, reference));
  return {
    jobIds: [...new Set(jobIds)],
    sweeps: [...new Set(found.flatMap(({ sweeps }) => sweeps))],
    open: [...new Set(open)],
  };

  function find(reference: string): Named {
    if (isWholeId(reference)) return { jobs: [{ jobId: reference }], sweeps: [] };
    const place = toPlace(reference);
    const submission = place && findSubmission(view, { platform, place });
    if (submission) {
      const { last } = submission;
      noteLast(reference, submission, io, options);
      if (last.sweep !== undefined && !options.isOneJob) return { jobs: [], sweeps: [last.sweep] };
      return { jobs: [last.job ?? refuseJobless(last, reference)], sweeps: [] };
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
  const { jobIds, sweeps } = selectTargets([given], connection, io, { isOneJob: true });
  const [jobId] = jobIds;
  if (jobId !== undefined && jobIds.length + sweeps.length === 1) return jobId;
  const [sweep] = sweeps;
  if (sweep !== undefined) throw inputError(["reference.isSweep", visibleText(sweep.id)]);
  throw inputError(
    ["reference.ambiguous", visibleText(given), jobIds.length],
    "reference.ambiguousHint",
  );
}
