import { join } from "node:path";
import { AttemptIndex } from "./attempt-index.ts";
import type { Attempt } from "./attempts.ts";
import {
  appendLine,
  checkLine,
  TailReader,
  mayHideCreate,
  readLine,
  toLine,
} from "./journal-file.ts";
import { longestCreateMs, ownMark, ownSession } from "./process-mark.ts";
import type { AttemptOrigin, AttemptOutcome, JournalEntry, SweepRunReference } from "./records.ts";
import { type JournalView, toJournalView } from "./view.ts";
import type { JobSpec } from "../schemas/job-spec.ts";
import { specFingerprint } from "./fingerprint.ts";
import { toPlatformKey } from "./platform-key.ts";
import { readPrivateFile } from "./private-file.ts";

/** A create that is about to be sent. */
export interface AttemptEntry {
  /** Base URL of the platform; a name and password in it are not kept. */
  platform: string;
  /** Login name, where known. */
  account?: string | undefined;
  /** The body that will be sent. */
  spec: JobSpec;
  /** A UUID to know it by, when another record has named it before. @default a new one */
  id?: string | undefined;
  /** The run that it is for, in a sweep. */
  sweepRun?: SweepRunReference | undefined;
  /** What it was sent from. */
  origin?: AttemptOrigin | undefined;
  /** Deadline of its call, in ms, of at most an hour: so long another machine counts it as under way. @default 120000 */
  timeoutMs?: number | undefined;
}

/** Where a journal is and what it keeps. */
export interface JournalOptions {
  /** Its folder, which is created with the first record. */
  dir: string;
  /** Name of its file. @default "journal.jsonl" */
  file?: string | undefined;
  /**
   * What is written in place of a value, be it a whole record or a spec, such as one without the values of
   * secrets. @default all as it is
   */
  keeps?: (<Value>(value: Value) => Value) | undefined;
}

/**
 * The record of what was sent from here: an append-only file of JSON lines, for this user alone (0600),
 * as it holds whole specs with their variables. It never holds a password or a token. Many processes may
 * append at once; on a network file system without atomic appends, one of two lines may be damaged.
 */
export interface Journal {
  /** Path of the file; it is created with the first record. */
  readonly file: string;
  /**
   * Writes down a create **before** it is sent; on the disk when this returns.
   * @returns the attempt's id, for {@link Journal.outcome}.
   * @throws {InputError} it cannot be written, or a field of it has a wrong value; then do not send.
   */
  attempt(entry: AttemptEntry): string;
  /** Writes down how an attempt ended. Without it, the attempt counts as unknown once this process is gone. */
  outcome(id: string, outcome: AttemptOutcome): void;
  /** Writes any other record. @throws {InputError} it cannot be written, or a field of it has a wrong value. */
  append(entry: JournalEntry): void;
  /**
   * Reads it; empty when there is no file yet. Damaged lines are skipped and reported.
   * @param about ids of jobs or attempts, or fingerprints: only what it says of these, which is much
   * faster for a long one.
   */
  read(about?: readonly string[]): JournalView;
  /** The attempts that may have created a job nobody has seen, without those whose process is still sending. */
  unresolved(): Attempt[];
  /** What the guard against doubles knows by now; only what is new since the last call is read. */
  index(): AttemptIndex;
}

/** Opens the journal of a state folder; nothing is written yet. */
export function openJournal({ dir, file: name = "journal.jsonl", keeps }: JournalOptions): Journal {
  const file = join(dir, name);
  const keep = keeps ?? ((value) => value);
  const write = (record: object, isDurable = false) => {
    const line = toLine(keep(record));
    checkLine(line);
    appendLine(file, line, isDurable);
  };
  const read = (about?: readonly string[]) => toJournalView(readPrivateFile(file) ?? "", about);
  // The facts of this process's attempts, which their outcomes repeat.
  const abouts = new Map<string, object>();
  return {
    file,
    attempt({
      platform,
      account,
      spec,
      id = crypto.randomUUID(),
      sweepRun,
      origin,
      timeoutMs: ms,
    }) {
      const timeoutMs = ms && Math.min(ms, longestCreateMs);
      const fingerprint = specFingerprint(keep(spec));
      const about = { platform: toPlatformKey(platform), name: spec.name, fingerprint, sweepRun };
      const from = { process: ownMark(), session: ownSession() };
      write({ kind: "attempt", id, account, ...about, spec, origin, timeoutMs, ...from }, true);
      abouts.set(id, about);
      return id;
    },
    // Not synced to the disk: if the machine dies now, the attempt counts as unknown, which is safe.
    outcome(attempt, outcome) {
      write({ kind: "outcome", attempt, outcome, about: abouts.get(attempt) });
      abouts.delete(attempt);
    },
    append: (entry) => write(withPlatformKey(entry)),
    read,
    unresolved: () => read().attempts.filter(({ state }) => state === "unknown"),
    index: createIndexReader(file, keep),
  };
}

/** A reader of the index; each call adds what other processes have written since. */
function createIndexReader(file: string, keep: <Value>(value: Value) => Value): () => AttemptIndex {
  const reader = new TailReader(file);
  let index = new AttemptIndex(keep);
  return () => {
    for (let attempt = 1; ; attempt++) {
      const { lines, rest, isNew } = reader.read();
      if (isNew) index = new AttemptIndex(keep);
      for (const line of lines) index.add(line);
      // Another process may be in the middle of its line.
      const isWhole = rest.trim() === "" || !mayHideCreate(readLine(rest));
      if (isWhole) index.add(rest);
      index.rest = isWhole ? "" : rest;
      if (isWhole || attempt === 4) return index;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  };
}

function withPlatformKey(entry: JournalEntry): object {
  if (!("platform" in entry) || typeof entry.platform !== "string") return entry;
  return { ...entry, platform: toPlatformKey(entry.platform) };
}
