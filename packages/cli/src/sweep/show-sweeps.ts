import type { JournalView } from "@qizhi/core/journal";
import { findSweep, readSweeps, type SweepState, toResultRows } from "@qizhi/core/sweep";
import { excerpt, hasOpenJob, observeRun, readAllSweeps, visibleText } from "@qizhi/core/internal";
import { findGivenPlatform, findPlatform } from "../access/access.ts";
import { inputError, sayError } from "../errors/cli-error.ts";
import type { CommandInput } from "../context/command.ts";
import type { Options } from "../context/options.ts";
import { exitCode, exitCodeOf } from "../errors/exit-code.ts";
import { readHistory } from "../history/history.ts";
import { noteLast, refuseSeveral } from "../history/say-reference.ts";
import { findSubmission, findSweeps, fitsGlob, type Last, toPlace } from "../history/references.ts";
import { type Io, printJson, printNote, printResult } from "../terminal/io.ts";
import { columnsOf } from "../terminal/streams.ts";
import { drawTable, numbers } from "../text/table.ts";
import { toAgeText } from "../text/time-text.ts";
import { checkFiles, countStates, printSweep, toSweepJson } from "./sweep-output.ts";
import { AuthError } from "@qizhi/core";
import type { Connection } from "../terminal/connection.ts";
import { connect } from "../access/connect.ts";
import { refreshJobs } from "../jobs/poll-jobs.ts";

/**
 * The sweep that a reference names; damage that may concern it is reported.
 * @throws {InputError} there is none, or it cannot be read.
 */
export function requireSweep(
  reference: string,
  input: Pick<CommandInput, "options" | "io">,
): SweepState {
  const { io } = input;
  const view = readHistory(io);
  const found = selectSweep(reference, view, input) ?? findSweep(view, reference);
  if (found === undefined) {
    throw inputError(["sweep.none", visibleText(reference)], "sweep.seeList");
  }
  reportDamagedRecords([found], io);
  return found;
}

/**
 * The sweep that a reference names where only a sweep can be meant; by its id or name also one of another platform.
 * @throws {InputError} it could be several.
 */
function selectSweep(
  reference: string,
  view: JournalView,
  { options, io }: Pick<CommandInput, "options" | "io">,
): SweepState | undefined {
  const place = toPlace(reference);
  if (place !== undefined) {
    const platform = findPlatform(options, io);
    const isWanted = ({ sweep }: Last) => sweep !== undefined;
    const found = findSubmission(view, { platform, place, isWanted });
    if (found !== undefined) noteLast(reference, found, io);
    return found?.last.sweep;
  }
  const sweeps = findSweeps(reference, readSweeps(view));
  if (sweeps.length > 1) refuseSeveral(reference, { jobs: [], sweeps });
  return sweeps[0];
}

function reportDamagedRecords(sweeps: readonly SweepState[], io: Io): void {
  for (const { id, damagedRecords } of sweeps) {
    if (damagedRecords > 0)
      printNote(io, io.t.sweep.damagedRecords(visibleText(id), damagedRecords));
  }
}

/** Shows the runs of a sweep, and writes them to the files that are asked for. */
export async function showSweep(sweep: SweepState, input: CommandInput): Promise<number> {
  const { options, io } = input;
  checkFiles(options);
  const code = await refreshSweeps([sweep], input);
  const isWritten = await printSweep(sweep, options, io);
  return isWritten ? code : exitCode.output;
}

