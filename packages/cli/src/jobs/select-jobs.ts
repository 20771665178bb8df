import type { JobReport, Phase } from "@qizhi/core";
import type { Attempt, JournalView, KnownJob } from "@qizhi/core/journal";
import { readSweeps, type SweepState } from "@qizhi/core/sweep";
import { canChange, classifySeen, isUnderWay, toPlatformKey } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import type { CommandInput } from "../context/command.ts";
import type { Connection, Platform } from "../terminal/connection.ts";
import { exitCode, exitCodeOf, gravest } from "../errors/exit-code.ts";
import { type Io, printJson, printNote } from "../terminal/io.ts";
import { openHistory } from "../history/history.ts";
import { isDue } from "../history/tries.ts";
import { type Filters, fitsFilters, readFilters } from "../history/filters.ts";
import { findOpen, fitsGlob } from "../history/references.ts";
import { jobsOf, selectTargets, type Targets } from "../history/selection.ts";
import { unresolvedOf } from "../history/unresolved.ts";
import { mayChange, pollToChoose, refreshJobs } from "./poll-jobs.ts";

/** Where a set is selected: a connection, or what opens one for a set of certain statuses. */
type SetPlace = Connection | (Platform & { readonly open: () => Promise<Connection> });

interface SelectedSet extends Targets {
  /** The ids of all jobs that are meant, also those of a set that have ended. */
  readonly meant: readonly string[];
  /** The exit code of the choice: jobs that could not be asked about are left out, and creates without a known one. */
  readonly code: number;
}

/**
 * What a command works on: what its arguments name, else the set that its flags choose, else `@last`.
 * A set holds active jobs, unless `--status` names others; only that of `--all` may be empty.
 * @param how.isFinal the command acts without a question.
 * @param how.halts a set also holds the sweeps that may submit more jobs.
 */
export async function selectSet(
  place: SetPlace,
  { args, options, io }: CommandInput,
  how: { readonly isFinal?: boolean; readonly halts?: boolean } = {},
): Promise<SelectedSet> {
  if (args.length > 0) return toSet(selectTargets(args, place, io, how), how, io);
  const filters = readFilters(options);
  const isSet = options.flag("all") || Object.values(filters).some((each) => each !== undefined);
  if (!isSet) return toSet(selectTargets(["@last"], place, io, how), how, io);
  const view = openHistory(io).read();
  const platform = toPlatformKey(place.client.baseUrl);
  const wanted = view.jobs.filter((job) => job.platform === platform && fitsFilters(job, filters));
  const sweeps = readSweeps(view).filter(
    (sweep) => how.halts && sweep.platform === platform && isChosen(sweep, filters, view),
  );
  const { jobIds, code } = await filterByPhase(place, wanted, filters.phases, io);
  const { phases: wantedPhases, since = 0, name = "*" } = filters;
  const open = findOpen(view, platform, name).filter(({ time }) => Date.parse(time) >= since);
  const isNoted = how.halts && wantedPhases === undefined;
  const openCode = isNoted ? noteOpen({ open, sweeps }, io) : exitCode.ok;
  const isEmpty = jobIds.length + sweeps.length === 0 && openCode === exitCode.ok;
  if (isEmpty && !options.flag("all")) throw inputError("history.noMatch", "reference.noneHint");
  const meant = wantedPhases === undefined ? wanted.map(({ jobId }) => jobId) : jobIds;
  return { jobIds, sweeps, meant, code: gravest([code, openCode]) };
}

function toSet(targets: Targets, { halts = false }, io: Io): SelectedSet {
  const code = halts ? noteOpen(targets, io) : exitCode.ok;
  return { ...targets, meant: targets.jobIds, code };
}

/** Says of a set to be stopped that jobs may run which nobody knows. What is under way has an outcome soon; a sweep's halt tells of its own. */
function noteOpen({ open = [], sweeps }: Pick<Targets, "open" | "sweeps">, io: Io): number {
  const halted = new Set(sweeps.map(({ id }) => id));
  const isLost = ({ state, sweepRun }: Attempt) =>
    state === "unknown" && !halted.has(sweepRun?.sweep ?? "");
  const count = open.filter(isLost).length;
  if (count === 0) return exitCode.ok;
  printNote(io, io.t.history.unresolved(count));
  return exitCode.unknownOutcome;
}

/**
 * The jobs that arguments name, else those of a `--name`, else `@last`, also where they have ended.
 * @returns those of a `--status`, how many there are of any, whether several could be meant, and the exit code of the polls.
 * @throws {InputError} there is none, of whatever status.
 */
