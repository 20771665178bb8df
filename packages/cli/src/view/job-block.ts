import type { JobReport } from "@qizhi/core";
import { excerpt } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";
import { type JobState, sayPhase, sayTrouble, usageAt } from "./job-state.ts";
import { fit, packLines, wrap } from "../text/width.ts";
import { phaseLooks, type Theme } from "../terminal/style.ts";
import { timelineBar, timelineLegend } from "./timeline-bar.ts";

/** The settings of a view. */
export interface ViewContext {
  readonly t: Messages;
  readonly theme: Theme;
  /** Columns that a line may take. */
  readonly width: number;
  /** Epoch ms by the platform's clock. */
  readonly now: number;
}

const widestBar = 72;

/** One job as a block of lines. */
export function renderJob(state: JobState, context: ViewContext): string[] {
  const { t, theme, width } = context;
  const { report, jobId } = state;
  if (report === undefined) {
    const asking = packLines([fit(jobId, width), t.loading], "  ", width);
    return [...asking, ...renderTrouble(state, context)];
  }
  const gap = theme.ascii ? " - " : " · ";
  const name = report.name ? theme.paint("strong", fit(excerpt(report.name, 100), width)) : "";
  return [
    ...packLines([name, theme.paint("faint", fit(jobId, width))], "  ", width),
    ...packLines(describePhase(state, context), gap, width),
    ...packLines(describeUse(state, context), gap, width),
    ...renderTimeline(state, context),
    ...renderMessage(report.message, context),
    ...renderTrouble(state, context),
  ];
}

function describePhase(state: JobState, { t, theme, width, now }: ViewContext): string[] {
  const { phase, status, restarts, holdsNodes } = state.report!;
  const lasting = sayPhase(state, now, t, t.span);
  const raw = status === undefined ? t.noStatus : excerpt(status, 60);
  return [
    theme.paint(phaseLooks[phase].style, fit(`${theme.sign(phaseLooks[phase])} ${lasting}`, width)),
    theme.paint("faint", fit(raw, width)),
    restarts > 0 ? theme.paint("warn", t.round(restarts + 1)) : "",
    holdsNodes ? theme.paint("warn", fit(t.nodesHeld, width)) : "",
  ];
}

function describeUse(state: JobState, { t, now }: ViewContext): string[] {
  const { nodes } = state.report!;
  const { gpuHours, cost } = usageAt(state, now);
  return [
    toSizeText(state.report!, t) ?? (nodes === undefined ? "" : t.nodes(nodes)),
    gpuHours && gpuHours >= 0.005 ? t.gpuHoursSoFar(gpuHours.toFixed(2)) : "",
    cost && cost >= 0.005 ? t.costSoFar(cost.toFixed(2)) : "",
  ];
}

/** The nodes of a job and their GPUs, where all of it is known. */
export function toSizeText(
  { nodes, gpusPerNode, gpus }: JobReport,
  t: Messages,
): string | undefined {
  if (nodes === undefined || gpusPerNode === undefined || gpus === undefined) return undefined;
  return gpus === 0 ? t.noGpus(nodes) : t.size(nodes, gpusPerNode, gpus);
}

function renderTimeline({ report }: JobState, context: ViewContext): string[] {
  const { stages } = report!;
  if (stages.length === 0) return [];
  const width = Math.min(widestBar, context.width);
  return [
    timelineBar(stages, { ...context, width }),
    ...packLines(timelineLegend(stages, context), "  ", context.width),
  ];
}

function renderMessage(message: string | undefined, { t, width }: ViewContext): string[] {
  if (message === undefined) return [];
  return wrap(`${t.labels.message}${t.colon}${excerpt(message, 300)}`, width, 3);
}

function renderTrouble({ trouble }: JobState, { t, theme, width }: ViewContext): string[] {
  if (trouble === undefined) return [];
  return wrap(sayTrouble(trouble, 1, t), width, 3).map((line) => theme.paint("warn", line));
}
