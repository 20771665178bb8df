import type { Stage } from "@qizhi/core";
import { type Span, toSpans } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";
import type { Look, Theme } from "../terminal/style.ts";

/** The share of each length in `width` cells: in proportion, and one cell at least while there are enough. */
export function shareCells(lengths: readonly number[], width: number): number[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const least = width >= lengths.length ? 1 : 0;
  const exact = lengths.map((length) =>
    total === 0 ? width / lengths.length : (length / total) * width,
  );
  const cells = exact.map((share) => Math.max(least, Math.floor(share)));
  let spare = width - cells.reduce((sum, count) => sum + count, 0);
  // A cell left over goes to the length that lost most; a missing one comes from the length that gained most.
  while (spare !== 0 && cells.length > 0) {
    const step = Math.sign(spare);
    const isOpen = (index: number) => step > 0 || cells[index]! > least;
    const gap = (index: number) => step * (exact[index]! - cells[index]!);
    const open = [...cells.keys()].filter(isOpen);
    const next = open.reduce((best, index) => (gap(index) > gap(best) ? index : best), open[0]!);
    cells[next]! += step;
    spare -= step;
  }
  return cells;
}

const forms = {
  queue: { style: "warn", sign: "░", ascii: "." },
  prepare: { style: "active", sign: "▒", ascii: "-" },
  run: { style: "good", sign: "█", ascii: "=" },
} as const satisfies Record<Stage["name"], Look>;

/** The stages as a bar of `width` cells, each as long as its share of the time. */
export function timelineBar(
  stages: readonly Stage[],
  { width, now, theme }: { width: number; now: number; theme: Theme },
): string {
  const spans = toSpans(stages, now);
  const cells = shareCells(spans.map(lengthOf), spans.length === 0 ? 0 : width);
  return spans
    .map(({ name }, index) =>
      theme.paint(forms[name].style, theme.sign(forms[name]).repeat(cells[index]!)),
    )
    .join("");
}

/** The legend of the bar, `░ queue 44s`; without a bar the times alone. */
export function timelineLegend(
  stages: readonly Stage[],
  { t, now, theme }: { t: Messages; now: number; theme: Theme },
): string[] {
  return toSpans(stages, now).map((span) => {
    const { name, isOpen } = span;
    const mark = theme.drawsBars
      ? `${theme.paint(forms[name].style, theme.sign(forms[name]))} `
      : "";
    return `${mark}${t.stages[name]} ${t.span(lengthOf(span))}${isOpen ? "…" : ""}`;
  });
}

/** How long a stage took, or takes so far, in ms. */
export function lengthOf({ startMs, endMs }: Span): number {
  return endMs - startMs;
}
