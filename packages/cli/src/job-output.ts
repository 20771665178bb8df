import type { IdentifiedJob, JobReport } from "@qizhi/core";
import { excerpt, formatDuration, summarizeJob, visibleText } from "@qizhi/core";
import type { Connection } from "./connect.ts";
import type { Messages } from "./messages/en.ts";

/** A job and what it adds up to. */
export interface SeenJob {
  readonly job: IdentifiedJob;
  readonly report: JobReport;
}

/** Sums a job up for this connection. */
export function toSeenJob({ client, platform }: Connection, job: IdentifiedJob): SeenJob {
  return { job, report: summarizeJob(job, { baseUrl: client.baseUrl, platform }) };
}

/** A job as `--json` gives it; times in ms, GPUs in total unless the name says otherwise. */
export function toJobJson({ job, report }: SeenJob): Record<string, unknown> {
  return {
    job_id: report.jobId,
    name: report.name,
    status: report.status,
    phase: report.phase,
    url: report.url,
    platform: report.platform,
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
    job,
  };
}

/** A job as text for people: what it is, how long each stage took, what it used. */
export function toJobText({ report }: SeenJob, t: Messages): string {
  const { labels } = t;
  const rows: [string, string | undefined][] = [
    [labels.job, report.jobId],
    [labels.name, report.name && excerpt(report.name, 100)],
    [labels.phase, toPhaseText(report, t)],
    [labels.timeline, toTimelineText(report, t)],
    [labels.nodes, toSizeText(report, t)],
    [labels.used, toUsageText(report, t)],
    [labels.restarts, report.restarts > 0 ? String(report.restarts) : undefined],
    [labels.message, report.message && excerpt(report.message)],
    [labels.platform, visibleText(report.platform)],
    [labels.link, visibleText(report.url)],
  ];
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  return shown.map(([label, value]) => `${label.padEnd(10)}${value}`).join("\n");
}

/** The phase with the raw status beside it. */
export function toPhaseText({ phase, status, holdsNodes }: JobReport, t: Messages): string {
  const raw = status === undefined ? t.noStatus : excerpt(status, 60);
  const held = holdsNodes ? `; ${t.nodesHeld}` : "";
  return `${t.phases[phase]} (${raw})${held}`;
}

/** The stages with their durations: `queue 44s → prepare 2s → run 7h 35m`. */
export function toTimelineText({ stages }: JobReport, t: Messages): string | undefined {
  const parts = stages.map(({ name, startMs, endMs }) =>
    endMs === undefined
      ? t.since(t.stages[name], formatDuration(Date.now() - startMs))
      : `${t.stages[name]} ${formatDuration(endMs - startMs)}`,
  );
  return parts.length === 0 ? undefined : parts.join(" → ");
}

function toSizeText({ nodes, gpusPerNode, gpus }: JobReport, t: Messages): string | undefined {
  if (nodes === undefined) return undefined;
  if (gpusPerNode === undefined || gpus === undefined) return String(nodes);
  return t.size(nodes, gpusPerNode, gpus);
}

function toUsageText({ gpuHours, cost }: JobReport, t: Messages): string | undefined {
  if (gpuHours === undefined) return undefined;
  const price = cost ? `, ${t.cost(cost.toFixed(2))}` : "";
  return t.gpuHours(gpuHours.toFixed(2)) + price;
}
