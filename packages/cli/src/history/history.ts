import type { Journal, JournalEntry, JournalView, KnownJob } from "@qizhi/core/journal";
import { visibleText } from "@qizhi/core/internal";
import { openJournal, stateDir } from "@qizhi/core/journal";
import type { Connection } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import type { SeenJob } from "../view/job-output.ts";

/** Opens this user's journal, which is the history of jobs: the platform has no list call. */
export function openHistory({ env }: Pick<Io, "env">): Journal {
  return openJournal({ dir: stateDir(env) });
}

/** Says how many lines of the journal are damaged. */
export function reportDamage({ file }: Journal, { damagedLines }: JournalView, io: Io): void {
  const { length: count } = damagedLines;
  if (count > 0) printNote(io, io.t.history.damaged(count, visibleText(file)));
}

/** The fields of a polled job that the history keeps. Times are epoch ms, durations ms. */
export function toSeenFields(seen: SeenJob) {
  const {
    name,
    status,
    phase,
    createdMs,
    finishedMs,
    queueTimeMs,
    runTimeMs,
    gpuHours,
    cost,
    nodes,
    gpus,
  } = seen.report;
  return {
    name,
    status,
    phase,
    createdAt: createdMs,
    finishedAt: finishedMs,
    queueMs: queueTimeMs,
    runMs: runTimeMs,
    nodes,
    gpus,
    gpuHours,
    cost,
  };
}

/** The record of a polled job. */
export function toSeenEntry(platform: string, seen: SeenJob): JournalEntry {
  return { kind: "seen", platform, jobId: seen.report.jobId, ...toSeenFields(seen) };
}

/**
 * Records polled jobs of the history whose status is new. A history that cannot be read or written does not
 * end a poll.
 */
export function keepSeen(connection: Connection, seen: readonly SeenJob[]): void {
  const { baseUrl: platform } = connection.client;
  try {
    const { journal: history } = connection;
    const { jobs } = history.read(seen.map(({ report }) => report.jobId));
    const known = new Map(jobs.map((job) => [toKey(job.platform, job.jobId), job]));
    for (const each of seen) {
      const job = known.get(toKey(platform, each.report.jobId));
      if (job === undefined || job.seen?.status === each.report.status) continue;
      history.append(toSeenEntry(platform, each));
    }
  } catch {
    // The poll itself has worked, and `doctor` reports the folder.
  }
}

/** When a job was submitted or, for a tracked one, created: epoch ms. */
export function bornAt({ attempt, seen, addedAt }: KnownJob): number {
  if (attempt !== undefined) return Date.parse(attempt.time);
  return seen?.createdAt ?? Date.parse(addedAt);
}

function toKey(platform: string, jobId: string): string {
  return `${platform} ${jobId}`;
}