/** Lists the sweeps, the newest first, as they stand now. @param of.name a pattern; @param of.since epoch ms. */
export async function listSweeps(
  input: CommandInput,
  of: { readonly name?: string | undefined; readonly since?: number | undefined } = {},
): Promise<number> {
  const { options, io } = input;
  const { name, since = 0 } = of;
  const given = findGivenPlatform(options, io);
  const view = readHistory(io);
  const all = readAllSweeps(view);
  for (const { id, reason } of all.unreadable) {
    printNote(io, io.t.sweep.unreadable(visibleText(id), reason));
  }
  reportDamagedRecords(all.sweeps, io);
  const sweeps = all.sweeps
    .filter(({ platform }) => given === undefined || platform === given)
    .filter(({ plan }) => name === undefined || fitsGlob(plan.name, name))
    .filter(({ beganAt }) => Date.parse(beganAt) >= since)
    .toReversed();
  const code = await refreshSweeps(sweeps, input);
  if (options.flag("json")) {
    printJson(io, sweeps.map(toListedJson));
  } else if (sweeps.length > 0) printResult(io, drawSweeps(sweeps, io).join("\n"));
  else if (all.sweeps.length > 0) printNote(io, io.t.sweep.noMatch);
  else if (all.unreadable.length === 0) printNote(io, io.t.sweep.noneAtAll);
  return code;
}

function toListedJson(sweep: SweepState): object {
  const { runs: _runs, ...rest } = Object(toSweepJson(sweep));
  return { ...rest, base_url: sweep.platform, began_at: sweep.beganAt };
}

function drawSweeps(sweeps: readonly SweepState[], io: Io): string[] {
  const { columns } = io.t.sweep;
  return drawTable(
    sweeps,
    [
      { title: columns.sweep, cell: ({ id }) => visibleText(id) },
      { title: columns.name, cell: ({ plan }) => excerpt(plan.name, 60), least: 10 },
      numbers(columns.began, 1, ({ beganAt }) => toAgeText(Date.parse(beganAt), io.t)),
      { title: columns.runs, cell: ({ runs }) => String(runs.length), align: "end" },
      {
        title: columns.states,
        cell: ({ runs }) => countStates(toResultRows(runs), io.t),
        least: 12,
      },
    ],
    columnsOf(io.stdout),
  );
}

const timeoutMs = 30_000;

/**
 * Polls the jobs of sweeps that may have changed since they were last seen. Those of other platforms, and all
 * with `--offline` or without a login, stay as last seen, which is reported.
 * @returns the exit code of the polls.
 */
export async function refreshSweeps(
  sweeps: readonly SweepState[],
  { options, io }: CommandInput,
): Promise<number> {
  const open = sweeps.filter((sweep) => openRuns(sweep).length > 0);
  const asksNobody = open.length === 0 || options.flag("offline");
  const connection = asksNobody ? undefined : await connectIfLoggedIn(options, io);
  const isHere = ({ platform }: SweepState) => platform === connection?.client.baseUrl;
  const code = connection ? await refreshRuns(connection, open.filter(isHere), io) : exitCode.ok;
  const asLastSeen = open.filter((sweep) => !isHere(sweep)).flatMap(openRuns);
  if (asLastSeen.length > 0) printNote(io, io.t.sweep.asLastSeen(asLastSeen.length));
  return code;
}

/** Connects; without a login it says so. */
async function connectIfLoggedIn(options: Options, io: Io): Promise<Connection | undefined> {
  try {
    return await connect(options, io);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    printNote(io, sayError(error, io.t).summary);
    return undefined;
  }
}

/**
 * Polls the jobs of sweeps of a connection's platform; each failed poll is reported.
 * @returns the exit code of the polls.
 */
export async function refreshRuns(
  connection: Connection,
  sweeps: readonly SweepState[],
  io: Io,
): Promise<number> {
  const runs = sweeps.flatMap(openRuns);
  const jobIds = runs.flatMap(({ jobId }) => jobId ?? []);
  const { seen, failed } = await refreshJobs(connection, jobIds, { timeoutMs });
  for (const run of runs) {
    const job = seen.get(run.jobId ?? "");
    if (job !== undefined) observeRun(run, job.report);
  }
  const [first] = failed.values();
  if (first === undefined) return exitCode.ok;
  printNote(io, io.t.sweep.notAsked(failed.size, sayError(first, io.t).summary));
  return exitCodeOf(first);
}

/** The runs whose jobs may have changed since they were last seen. */
const openRuns = ({ runs }: SweepState) => runs.filter(hasOpenJob);
