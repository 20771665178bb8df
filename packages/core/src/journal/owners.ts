import {
  isElsewhere,
  isRunning,
  isSameProcess,
  type ProcessMark,
  silenceMs,
} from "./process-mark.ts";

/** A record that a process has taken a sweep, or left it. */
export interface OwnerRecord {
  readonly kind: string;
  readonly process: ProcessMark;
}

/** The processes that took a sweep and have not left it, in order; also those that have died. */
export function findOwners(records: readonly OwnerRecord[]): ProcessMark[] {
  let owners: ProcessMark[] = [];
  for (const { kind, process } of records) {
    owners = owners.filter((mark) => !isSameProcess(mark, process));
    if (!kind.endsWith(":left")) owners.push(process);
  }
  return owners;
}

/**
 * The process that owns a sweep now: the last one where that is on another machine and gave a sign of
 * itself within minutes, or else the first of this machine that runs.
 * @param lastSignAt epoch ms.
 */
export function findOwner(
  owners: readonly ProcessMark[],
  lastSignAt: number,
): ProcessMark | undefined {
  const last = owners.at(-1);
  // Clocks differ, and in both directions.
  const isRecent = Math.abs(Date.now() - lastSignAt) < silenceMs;
  return last !== undefined && isElsewhere(last) && isRecent ? last : owners.find(isRunning);
}
