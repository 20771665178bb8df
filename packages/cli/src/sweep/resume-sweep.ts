import { isQizhiError } from "@qizhi/core";
import { resumeSweep, type RunStatus, type SweepState } from "@qizhi/core/sweep";
import {
  excerpt,
  isJobId,
  isUnsettled,
  jobListUrl,
  refuseOwned,
  refuseOwnedJob,
  visibleText,
} from "@qizhi/core/internal";
import { connect } from "../access/connect.ts";
import { listKnownIds } from "../access/known-ids.ts";
import type { CommandInput } from "../context/command.ts";
import { readWaitSettings, waitsForOutcome } from "../jobs/wait-settings.ts";
import { askText, canAsk } from "../terminal/ask.ts";
import type { Connection } from "../terminal/connection.ts";
import { type Io, printError, printNote } from "../terminal/io.ts";
import { type OpenSweep, runSweep } from "./run-sweep.ts";
import { refreshRuns } from "./show-sweeps.ts";
import { findEqual, readGpusPerNode, readSweepSettings } from "./submit-sweep.ts";
import { checkFiles } from "./sweep-output.ts";

/**
 * Goes on with a sweep whose process has ended: submits what is left.
 * @param anew also what failed, was stopped or refused, and what a halt left.
 */
export async function resume(
  before: SweepState,
  anew: boolean,
  { options, io }: CommandInput,
): Promise<number> {
  const settings = { ...before.settings, ...readSweepSettings(options) };
  checkFiles(options);
  // A wrong limit is reported before anybody is asked.
  readWaitSettings(options);
  const connection = await connect(options, io);
  const { client, journal, username: account } = connection;
  const [again, takeOver] = [options.flag("allowDuplicate"), options.flag("takeOver")];
  // The process that has it knows more of its creates than a person can.
  refuseOwned(before, takeOver);
  if (canAsk(io)) await askUnknown(connection, before.runs, io);
  const ids = listKnownIds(client.baseUrl, io);
  const whole = { runs: before.runs.map(({ run }) => run) };
  const gpusPerNode = readGpusPerNode(connection, whole, ids);
  await client.authenticate();
  // What ended while nobody watched is made again; without a wait it is told.
  const isPolled = anew || !waitsForOutcome(connection, options);
  await refreshRuns(connection, findChanged(connection, before, { isPolled, again, anew }), io);
  const running = { account, gpusPerNode, anew, seenHalts: before.halts, again, takeOver };
  const open: OpenSweep = (how) => {
    const all = { ...running, ...how };
    const resumed = resumeSweep({ client, journal }, before.id, settings, all);
    const { halted, plan, runs } = resumed;
    const left = runs.filter(({ state }) => state !== "ended").length;
    const goesOn = io.t.sweep.resumed(resumed.id, excerpt(plan.name, 100), left);
    printNote(io, halted ? io.t.sweep.halted[halted] : goesOn);
    return resumed;
  };
  return runSweep(connection, open, options, io);
}

/** The sweeps whose jobs decide about what is made when a sweep goes on, and where `isPolled` the sweep itself. */
function findChanged(
  connection: Connection,
  before: SweepState,
  { isPolled, anew, again }: Readonly<Record<"isPolled" | "anew" | "again", boolean>>,
): SweepState[] {
  const goesOn = before.halted === undefined;
  const toMake = before.runs.filter(({ state }) => anew || (goesOn && state === "waiting"));
  const runs = toMake.map(({ run }) => run);
  const others = again ? [] : findEqual(connection, runs).filter(({ id }) => id !== before.id);
  return isPolled ? [before, ...others] : others;
}

/** Asks about each unknown run of a sweep whose create is not under way any more, and records the answers. */
async function askUnknown(
  { client, journal }: Connection,
  runs: readonly RunStatus[],
  io: Io,
): Promise<void> {
  for (const { state, attempt, run } of runs) {
    if (state !== "unknown" || attempt === undefined) continue;
    if (!isUnsettled(journal, attempt)) continue;
    const url = visibleText(jobListUrl(client.baseUrl, run.spec.workspace_id));
    const find = async (said: string) => {
      const { job_id: jobId } = await client.getJob(said);
      refuseOwnedJob(journal, client.baseUrl, jobId, attempt);
      return jobId;
    };
    const answer = await askJob(io.t.sweep.askJob(excerpt(run.name, 100), url), find, io);
    // It may have been settled in another terminal while the question stood.
    if (answer === "later" || !isUnsettled(journal, attempt)) continue;
    journal.append({ kind: "resolved", attempt, jobId: answer });
  }
}

/** Asks until the answer is a job that `find` takes, that there is none (`undefined`), or "later". */
async function askJob(
  message: string,
  find: (said: string) => Promise<string>,
  io: Io,
): Promise<string | undefined> {
  for (;;) {
    const check = (text: string) => {
      const said = text.trim();
      return isJobId(said) || /^(no|later)$/i.test(said) ? undefined : io.t.sweep.askForm;
    };
    const said = (await askText(io, { message, check })).trim();
    if (/^later$/i.test(said)) return "later";
    if (/^no$/i.test(said)) return undefined;
    try {
      return await find(said);
    } catch (error) {
      if (!isQizhiError(error)) throw error;
      printError(io, error);
    }
  }
}
