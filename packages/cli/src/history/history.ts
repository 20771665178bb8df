import {
  canChange,
  type LastSeen,
  type SeenRecord,
  toPlatformKey,
  toSeenFields,
  visibleText,
} from "@qizhi/core/internal";
import type { Journal, JournalEntry, JournalView, KnownJob } from "@qizhi/core/journal";
import { openJournal, stateDir } from "@qizhi/core/journal";
import type { Connection, Platform } from "../terminal/connection.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { SeenJob } from "../view/job-output.ts";

/** Opens this user's journal, which is the history of jobs: the platform has no list call. */
export function openHistory({ env }: Pick<Io, "env">): Journal {
  return openJournal({ dir: stateDir(env) });
}

const mostSearched = 100;

/** The jobs of a platform that the history knows, by their ids. */
export function findKnown(
  { client, journal }: Platform & Pick<Connection, "journal">,
  jobIds: readonly string[],
): ReadonlyMap<string, KnownJob> {
  const platform = toPlatformKey(client.baseUrl);
  // Each id is looked for in each line: many take longer than to read all lines.
  const { jobs } = journal.read(jobIds.length > mostSearched ? undefined : jobIds);
  const wanted = new Set(jobIds);
  const here = jobs.filter((job) => job.platform === platform && wanted.has(job.jobId));
  return new Map(here.map((job) => [job.jobId, job]));
}

/** {@link findKnown}; none where the history cannot be read, as it only adds to what the platform says. */
export function findKnownOrNone(connection: Connection, jobIds: readonly string[]) {
  try {
    return findKnown(connection, jobIds);
  } catch {
    return new Map<string, KnownJob>();
  }
}

/** Reads the history, and says how many lines of the journal are damaged. */
export function readHistory(io: Io): JournalView {
  const journal = openHistory(io);
  const view = journal.read();
  const { length: count } = view.damagedLines;
  if (count > 0) printNote(io, io.t.history.damaged(count, visibleText(journal.file)));
  return view;
}

export function toSeenEntry(platform: string, { report }: SeenJob): JournalEntry {
  return { kind: "seen", platform, jobId: report.jobId, ...toSeenFields(report) };
}

// Short beside the life of a job, and long enough that a watch adds few lines.
const longestSeenMs = 600_000;

/** Records polled jobs as {@link createSeenKeeper} does. */
export function keepSeen(connection: Connection, seen: readonly SeenJob[]): void {
  const jobIds = seen.map(({ report }) => report.jobId);
  seen.forEach(createSeenKeeper(connection, jobIds).keep);
}

/**
 * What the history knows of jobs, and what records polls of these: a new status or phase, and those of active ones whose
 * record is old, as their use grows. A history that cannot be written does not end a poll.
 */
export function createSeenKeeper(connection: Connection, jobIds: readonly string[]) {
  const known = findKnownOrNone(connection, jobIds);
  const last = new Map<string, Kept | undefined>();
  for (const [jobId, { seen }] of known) last.set(jobId, seen);
  return {
    known,
    /** How a job was last seen before. */
    lastSeen(jobId: string): LastSeen | undefined {
      const job = known.get(jobId);
      return job && toLastSeen(job);
    },
    keep(seen: SeenJob): void {
      const { jobId, status, phase } = seen.report;
      if (!last.has(jobId) || !isNew(last.get(jobId), seen)) return;
      try {
        connection.journal.append(toSeenEntry(connection.client.baseUrl, seen));
        last.set(jobId, { status, phase, time: new Date().toISOString() });
      } catch {
        // The poll itself has worked, and `doctor` reports the folder.
      }
    },
  };
}

type Kept = Pick<SeenRecord, "status" | "phase" | "time">;

function isNew(seen: Kept | undefined, { report }: SeenJob): boolean {
  if (seen?.status !== report.status || seen?.phase !== report.phase) return true;
  // A clock that was set back must not silence a job for that long.
  return canChange(report) && !(Math.abs(Date.now() - Date.parse(seen.time)) <= longestSeenMs);
}

/** How a job was last seen; one that was only submitted has no status. */
export function toLastSeen(job: KnownJob): LastSeen {
  return { status: job.seen?.status, atMs: job.seen ? Date.parse(job.seen.time) : bornAt(job) };
}

/** When a job was submitted or, for a tracked one, created: epoch ms. */
export function bornAt({ attempt, seen, addedAt }: KnownJob): number {
  if (attempt !== undefined) return Date.parse(attempt.time);
  return seen?.createdAt ?? Date.parse(addedAt);
}
