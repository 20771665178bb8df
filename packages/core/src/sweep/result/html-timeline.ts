import { formatDuration } from "../../text/duration.ts";
import type { ResultRow } from "./result-rows.ts";

/** The stretch of time that a timeline shows, epoch ms. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** What the stages are called. */
export interface StageWords {
  readonly queue: string;
  readonly prepare: string;
  readonly run: string;
}

// A wrong clock of the platform must not stretch the chart over centuries.
const earliestMs = Date.UTC(2000, 0);
const latestMs = Date.UTC(2100, 0);
const classes = { queue: "q", prepare: "b", run: "x" } as const;
const width = 1_000;

/** From the first stage of all rows to the last one; `nowMs` ends what still lasts. */
export function toSpan(rows: readonly ResultRow[], nowMs: number): Span | undefined {
  let [startMs, endMs] = [Infinity, -Infinity];
  for (const { stages } of rows) {
    for (const stage of stages) {
      const end = stage.endMs ?? nowMs;
      if (!(stage.startMs >= earliestMs && end <= latestMs)) continue;
      startMs = Math.min(startMs, stage.startMs);
      endMs = Math.max(endMs, end);
    }
  }
  return endMs > startMs ? { startMs, endMs } : undefined;
}

/** The stages of one run as bars, in a picture as wide as the span; empty where nothing is known. */
export function toBars(row: ResultRow, span: Span, nowMs: number, words: StageWords): string {
  const scale = width / (span.endMs - span.startMs);
  const bars = row.stages.map(({ name, startMs, endMs }) => {
    const from = clamp((startMs - span.startMs) * scale);
    const to = clamp(((endMs ?? nowMs) - span.startMs) * scale);
    // What is over in a moment is seen, too.
    const size = Math.max(to - from, 2);
    const lasted = formatDuration((endMs ?? nowMs) - startMs);
    const open = endMs === undefined ? "…" : "";
    const box = `x="${from.toFixed(1)}" width="${size.toFixed(1)}" height="10"`;
    return `<rect class="${classes[name]}" ${box}><title>${words[name]} ${lasted}${open}</title></rect>`;
  });
  if (bars.length === 0) return "";
  return `<svg viewBox="0 0 ${width} 10" preserveAspectRatio="none" role="img">${bars.join("")}</svg>`;
}

/** Labels of the axis: time since the start, at both ends and the quarters. */
export function toAxis({ startMs, endMs }: Span): string {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const ms = (endMs - startMs) * share;
    return `<span>${share === 0 ? "0" : formatDuration(ms)}</span>`;
  });
  return `<div class="axis">${ticks.join("")}</div>`;
}

function clamp(x: number): number {
  return Math.min(width, Math.max(0, x));
}
