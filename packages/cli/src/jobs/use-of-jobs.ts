import { phases } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";
import { sum } from "../text/table.ts";
import type { ListedJob } from "./listed-jobs.ts";

/** What a job used in a stretch of time. */
export interface Use {
  readonly startMs: number;
  readonly endMs: number;
  readonly gpuHours: number;
  readonly cost: number;
}

/**
 * What a job used as far as its size and its price are known: its whole run as one stretch, up to its end or to when it was seen last.
 * Rounds of a restarted job count as one.
 */
export function toUse(listed: ListedJob, now: number): Use | undefined {
  const { runMs, gpuHours = 0, cost = 0, finishedAt, isCurrent, job } = listed;
  if (runMs === undefined || runMs <= 0) return undefined;
  const seenAt = isCurrent || job.seen === undefined ? now : Date.parse(job.seen.time);
  const endMs = Math.min(finishedAt ?? seenAt, now);
  return { startMs: endMs - runMs, endMs, gpuHours, cost };
}

/** The part of a use between two moments. */
export function clipUse(use: Use, fromMs: number, toMs = Infinity): Use | undefined {
  const startMs = Math.max(use.startMs, fromMs);
  const endMs = Math.min(use.endMs, toMs);
  if (endMs <= startMs) return undefined;
  const share = (endMs - startMs) / (use.endMs - use.startMs);
  return { startMs, endMs, gpuHours: use.gpuHours * share, cost: use.cost * share };
}

/** A use cut at the midnights of local time. */
export function cutByDay(use: Use): Use[] {
  const parts: Use[] = [];
  for (let from = use.startMs; from < use.endMs;) {
    const next = midnightAfter(from);
    const part = clipUse(use, from, next);
    if (part !== undefined) parts.push(part);
    from = next;
  }
  return parts;
}

/** The midnight of local time before a moment. */
export function midnightBefore(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function midnightAfter(at: number): number {
  const day = new Date(midnightBefore(at));
  // By the date, as days of a change of the clock are longer or shorter.
  return day.setDate(day.getDate() + 1);
}

/** How many jobs are active on how many GPUs, and the GPU-hours of this day. */
export function toSumLine(jobs: readonly ListedJob[], t: Messages): string {
  const now = Date.now();
  const active = jobs.filter(({ phase, status }) => status !== undefined && !phases[phase].isOver);
  const gpus = sum(active.map((job) => job.gpus ?? 0));
  const uses = jobs.flatMap((job) => toUse(job, now) ?? []);
  const today = sum(uses.map((use) => clipUse(use, midnightBefore(now))?.gpuHours ?? 0));
  return t.history.sum(active.length, gpus, today >= 100 ? today.toFixed(0) : today.toFixed(2));
}