export async function selectOfAnyStatus(place: SetPlace, { args, options, io }: CommandInput) {
  const { phases: wanted, name } = readFilters(options);
  const isNamed = args.length > 0 || (name === undefined && wanted === undefined);
  const view = openHistory(io).read();
  const platform = toPlatformKey(place.client.baseUrl);
  const here = view.jobs.filter((job) => job.platform === platform);
  const { jobIds, sweeps }: Targets = isNamed
    ? selectTargets(args.length > 0 ? args : ["@last"], place, io)
    : {
        jobIds: here.flatMap((job) => (fitsFilters(job, { name }) ? job.jobId : [])),
        sweeps: [],
      };
  const all = jobsOf({ jobIds, sweeps }, io);
  const known = new Map(here.map((job) => [job.jobId, job]));
  const jobs = all.map((jobId) => known.get(jobId) ?? { jobId, seen: undefined });
  if (all.length === 0) throw inputError("history.noMatch", "reference.noneHint");
  const found = wanted
    ? await filterByPhase(place, jobs, wanted, io)
    : { jobIds: all, code: exitCode.ok };
  const isSet = !isNamed || sweeps.length > 0 || jobIds.length > 1;
  return { ...found, count: all.length, isSet };
}

export function reportNothing({ options, io }: CommandInput): number {
  if (options.flag("json")) printJson(io, []);
  printNote(io, io.t.history.noneActive);
  return exitCode.ok;
}

/** Whether a sweep that may submit more jobs is in a set: not in one of certain statuses. */
function isChosen(
  sweep: SweepState,
  { name, since, phases: wanted }: Filters,
  view: JournalView,
): boolean {
  const { plan, runs, beganAt, halted, settings } = sweep;
  if (wanted !== undefined || halted !== undefined) return false;
  const isSending = unresolvedOf(sweep, view).some(isUnderWay);
  if (!isSending && !runs.some((run) => isDue(run, settings))) return false;
  if (since !== undefined && Date.parse(beganAt) < since) return false;
  return name === undefined || fitsGlob(plan.name, name);
}

const connectionOf = (place: SetPlace) => ("open" in place ? place.open() : place);

const newsMs = 86_400_000;

/**
 * The ids of jobs that may be active. Those that nobody has looked at are polled first, and left out where they ended
 * more than a day ago.
 */
async function leaveOutEnded(
  place: SetPlace,
  jobs: readonly Pick<KnownJob, "jobId" | "seen">[],
  io: Io,
): Promise<string[]> {
  const ids = jobs.map(({ jobId }) => jobId);
  const unseen = jobs.flatMap(({ jobId, seen }) => (seen === undefined ? jobId : []));
  if (unseen.length === 0) return ids;
  // A job that could not be asked about stays: what is done with the set says why.
  const { seen } = await refreshJobs(await connectionOf(place), unseen);
  // What has just ended is news: a job that fails at its start must not pass for one that nobody meant.
  const isOld = ({ finishedMs = Date.now() }: JobReport) => finishedMs < Date.now() - newsMs;
  const ended = new Set(
    [...seen].flatMap(([jobId, { report }]) => (canChange(report) || !isOld(report) ? [] : jobId)),
  );
  if (ended.size > 0) printNote(io, io.t.history.endedBefore(ended.size));
  return ids.filter((jobId) => !ended.has(jobId));
}

/** The ids of jobs of some phases, as they stand now; without phases, of those that may be active. */
async function filterByPhase(
  place: SetPlace,
  jobs: readonly Pick<KnownJob, "jobId" | "seen">[],
  wanted: ReadonlySet<Phase> | undefined,
  io: Io,
): Promise<Pick<SelectedSet, "jobIds" | "code">> {
  const open = jobs.filter(mayChange);
  if (wanted === undefined)
    return { jobIds: await leaveOutEnded(place, open, io), code: exitCode.ok };
  const ids = open.map(({ jobId }) => jobId);
  // A phase of before says nothing about a job that could not be asked about.
  const { seen, failed } = await pollToChoose(await connectionOf(place), ids, io);
  const jobIds = jobs.flatMap(({ jobId, seen: last }) => {
    if (failed.has(jobId)) return [];
    const phase = seen.get(jobId)?.report.phase ?? (last && classifySeen(last).phase);
    return phase !== undefined && wanted.has(phase) ? jobId : [];
  });
  return { jobIds, code: gravest([...failed.values()].map(exitCodeOf)) };
}
