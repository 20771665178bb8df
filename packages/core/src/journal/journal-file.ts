import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { inputError } from "../errors/input-errors.ts";
import { sha256 } from "../text/text.ts";
import {
  makePrivateFolder,
  openPrivateFile,
  syncFolder,
  toStateError,
  usePrivateFile,
} from "./private-file.ts";
import { findSchema, type KnownRecord, type OtherRecord } from "./records.ts";
import { parseJson, isMapping } from "../text/json-value.ts";

const { O_APPEND, O_CREAT, O_WRONLY } = constants;

/**
 * Appends a line to a file of this user's alone; creates it and its folder.
 * @param isDurable whether it is on the disk when this returns.
 * @throws {InputError} it cannot be written, or the file or its folder is not this user's alone.
 */
export function appendLine(file: string, line: string, isDurable: boolean): void {
  makePrivateFolder(dirname(file));
  try {
    const handle = openPrivateFile(file, O_WRONLY | O_APPEND | O_CREAT);
    try {
      const { mode, size } = fstatSync(handle);
      if ((mode & 0o077) !== 0) fchmodSync(handle, 0o600);
      // One write, so that lines of several processes do not mix. It begins with a line break, because
      // the line before may have been cut by a crash; empty lines are skipped.
      const bytes = Buffer.from(`\n${line}\n`);
      const written = writeSync(handle, bytes);
      if (written < bytes.length) {
        // Half a line would count as a create that cannot be read.
        if (fstatSync(handle).size === size + written) ftruncateSync(handle, size);
        throw new Error("the disk is full");
      }
      if (isDurable) fsyncSync(handle);
      if (size === 0) syncFolder(dirname(file));
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw toStateError("write_journal", file, error);
  }
}

const nothing = { ino: -1, birthtimeMs: 0, mtimeMs: 0, size: 0, offset: 0 };

/** Reads a file that grows, from where the last read ended. */
export class TailReader {
  readonly #file: string;
  #seen = nothing;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * The lines that are new since the last call, and whether they are the first of another file. A last line
   * without its end is `rest`, and comes again.
   * @throws {InputError} it cannot be read, or is not this user's alone.
   */
  read(): { lines: string[]; rest: string; isNew: boolean } {
    const read = usePrivateFile(this.#file, (handle) => this.#readFrom(handle));
    if (read !== undefined) return read;
    this.#seen = nothing;
    return { lines: [], rest: "", isNew: true };
  }

  #readFrom(handle: number) {
    const { ino, birthtimeMs, mtimeMs, size } = fstatSync(handle);
    const seen = this.#seen;
    // A new file may have the number of one that is gone, and an edited one its size.
    const isOther = ino !== seen.ino || birthtimeMs !== seen.birthtimeMs;
    const isEdited = size === seen.size && mtimeMs !== seen.mtimeMs;
    const isNew = isOther || isEdited || size < seen.offset;
    const from = isNew ? 0 : seen.offset;
    const text = readFrom(handle, from, size);
    const end = text.lastIndexOf(10) + 1;
    this.#seen = { ino, birthtimeMs, mtimeMs, size, offset: from + end };
    const lines = text.subarray(0, end).toString().split("\n");
    return { lines, rest: text.subarray(end).toString(), isNew };
  }
}

function readFrom(handle: number, from: number, size: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, size - from));
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(handle, buffer, filled, buffer.length - filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** A line of the journal, read. */
export type Line =
  | { kind: "known"; record: KnownRecord }
  | { kind: "other"; record: OtherRecord }
  /**
   * `record` is what can still be read of a damaged line, and may differ from what was written; `place` is its first
   * wrong field.
   */
  | { kind: "damaged"; record?: OtherRecord; place?: string | undefined };

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
  const record = parseJson(line.trim());
  if (!isRecord(record)) return { kind: "damaged" };
  // Lines of earlier versions have no checksum.
  const hasSum = "sum" in record;
  if (hasSum && record["sum"] !== sumOf(record)) return { kind: "damaged", record };
  const schema = record["v"] === 1 ? findSchema(record.kind) : undefined;
  // The first key of every other line is that of its checksum, which may be damaged.
  const isEarlier = Object.keys(record)[0] === "v";
  if (!schema) return { kind: hasSum || isEarlier ? "other" : "damaged", record };
  const parsed = schema.safeParse(record);
  // A key that no version wrote may be a damaged key of the checksum.
  const isWhole =
    parsed.success && (hasSum || Object.keys(record).every((key) => key in parsed.data));
  if (isWhole) return { kind: "known", record: parsed.data };
  return { kind: "damaged", record, place: parsed.error?.issues[0]?.path.join(".") };
}

/** @throws {InputError} a reader would take the line for damaged, and refuse every create from then on. */
export function checkLine(line: string): void {
  const read = readLine(line);
  if (read.kind !== "damaged") return;
  throw inputError("journal_record", { record: read.record?.kind ?? "", place: read.place ?? "" });
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
  return sha256(JSON.stringify(rest)).slice(0, 16);
}

function isRecord(value: unknown): value is OtherRecord {
  return isMapping(value) && typeof value["kind"] === "string";
}
