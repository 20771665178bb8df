import type { GpuCount } from "../jobs/jobs-table.ts";
import { mostNodes, neededGpus, type JobRecord } from "../jobs/job-record.ts";

/**
 * The jobs that leave the queue now: higher weight first, then older first. Strictly so: a job that
 * does not fit yet holds back those behind it, or a big job would never start. A job that can never
 * fit holds back none.
 */
export function planQueue(waiting: readonly JobRecord[], gpus: GpuCount): JobRecord[] {
  const start: JobRecord[] = [];
  let { free } = gpus;
  for (const job of rankQueue(waiting)) {
    const need = neededGpus(job);
    if (neverFits(job, gpus)) continue;
    if (need > free) break;
    free -= need;
    start.push(job);
  }
  return start;
}

/**
 * Says of each waiting job why it waits: its place in the queue and the GPUs it needs, or that it can never start.
 * The places are taken once: of thousands of jobs, all may be asked about.
 */
export function explainQueue(
  waiting: readonly JobRecord[],
  gpus: GpuCount,
): (job: JobRecord) => string {
  const fitting = waiting.filter((each) => !neverFits(each, gpus));
  const places = new Map(rankQueue(fitting).map((job, index) => [job, index + 1]));
  return (job) => {
    const need = neededGpus(job);
    const never = explainNever(job.request.nodes, need, gpus.total);
    if (never !== undefined) return never;
    return `排队中: position ${places.get(job)}, needs ${need} GPUs, ${gpus.free} of ${gpus.total} are free`;
  };
}

/** Says why a job can never start; `undefined` if it can. */
export function explainNever(nodes: number, gpus: number, totalGpus: number): string | undefined {
  const isNever = "this job can never start";
  if (nodes > mostNodes) {
    return `资源不足: needs ${nodes} nodes, the local platform runs at most ${mostNodes}; ${isNever}`;
  }
  if (gpus <= totalGpus) return undefined;
  return `资源不足: needs ${gpus} GPUs, the platform has ${totalGpus} in all; ${isNever}`;
}

function neverFits(job: JobRecord, { total }: GpuCount): boolean {
  return explainNever(job.request.nodes, neededGpus(job), total) !== undefined;
}

function rankQueue(jobs: readonly JobRecord[]): JobRecord[] {
  return jobs.toSorted((a, b) => toWeight(b) - toWeight(a) || a.sequence - b.sequence);
}

function toWeight(job: JobRecord): number {
  return toStoredPriority(job.request.taskPriority).weight;
}

/**
 * How a `task_priority` of 0 to 10 is kept (wire 3.4, measured over 1494 jobs): its weight of 11 to 35, larger is more
 * urgent, its level in words, and `"1"` to `"10"`. 0 counts as 4. The weights of 2, 6, 7, 8 are inferred.
 */
export function toStoredPriority(submitted: number) {
  const value = submitted === 0 ? 4 : submitted;
  const name = String(value);
  if (value <= 3) return { weight: 10 + value, level: "LOW", name } as const;
  if (value === 4) return { weight: 20, level: "NORMAL", name } as const;
  return { weight: 25 + value, level: "HIGH", name } as const;
}
