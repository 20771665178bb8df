import {
  isElsewhere,
  isRunning,
  isSameProcess,
  type ProcessMark,
  silenceMs,
} from "./process-mark.ts";

/** Who has a sweep, and what halts it. */
export interface SweepHold {
  /** The processes that took it and have not left it, in order; also those that have died. */
  readonly owners: readonly ProcessMark[];
  /** The process that took it last, also where it has left it. */
  readonly taker: ProcessMark | undefined;
  /** Ids of the halts that no resume has lifted, oldest first. */
  readonly halts: readonly string[];
  /** The place of the record by which a person last let it make anew what had not succeeded. */
  readonly anewAt: number;
}

/** Of a sweep without records. */
export const unheld: SweepHold = { owners: [], taker: undefined, halts: [], anewAt: 0 };

/** A record of a sweep, as far as it says such things. */
export interface HoldRecord {
  readonly kind: string;
  /** Version of its form; of another one the process alone is understood. */
  readonly v?: unknown;
  readonly time?: unknown;
  /** The process that takes the sweep, goes on with it or leaves it. */
  readonly process?: ProcessMark | undefined;
  /** Id of the halt that it writes down. */
  readonly halt?: unknown;
  /** Whether it lifts halts. */
  readonly anew?: unknown;
  /** Ids of the halts that it lifts, if none of them: by such a record the process that has the sweep goes on with it. */
  readonly lifts?: unknown;
}

/** Who has a sweep and what halts it after one more of its records. */
export function foldHold(before: SweepHold, record: HoldRecord, place: number): SweepHold {
  const { kind, process, v } = record;
  const isTaken = process !== undefined && !kind.endsWith(":left");
  const taker = isTaken ? process : before.taker;
  const owners = foldOwners(before.owners, record);
  if (v !== 1) return { ...before, owners, taker };
  const anewAt = isAnew(record) ? place : before.anewAt;
  return { owners, taker, halts: foldHalts(before.halts, record), anewAt };
}

function foldOwners(
  owners: readonly ProcessMark[],
  { kind, process, lifts }: HoldRecord,
): readonly ProcessMark[] {
  if (process === undefined || lifts !== undefined) return owners;
  const others = owners.filter((mark) => !isSameProcess(mark, process));
  return kind.endsWith(":left") ? others : [...others, process];
}

function foldHalts(standing: readonly string[], record: HoldRecord): readonly string[] {
  const { kind, lifts } = record;
  if (kind === "sweep:halt") return [...standing, haltOf(record)];
  if (!isAnew(record)) return standing;
  // Earlier versions lifted every halt before, and named none.
  if (lifts === undefined) return [];
  return Array.isArray(lifts) ? standing.filter((halt) => !lifts.includes(halt)) : standing;
}

/** The id of the halt that a record writes down; its time where an earlier version wrote it. */
export function haltOf({ halt, time }: HoldRecord): string {
  return String(halt ?? time);
}

/** Whether by a record a person lets a sweep make anew what has not succeeded. */
export function isAnew({ kind, v, anew }: HoldRecord): boolean {
  return v === 1 && kind === "sweep:resume" && anew === true;
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
