import { statSync } from "node:fs";
import type { Clock } from "../../async/clock.ts";
import type { Journal } from "../../journal/journal.ts";
import type { SweepState } from "./fold.ts";
import { refuseOwned } from "./owner.ts";
import { type HaltReason, writeRecord } from "./records.ts";

/** The longest time until a runner sees that another process has halted its sweep, in ms. */
export const haltCheckMs = 3_000;

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

/**
 * Creates a check whether another process has halted a sweep. It reads the journal only where that has grown,
 * and once in {@link haltCheckMs} unless `now` is set.
 */
export function createHaltCheck(
  journal: Journal,
  sweep: string,
  clock: Clock,
): (options?: { now?: boolean }) => HaltReason | undefined {
  let checkedAt = -Infinity;
  let sizeSeen = -1;
  return ({ now = false } = {}) => {
    if (!now && clock.now() - checkedAt < haltCheckMs) return undefined;
    checkedAt = clock.now();
    try {
      const { size } = statSync(journal.file);
      if (size === sizeSeen) return undefined;
      const halted = journal.index().isHalted(sweep);
      sizeSeen = size;
      return halted ? "stopped" : undefined;
    } catch {
      // A journal that cannot be read now is read the next time.
      return undefined;
    }
  };
}
