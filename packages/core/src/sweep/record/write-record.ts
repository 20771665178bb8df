import type { Journal } from "../../journal/journal.ts";
import type { SweepRecord } from "./records.ts";

type Written<Entry> = Entry extends SweepRecord ? Omit<Entry, "time"> : never;

/**
 * Writes a record of a sweep.
 * @throws {InputError} it cannot be written.
 */
export function writeRecord(journal: Journal, record: Written<SweepRecord>): void {
  journal.append(record);
}
