import type { Journal, JournalEntry, KnownJob } from "@qizhi/core";
import { openJournal, stateDir } from "@qizhi/core";
import type { Io } from "./io.ts";
import type { SeenJob } from "./job-output.ts";

/** Opens this user's journal, which is the history of jobs: the platform has no list call. */
export function openHistory({ env }: Pick<Io, "env">): Journal {
  return openJournal({ dir: stateDir(env) });
}

/** What a look at a job adds to the history. */
export function toSeenEntry(platform: string, { job, report }: SeenJob): JournalEntry {
  return {
    kind: "seen",
    platform,
    jobId: report.jobId,
    name: report.name,
    status: report.status,
    phase: report.phase,
    createdAt: toMs(job.created_at) ?? report.stages[0]?.startMs,
    finishedAt: toMs(job.finished_at) ?? report.stages.findLast(({ endMs }) => endMs)?.endMs,
    queueMs: report.queueTimeMs,
    runMs: report.runTimeMs,
    gpuHours: report.gpuHours,
    cost: report.cost,
  };
}

/**
 * Keeps what was seen of jobs of the history, where their status is new. A history that cannot be read
 * or written does not stop a look at a job.
 */
export function keepSeen(platform: string, seen: readonly SeenJob[], io: Io): void {
  try {
    const history = openHistory(io);
    const known = new Map(history.read().jobs.map((job) => [toKey(job.platform, job.jobId), job]));
    for (const each of seen) {
      const job = known.get(toKey(platform, each.report.jobId));
      if (job === undefined || job.seen?.status === each.report.status) continue;
      history.append(toSeenEntry(platform, each));
    }
  } catch {
    // The look itself has worked, and `doctor` tells about the folder.
  }
}

/** When a job was submitted or, for a tracked one, made: epoch ms. */
export function bornAt({ attempt, seen, addedAt }: KnownJob): number {
  if (attempt !== undefined) return Date.parse(attempt.time);
  return seen?.createdAt ?? Date.parse(addedAt);
}

function toKey(platform: string, jobId: string): string {
  return `${platform} ${jobId}`;
}

function toMs(text: string | undefined): number | undefined {
  const ms = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
