import { closeSync, fchmodSync, fstatSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ownMark } from "./journal/process-mark.ts";
import type { AttemptOutcome, JournalEntry } from "./journal/records.ts";
import { type Attempt, type JournalView, toJournalView } from "./journal/view.ts";
import type { JobSpec } from "./schemas/job-spec.ts";
import { specFingerprint } from "./spec/fingerprint.ts";
import { makePrivateFolder, readPrivateFile, syncFolder, toStateError } from "./state-dir.ts";

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
}

/**
 * The record of what was sent from here: an append-only file of JSON lines, for this user alone (0600),
 * as it holds whole specs with their variables. It never holds a password or a token. Many processes may
 * append at once; on a network file system without atomic appends, one of two lines may be damaged.
 */
export interface Journal {
  /** Path of the file; it is made with the first record. */
  readonly file: string;
  /**
   * Writes down a create **before** it is sent; on the disk when this returns.
   * @returns the attempt's id, for {@link Journal.outcome}.
   * @throws {InputError} it cannot be written; then do not send.
   */
  attempt(entry: AttemptEntry): string;
  /** Writes down how an attempt ended. Without it, the attempt counts as unknown once this process is gone. */
  outcome(id: string, outcome: AttemptOutcome): void;
  /** Writes down something else. */
  append(entry: JournalEntry): void;
  /**
   * Reads it; empty when there is no file yet. Damaged lines are skipped and told.
   * @param about ids of jobs or attempts, or fingerprints: only what it says of these, which is much
   * faster for a long one.
   */
  read(about?: readonly string[]): JournalView;
  /**
   * The attempts that may have made a job nobody has seen, of one platform and spec or of all.
   * @param of.inFlight also those whose process is still sending. @default false
   */
  unresolved(of?: {
    platform?: string | undefined;
    fingerprint?: string | undefined;
    inFlight?: boolean | undefined;
  }): Attempt[];
}

/** Opens the journal of a state folder; nothing is written yet. */
export function openJournal(options: { dir: string }): Journal {
  const file = join(options.dir, "journal.jsonl");
  const readText = () => readPrivateFile(file) ?? "";
  const write = (record: object, isDurable = false) => {
    makePrivateFolder(options.dir);
    const stamped = { v: 1, time: new Date().toISOString(), ...record };
    appendLine(file, options.dir, JSON.stringify(stamped), isDurable);
  };
  return {
    file,
    attempt({ platform, account, spec, id: givenId }) {
      const id = givenId ?? createAttemptId();
      const fingerprint = specFingerprint(spec);
      const what = {
        platform: toPlatformKey(platform),
        account,
        name: spec.name,
        fingerprint,
        spec,
      };
      write({ kind: "attempt", id, ...what, process: ownMark() }, true);
      return id;
    },
    // Not waited for: should the machine die now, the attempt counts as unknown, which is safe.
    outcome: (attempt, outcome) => write({ kind: "outcome", attempt, outcome }),
    append: (entry) => write(withPlatformKey(entry)),
    read: (about) => toJournalView(readText(), about),
    unresolved({ platform, fingerprint, inFlight = false } = {}) {
      const about = fingerprint === undefined ? undefined : [fingerprint];
      return toJournalView(readText(), about, true).attempts.filter(
        (attempt) =>
          (attempt.state === "unknown" || (inFlight && attempt.state === "in_flight")) &&
          (platform === undefined || attempt.platform === toPlatformKey(platform)) &&
          (fingerprint === undefined || attempt.fingerprint === fingerprint),
      );
    },
  };
}

/**
 * A UUID, unique but no secret: the system's randomness seeds `Math.random` in every process. The one of
 * crypto costs 4 ms on Node 20 and 9 on 24, where https has not loaded it (measured).
 */
function createAttemptId(): string {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replaceAll("x", () =>
    Math.floor(Math.random() * 16).toString(16),
  );
}

/** One form for each platform's address, without a name and password in it. */
export function toPlatformKey(platform: string): string {
  if (!URL.canParse(platform)) return platform;
  const url = new URL(platform);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function withPlatformKey(entry: JournalEntry): object {
  if (!("platform" in entry) || typeof entry.platform !== "string") return entry;
  return { ...entry, platform: toPlatformKey(entry.platform) };
}

function appendLine(file: string, folder: string, line: string, isDurable: boolean): void {
  try {
    const handle = openSync(file, "a", 0o600);
    try {
      const { mode, size } = fstatSync(handle);
      if ((mode & 0o077) !== 0) fchmodSync(handle, 0o600);
      // One write, so that lines of several processes do not mix. It begins with a line break, because
      // the line before may have been cut by a crash; empty lines are skipped.
      const bytes = Buffer.from(`\n${line}\n`);
      const written = writeSync(handle, bytes);
      if (written < bytes.length) throw new Error("the disk is full");
      if (isDurable) fsyncSync(handle);
      if (size === 0) syncFolder(folder);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw toStateError("write_journal", file, error);
  }
}
