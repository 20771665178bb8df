import type { JobReport } from "@qizhi/core";
import { formatDuration } from "@qizhi/core";
import { type Span, toExtent, toSpans } from "@qizhi/core/internal";

const dayMs = 86_400_000;

// Left to itself, mermaid puts up to 25 times of day on the axis, one over the other.
const mostTicks = 8;
const ticks: readonly (readonly [unitMs: number, unit: string, counts: readonly number[]])[] = [
  [1_000, "second", [1, 2, 5, 10, 15, 30]],
  [60_000, "minute", [1, 2, 5, 10, 15, 30]],
  [3_600_000, "hour", [1, 2, 3, 6, 12]],
  [dayMs, "day", [1, 2]],
  [7 * dayMs, "week", [1, 2, 4]],
];

/**
 * The job's stages as a mermaid gantt chart; `undefined` where there are none. It holds numbers and
 * words of our own only, never text of the platform.
 */
export function toGantt(report: JobReport, nowMs: number): string | undefined {
  const stages = toSpans(report.stages, nowMs);
  if (stages.length === 0) return undefined;
  const isFailed = report.phase === "failed";
  const tasks = stages.map(({ name, startMs, endMs, isOpen }) => {
    const tag = isOpen ? "active, " : isFailed && name === "run" ? "crit, " : "done, ";
    return `  ${name} ${formatDuration(endMs - startMs)} :${tag}${name}, ${startMs}, ${endMs}`;
  });
  return [...axisOf(stages), ...tasks].join("\n");
}

/** The first lines of a chart over these spans. */
export function axisOf(spans: readonly Span[]): string[] {
  const { startMs, endMs } = toExtent(spans);
  const lastsMs = endMs - startMs;
  const axis = lastsMs > dayMs ? "%m-%d %H:%M" : "%H:%M:%S";
  return ["gantt", "  dateFormat x", `  axisFormat ${axis}`, ...toTickInterval(lastsMs)];
}

/** The shortest interval that puts few enough times on the axis; none for a span of many months. */
function toTickInterval(spanMs: number): string[] {
  for (const [unitMs, unit, counts] of ticks) {
    const count = counts.find((each) => spanMs / (each * unitMs) <= mostTicks);
    if (count !== undefined) return [`  tickInterval ${count}${unit}`];
  }
  return [];
}
