import type { JobReport } from "./report.ts";

/**
 * What a report says, by the names of `--json`: times in ms, GPUs in total unless the name says otherwise.
 * @param moments when the job was created and ended, ISO 8601.
 */
export function toJobFacts(
  report: JobReport,
  moments: { readonly created_at?: string | null; readonly finished_at?: string | null } = {},
): Record<string, unknown> {
  return {
    job_id: report.jobId,
    name: report.name,
    status: report.status,
    phase: report.phase,
    url: report.url,
    platform: report.platform,
    ...moments,
    queue_time_ms: report.queueTimeMs,
    prepare_time_ms: report.prepareTimeMs,
    run_time_ms: report.runTimeMs,
    nodes: report.nodes,
    gpus_per_node: report.gpusPerNode,
    gpus: report.gpus,
    gpu_hours: report.gpuHours,
    price_per_node_hour: report.pricePerNodeHour,
    cost: report.cost,
    restarts: report.restarts,
    holds_nodes: report.holdsNodes,
    priority: report.priority,
    priority_level: report.priorityLevel,
    node_names: report.nodeNames,
  };
}

/** The fields of a job that the history keeps. Times are epoch ms, durations ms, GPUs in total. */
export function toSeenFields(job: {
  readonly [Fact in Exclude<keyof JobReport, "stages">]?: JobReport[Fact] | undefined;
}) {
  return {
    name: job.name,
    status: job.status,
    phase: job.phase,
    createdAt: job.createdMs,
    finishedAt: job.finishedMs,
    queueMs: job.queueTimeMs,
    runMs: job.runTimeMs,
    nodes: job.nodes,
    gpus: job.gpus,
    gpuHours: job.gpuHours,
    cost: job.cost,
  };
}

const mostNodes = 50;

/**
 * The nodes of a job that failed, as JSON for `extra.exclude_nodes` (wire 2.1); nothing of another job, and where a
 * name is no plain word.
 */
export function listFailedNodes({ phase, nodeNames }: JobReport): string | undefined {
  const names = [...new Set(nodeNames)];
  const isPlain = names.every((name) => /^[\w.-]{1,100}$/.test(name));
  const isList = isPlain && names.length > 0 && names.length <= mostNodes;
  return phase === "failed" && isList ? JSON.stringify(names) : undefined;
}
