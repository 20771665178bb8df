import { toDoubleError } from "../../client/create-guard.ts";
import { isOpenAttempt } from "../../journal/attempts.ts";
import { inputError } from "../../errors/input-errors.ts";
import type { Journal } from "../../journal/journal.ts";
import { toPlatformKey } from "../../journal/platform-key.ts";
import {
  isElsewhere,
  isSameProcess,
  ownMark,
  type ProcessMark,
} from "../../journal/process-mark.ts";
import { findOwner } from "../../journal/sweep-hold.ts";
import type { SweepRunReference } from "../../journal/records.ts";
import { visibleText } from "../../text/text.ts";
import type { SweepState } from "./fold.ts";
import type { KeepContext } from "./keep-end.ts";
import { writeRecord } from "./records.ts";
import type { RunStatus } from "./run-status.ts";

// Often enough that one sign may be lost before a process counts as gone.
const beatMs = 60_000;

/**
 * Refuses a sweep that another process owns.
 * @param takeOver takes it from one of another machine all the same.
 * @throws {InputError} another process owns it.
 */
export function refuseOwned(
  { id, owners, lastSignAt }: Pick<SweepState, "id" | "owners" | "lastSignAt">,
  takeOver = false,
): void {
  const owner = findOwner(owners, lastSignAt);
  if (owner === undefined || isSameProcess(owner, ownMark())) return;
  if (isElsewhere(owner) && takeOver) return;
  throw toTakenError(id, owner);
}

/**
 * Checks that no process has taken the sweep over, nor has sent a create of this run; it may have left the sweep since.
 * @param own the attempts of this process.
 * @throws {InputError} another process has.
 */
export function refuseTakenOver(
  journal: Journal,
  place: SweepRunReference & { readonly platform: string },
  own: ReadonlySet<string>,
): void {
  const { sweep, platform } = place;
  const index = journal.index();
  const hold = index.holdOf(sweep);
  const owner = findOwner(hold.owners, Date.now());
  if (owner !== undefined && !isSameProcess(owner, ownMark())) throw toTakenError(sweep, owner);
  const other = index.findOfRun(place).find(({ id }) => !own.has(id));
  if (other === undefined) return;
  const taker = hold.taker ?? other.process;
  if (!isSameProcess(taker, ownMark())) throw toTakenError(sweep, taker);
  // The process before this one was about to send it, and gives way.
  if (isOpenAttempt(other)) throw toDoubleError(other, platform);
  throw toTakenError(sweep, other.process);
}

function toTakenError(id: string, mark: ProcessMark): Error {
  const { pid: processId, host } = mark;
  const sweep = visibleText(id);
  if (!isElsewhere(mark)) return inputError("sweep_taken", { sweep, processId });
  return inputError("sweep_taken_elsewhere", { sweep, processId, host: visibleText(host) });
}

/**
 * Writes signs of this process, by which other machines know that the sweep is owned.
 * @returns releases the sweep.
 */
export function holdSweep(journal: Journal, sweep: string): () => void {
  const tryToWrite = (record: Parameters<typeof writeRecord>[1]) => {
    try {
      writeRecord(journal, record);
    } catch {
      // Another machine waits some minutes then; this one sees whether the process runs.
    }
  };
  const timer = setInterval(() => tryToWrite({ kind: "sweep:beat", sweep }), beatMs).unref();
  return () => {
    clearInterval(timer);
    tryToWrite({ kind: "sweep:left", sweep, process: ownMark() });
  };
}

/**
 * Lifts the halts of a sweep that this process has taken, and no newer one.
 * @param seen ids of the halts.
 * @throws {InputError} there is a newer one: the sweep stays halted.
 */
export function liftHalts(journal: Journal, sweep: string, seen: readonly string[]): void {
  const refuse = () =>
    refuseHaltedSince({ id: sweep, halts: journal.index().holdOf(sweep).halts }, seen);
  refuse();
  const lift = { anew: true, lifts: [...seen], process: ownMark() };
  writeRecord(journal, { kind: "sweep:resume", sweep, ...lift });
  // Of a stop and a resume at the same moment, the stop stands.
  refuse();
}

/**
 * Refuses a sweep that was halted since somebody looked.
 * @param seen ids of the halts that there were then.
 * @throws {InputError} there is a newer one.
 */
export function refuseHaltedSince(
  { id, halts }: Pick<SweepState, "id" | "halts">,
  seen: readonly string[],
): void {
  if (halts.every((halt) => seen.includes(halt))) return;
  throw inputError("sweep_stopped_since", { sweep: visibleText(id) });
}

/**
 * Drops sweeps from the history. Their jobs stay.
 * @throws {InputError} another process runs one, which nobody could stop by its id then; none was dropped.
 */
export function forgetSweeps(journal: Journal, sweeps: readonly SweepState[]): void {
  for (const sweep of sweeps) refuseOwned(sweep);
  for (const { id } of sweeps) writeRecord(journal, { kind: "sweep:forget", sweep: id });
}

/** Whether a sweep is halted, also by another process. */
export function isHalted(journal: Journal, sweep: string): boolean {
  return readNow(() => journal.index().holdOf(sweep).halts.length > 0);
}

/** Whether a person has stopped the last job of a run, and has not let the sweep make it anew since. */
export function isStopped(
  { journal, platform, sweep }: KeepContext,
  { jobId }: Pick<RunStatus, "jobId">,
): boolean {
  if (jobId === undefined) return false;
  return readNow(() => journal.index().isStopped(toPlatformKey(platform), jobId, sweep));
}

/** A journal that cannot be read now is read the next time. */
function readNow(read: () => boolean): boolean {
  try {
    return read();
  } catch {
    return false;
  }
}
