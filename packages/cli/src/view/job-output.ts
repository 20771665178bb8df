import { type JobReport, summarizeJob } from "@qizhi/core";
import {
  excerpt,
  type IdentifiedJob,
  maskSpec,
  toJobFacts,
  visibleText,
} from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import { toIsoTime, toPastText } from "../text/time-text.ts";
import { toSizeText, type ViewContext } from "./job-block.ts";
import { newJobState } from "./job-state.ts";
import { renderJobs } from "./jobs-table.ts";
import { createTheme, phaseLooks } from "../terminal/style.ts";
import { columnsOf } from "../terminal/streams.ts";
import { type Rows, toRowsText } from "../text/table.ts";
import { packLines, widthOf } from "../text/width.ts";
import { timelineBar, timelineLegend } from "./timeline-bar.ts";

/** A polled job and its report. */
export interface SeenJob {
  readonly job: IdentifiedJob;
  readonly report: JobReport;
}

/** Summarizes a job of this connection. */
export function toSeenJob({ client }: Pick<Connection, "client">, job: IdentifiedJob): SeenJob {
  return { job, report: summarizeJob(job, client) };
}

/**
 * A job as `--json` gives it; times in ms, GPUs in total unless the name says otherwise. The platform's detail holds
 * the spec: what looks like a secret there is `***`, as the document ends in logs and files.
 */
export function toJobJson(seen: SeenJob): Record<string, unknown> {
  const moments = {
    created_at: toIsoTime(seen.report.createdMs),
    finished_at: toIsoTime(seen.report.finishedMs),
  };
  return { ...toJobFacts(seen.report, moments), job: maskSpec(seen.job).shown };
}

/** Jobs as text for people: one in full, with `more` rows, several as a table. `io.stdout` decides width and colours. */
export function toJobsText(
  { keepsJobs }: Pick<Connection, "keepsJobs">,
  seen: readonly SeenJob[],
  { t, stdout, env }: Io,
  more: Rows = [],
): string {
  const now = Math.max(...seen.map(({ report }) => report.seenMs));
  const context = { t, theme: createTheme(stdout, env), width: columnsOf(stdout), now };
  const [only] = seen;
  if (only !== undefined && seen.length === 1)
    return toJobText(only.report, context, { keepsJobs, more });
  const states = seen.map(({ report }) => newJobState(report.jobId, report));
  return renderJobs(states, Infinity, context).join("\n");
}

const widestBar = 60;

/** One job in full: its facts, the times of its stages, its use. */
function toJobText(
  report: JobReport,
  context: ViewContext,
  { keepsJobs, more }: { keepsJobs: boolean; more: Rows },
): string {
  const { t, theme, now } = context;
  const { labels } = t;
  const { stages, createdMs, finishedMs, nodes } = report;
  const labelWidth = Math.max(...Object.values(labels).map(widthOf));
  const width = context.width - labelWidth - 2;
  const barWidth = Math.max(1, Math.min(widestBar, width));
  const bar = theme.drawsBars ? [timelineBar(stages, { ...context, width: barWidth })] : [];
  const legend = packLines(timelineLegend(stages, context), "  ", width);
  const rows: Rows = [
    [labels.job, keepsJobs ? theme.link(report.jobId, report.url) : report.jobId],
    [labels.name, report.name && excerpt(report.name, 100)],
    [labels.phase, theme.paint(phaseLooks[report.phase].style, toPhaseText(report, t))],
    [labels.created, createdMs === undefined ? "" : toPastText(createdMs, t, now)],
    [labels.finished, finishedMs === undefined ? "" : toPastText(finishedMs, t, now)],
    ...[...bar, ...legend].map((line, at) => [at === 0 ? labels.timeline : "", line] as const),
    [labels.nodes, toSizeText(report, t) ?? nodes?.toString()],
    [labels.priority, toPriorityText(report, t)],
    [labels.used, toUsageText(report, t)],
    [labels.restarts, report.restarts > 0 ? String(report.restarts) : undefined],
    [labels.message, report.message && excerpt(report.message)],
    ...more,
    [labels.platform, visibleText(report.platform)],
    [labels.link, keepsJobs ? theme.link(visibleText(report.url), report.url) : undefined],
  ];
  return toRowsText(rows, labelWidth);
}

/** The phase with the raw status beside it. */
export function toPhaseText({ phase, status, holdsNodes }: JobReport, t: Messages): string {
  const raw = status === undefined ? t.noStatus : excerpt(status, 60);
  const held = holdsNodes ? t.semicolon + t.nodesHeld : "";
  return t.aside(t.phases[phase], raw) + held;
}

function toPriorityText({ priority, priorityLevel }: JobReport, t: Messages): string | undefined {
  const level = priorityLevel && excerpt(priorityLevel, 20);
  if (priority === undefined) return level;
  return level ? t.aside(String(priority), level) : String(priority);
}

function toUsageText({ gpus, gpuHours, cost }: JobReport, t: Messages): string | undefined {
  if (gpuHours === undefined) return undefined;
  const hours = gpus === 0 ? "" : t.gpuHours(gpuHours.toFixed(2));
  return [hours, cost ? t.cost(cost.toFixed(2)) : ""].filter(Boolean).join(t.comma);
}
