import type { JobReport, Stage } from "@qizhi/core";
import { formatDuration } from "@qizhi/core";

// A wrong clock of the platform must not stretch the chart over centuries.
const earliestMs = Date.UTC(2000, 0);
const latestMs = Date.UTC(2100, 0);
const dayMs = 86_400_000;

/**
 * The job's stages as a mermaid gantt chart; `undefined` where there are none. It holds numbers and
 * words of our own only, never text of the platform.
 */
export function toGantt(report: JobReport, nowMs: number): string | undefined {
  const stages = report.stages.flatMap((stage) => toSpan(stage, nowMs) ?? []);
  if (stages.length === 0) return undefined;
  const first = Math.min(...stages.map(({ startMs }) => startMs));
  const last = Math.max(...stages.map(({ endMs }) => endMs));
  const axis = last - first > dayMs ? "%m-%d %H:%M" : "%H:%M:%S";
  const isFailed = report.phase === "failed";
  const tasks = stages.map(({ name, startMs, endMs, isOpen }) => {
    const tag = isOpen ? "active, " : isFailed && name === "run" ? "crit, " : "done, ";
    return `  ${name} ${formatDuration(endMs - startMs)} :${tag}${name}, ${startMs}, ${endMs}`;
  });
  return ["gantt", "  dateFormat x", `  axisFormat ${axis}`, ...tasks].join("\n");
}

interface Span {
  name: Stage["name"];
  startMs: number;
  endMs: number;
  isOpen: boolean;
}

function toSpan({ name, startMs, endMs }: Stage, nowMs: number): Span | undefined {
  const start = Math.round(startMs);
  const end = Math.round(Math.max(endMs ?? nowMs, startMs));
  if (!(start >= earliestMs && end <= latestMs)) return undefined;
  return { name, startMs: start, endMs: end, isOpen: endMs === undefined };
}
