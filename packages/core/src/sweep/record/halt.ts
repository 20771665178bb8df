import type { Journal } from "../../journal/journal.ts";
import type { SweepState } from "./fold.ts";
import { refuseOwned } from "./owner.ts";
import { writeRecord } from "./records.ts";

/**
 * Halts a sweep, also one that another process runs: it submits no more. Jobs that there are go on.
 * @throws {InputError} the journal cannot be written.
 */
export function haltSweep(journal: Journal, sweep: string): void {
  writeRecord(journal, { kind: "sweep:halt", sweep, reason: "stopped" });
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
  try {
    return journal.index().isHalted(sweep);
  } catch {
    // A journal that cannot be read now is read the next time.
    return false;
  }
}
