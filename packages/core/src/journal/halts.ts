/** A record that may halt a sweep, or lift halts of it. */
export interface HaltRecord {
  readonly kind: string;
  readonly time?: unknown;
  /** Id of the halt that it writes down. */
  readonly halt?: unknown;
  /** Whether it lifts halts. */
  readonly anew?: unknown;
  /** Ids of the halts that it lifts. */
  readonly lifts?: unknown;
}

/** The id of the halt that a record writes down; its time where an earlier version wrote it. */
export function haltOf({ halt, time }: HaltRecord): string {
  return String(halt ?? time);
}

/** Whether by a record a person lets a sweep make anew what has not succeeded. */
export function isAnew({ kind, anew }: HaltRecord): boolean {
  return kind === "sweep:resume" && anew === true;
}

/** The halts of a sweep that stand after one more of its records, oldest first. */
export function foldHalt(standing: readonly string[], record: HaltRecord): readonly string[] {
  const { kind, lifts } = record;
  if (kind === "sweep:halt") return [...standing, haltOf(record)];
  if (!isAnew(record)) return standing;
  // Earlier versions lifted every halt before, and named none.
  if (lifts === undefined) return [];
  return Array.isArray(lifts) ? standing.filter((halt) => !lifts.includes(halt)) : standing;
}
