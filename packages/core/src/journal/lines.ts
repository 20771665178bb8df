import { createHash } from "node:crypto";
import { findSchema, type KnownRecord, type OtherRecord } from "./records.ts";

/** A line of the journal, read. */
export type Line =
  | { kind: "known"; record: KnownRecord }
  | { kind: "other"; record: OtherRecord }
  /** `record` is what can still be read of a damaged line, and may differ from what was written. */
  | { kind: "damaged"; record?: OtherRecord };

/**
 * The line of a record, with a checksum that shows damage. The checksum comes first: what is left of
 * two lines never reads as one, because it holds the checksum of the first.
 */
export function toLine(record: object): string {
  const stamped = { v: 1, time: new Date().toISOString(), ...record };
  const { process, ...rest } = { process: undefined, ...stamped };
  return JSON.stringify({ sum: sumOf(rest), ...rest, process });
}

/** Reads one line; never throws. */
export function readLine(line: string): Line {
  let record: unknown;
  try {
    record = JSON.parse(line.trim());
  } catch {
    return { kind: "damaged" };
  }
  if (!isRecord(record)) return { kind: "damaged" };
  // Lines of earlier versions have no checksum.
  const hasSum = "sum" in record;
  if (hasSum && record["sum"] !== sumOf(record)) return { kind: "damaged", record };
  const schema = record["v"] === 1 ? findSchema(record.kind) : undefined;
  if (!schema) return { kind: "other", record };
  const parsed = schema.safeParse(record);
  // A key that no version wrote may be a damaged key of the checksum.
  const isWhole =
    parsed.success && (hasSum || Object.keys(record).every((key) => key in parsed.data));
  return isWhole ? { kind: "known", record: parsed.data } : { kind: "damaged", record };
}

/**
 * Whether a damaged line may have been the record of a create, without which a job may be created twice.
 * Records of other versions count as such, too; damaged records of a sweep concern that sweep alone.
 */
export function mayHideCreate({ kind, record }: Line): boolean {
  if (kind === "known" || record?.kind.includes(":")) return false;
  return !["seen", "track", "forget"].includes(record?.kind ?? "");
}

/** The checksum of a record without its time and process, which decide nothing about a create. */
function sumOf(record: object): string {
  const { time: _time, process: _process, sum: _sum, ...rest } = Object(record);
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 16);
}

function isRecord(value: unknown): value is OtherRecord {
  return (
    typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string"
  );
}
