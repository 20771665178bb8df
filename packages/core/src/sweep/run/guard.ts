import { refuseDamaged, refuseOpen } from "../../client/create-guard.ts";
import { inputError } from "../../errors/input-errors.ts";
import type { Journal } from "../../journal/journal.ts";
import { specFingerprint } from "../../journal/fingerprint.ts";
import { visibleText } from "../../text/text.ts";
import { readAllSweeps, type SweepState } from "../record/fold.ts";
import type { SweepPlan, SweepRun } from "../define/runs.ts";
import { hasOpenJob, isMadeAnew, type RunStatus } from "../record/run-status.ts";
import { writeRecord } from "../record/records.ts";

/** The runs that are to be created. */
type Runs = Pick<SweepPlan, "name" | "runs">;

/**
 * Refuses a plan with a run that may have a job already, or waits for one in a sweep that is not over.
 * @throws {InputError} the other sweep or attempt is to be settled first.
 */
export function refuseDoubles(journal: Journal, platform: string, { name, runs }: Runs): void {
  refuseDamaged(journal);
  const { sweeps, unreadable } = readAllSweeps(journal.read());
  refuseUnfinished(sweeps, platform, runs);
  const lost = unreadable.find((sweep) => (sweep.name ?? name) === name);
  if (lost !== undefined) {
    throw inputError("sweep_unreadable", { sweep: visibleText(lost.id), reason: lost.reason });
  }
  for (const { spec } of runs) refuseOpen(journal, platform, spec);
}

/**
 * Gives way to a sweep of the same runs that another process has begun at the same moment.
 * @param id of this one, which is in the journal.
 * @throws {InputError} the other sweep was written first, or this one cannot be read.
 */
export function giveWayTo(journal: Journal, platform: string, { runs }: Runs, id: string): void {
  const { sweeps } = readAllSweeps(journal.read());
  const own = sweeps.findIndex((sweep) => sweep.id === id);
  try {
    refuseUnfinished(own === -1 ? sweeps : sweeps.slice(0, own), platform, runs);
    // On a network file system two lines may be written over each other.
    if (own === -1) throw inputError("sweep_damaged", { sweep: visibleText(id), records: 1 });
  } catch (error) {
    writeRecord(journal, { kind: "sweep:forget", sweep: id });
    throw error;
  }
}

/**
 * Refuses to go on with a sweep of which records are lost, of whose runs others may have created a job, or whose runs
 * are in another sweep that is not over.
 * @param anew whether what did not succeed is made again.
 * @throws {InputError} the other sweep or attempt is to be settled first.
 */
export function refuseLost(
  journal: Journal,
  { id, platform, runs, isInsistedOn, halted, damagedRecords }: SweepState,
  anew: boolean,
): void {
  if (damagedRecords > 0) {
    throw inputError("sweep_damaged", { sweep: visibleText(id), records: damagedRecords });
  }
  // A halted sweep only stops what goes on.
  if (isInsistedOn || (halted !== undefined && !anew)) return;
  const waiting = runs.filter(({ state }) => state === "waiting");
  const toMake = anew ? [...waiting, ...runs.filter(isMadeAnew)] : waiting;
  const others = readAllSweeps(journal.read()).sweeps.filter((sweep) => sweep.id !== id);
  refuseUnfinished(
    others,
    platform,
    toMake.map(({ run }) => run),
  );
  for (const { run } of waiting) refuseOpen(journal, platform, run.spec);
}

function refuseUnfinished(
  sweeps: readonly SweepState[],
  platform: string,
  runs: readonly Pick<SweepRun, "spec">[],
): void {
  const prints = new Set(runs.map(({ spec }) => specFingerprint(spec)));
  for (const sweep of sweeps) {
    if (sweep.platform !== platform) continue;
    const open = sweep.runs
      .filter((status) => isOpen(status, sweep))
      .filter(({ run }) => prints.has(specFingerprint(run.spec)));
    if (open.length === 0) continue;
    const count = (state: RunStatus["state"]) => open.filter((run) => run.state === state).length;
    throw inputError("sweep_unfinished", {
      sweep: visibleText(sweep.id),
      runs: open.length,
      waiting: count("waiting"),
      active: count("active"),
      unknown: count("unknown"),
      isHalted: sweep.halted !== undefined,
    });
  }
}

/** Whether a run has a job that may go on, may have one, or is yet to get one. */
function isOpen(status: RunStatus, { halted }: SweepState): boolean {
  if (status.state === "waiting") return halted === undefined;
  return status.state === "unknown" || hasOpenJob(status);
}
