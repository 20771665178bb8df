import { formatDuration } from "../../text/time-text.ts";
import { toExtent, toSpans } from "../../jobs/times.ts";
import type { HtmlWords } from "./html-words.ts";
import type { ResultRow } from "./result-rows.ts";

const classes = { queue: "q", prepare: "b", run: "x" } as const;
const width = 1_000;

/** The stretch of time that a timeline shows, epoch ms. */
export type Extent = ReturnType<typeof toExtent>;

/** From the first stage of all rows to the last one; `nowMs` ends what still lasts. */
export function toAxisExtent(rows: readonly ResultRow[], nowMs: number): Extent | undefined {
  const extent = toExtent(rows.flatMap(({ stages }) => toSpans(stages, nowMs)));
  return extent.endMs > extent.startMs ? extent : undefined;
}

/** The stages of one run as bars, in a picture as wide as the axis; empty where nothing is known. */
export function toBars(
  row: ResultRow,
  axis: Extent,
  nowMs: number,
  words: HtmlWords["stages"],
): string {
  const scale = width / (axis.endMs - axis.startMs);
  const bars = toSpans(row.stages, nowMs).map(({ name, startMs, endMs, isOpen }) => {
    const from = clamp((startMs - axis.startMs) * scale);
    const to = clamp((endMs - axis.startMs) * scale);
    // The shortest stage is still visible.
    const size = Math.max(to - from, 2);
    const lasted = formatDuration(endMs - startMs);
    const open = isOpen ? "…" : "";
    const box = `x="${from.toFixed(1)}" width="${size.toFixed(1)}" height="10"`;
    return `<rect class="${classes[name]}" ${box}><title>${words[name]} ${lasted}${open}</title></rect>`;
  });
  if (bars.length === 0) return "";
  return `<svg viewBox="0 0 ${width} 10" preserveAspectRatio="none" role="img">${bars.join("")}</svg>`;
}

/** Labels of the axis: time since the start, at both ends and the quarters. */
export function toAxis({ startMs, endMs }: Extent): string {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const ms = (endMs - startMs) * share;
    return `<span>${share === 0 ? "0" : formatDuration(ms)}</span>`;
  });
  return `<div class="axis">${ticks.join("")}</div>`;
}

function clamp(x: number): number {
  return Math.min(width, Math.max(0, x));
}
