import { formatDuration, type JobReport } from "@qizhi/core";
import { type Span, toExtent, toSpans } from "@qizhi/core/internal";
import { type SweepReport, worstFirst } from "./sweep-report.ts";

// Charts hold numbers and words of our own, and of a run a few plain letters of its name: nothing in them is mermaid's.

// More rows than these are no help; mermaid draws at most 50,000 characters.
const mostCharted = 40;
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

/** The stages of a job as a mermaid gantt chart; `undefined` where there are none. */
export function toGantt({ stages, phase }: JobReport, nowMs: number): string | undefined {
  const spans = toSpans(stages, nowMs);
  if (spans.length === 0) return undefined;
  const tasks = spans.map((span) => {
    const tag = phase === "failed" && span.name === "run" ? "crit, " : "done, ";
    return toTask(span, tag, span.name);
  });
  return [...axisOf(spans), ...tasks].join("\n");
}

/** Queue and run of each run as one chart in Markdown; those that went wrong first, where they are many. */
export function toSweepGantt(
  { rows, name: sweep }: SweepReport,
  nowMs: number,
): string | undefined {
  const drawn = worstFirst(rows)
    .flatMap((row) => {
      const spans = toSpans(row.stages, nowMs).filter(({ name }) => name !== "prepare");
      return spans.length === 0 ? [] : [{ row, spans }];
    })
    .slice(0, mostCharted)
    .toSorted((a, b) => a.row.index - b.row.index);
  if (drawn.length === 0) return undefined;
  let longest = 0;
  const sections = drawn.flatMap(({ row, spans }) => {
    const own = row.name.startsWith(`${sweep}-`) ? row.name.slice(sweep.length + 1) : row.name;
    const label = `${row.index} ${own.replaceAll(/[^A-Za-z0-9._-]+/g, "_").slice(-24)}`;
    longest = Math.max(longest, label.length);
    const tasks = spans.map((span) => {
      const ofRun = row.state === "failed" ? "crit, " : "";
      return toTask(span, span.name === "queue" ? "done, " : ofRun, `${span.name}${row.index}`);
    });
    return [`  section ${label}`, ...tasks];
  });
  // Left to itself, mermaid writes longer labels over the bars.
  const init = `%%{init: {"gantt": {"leftPadding": ${16 + longest * 6}}}}%%`;
  const lines = [init, ...axisOf(drawn.flatMap(({ spans }) => spans)), ...sections];
  const chart = `\`\`\`mermaid\n${lines.join("\n")}\n\`\`\``;
  const known = rows.filter(({ stages }) => stages.length > 0).length;
  if (known <= drawn.length) return chart;
  return `${chart}\n\nThe chart shows ${drawn.length} of ${known} runs, those that went wrong first.`;
}

function toTask({ name, startMs, endMs, isOpen }: Span, tag: string, id: string): string {
  const lasted = formatDuration(endMs - startMs);
  return `  ${name} ${lasted} :${isOpen ? "active, " : tag}${id}, ${startMs}, ${endMs}`;
}

/** The first lines of a chart over these spans. */
function axisOf(spans: readonly Span[]): string[] {
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
