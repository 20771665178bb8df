import { escapeHtml } from "../../core/src/text/markup.ts";
import type { BarChart, Chart, CurveChart } from "./result.ts";

// Read on white and on black; the style sheet asks which of them it is.
const style = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 14px; }
  .quiet { fill: #59636e; }
  .axis { stroke: #d1d9e0; }
  .held { fill: #2da44e; } .missed { fill: #cf222e; } .limit { stroke: #1f2328; stroke-width: 2; }
  .c0 { stroke: #0969da; fill: #0969da; } .c1 { stroke: #bc4c00; fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .quiet { fill: #9198a1; } .axis { stroke: #3d444d; }
    .held { fill: #3fb950; } .missed { fill: #f85149; } .limit { stroke: #f0f6fc; }
    .c0 { stroke: #4493f8; fill: #4493f8; } .c1 { stroke: #db6d28; fill: #db6d28; }
  }`;

const width = 760;

/** Draws a chart as SVG, readable on light and on dark. */
export function drawChart(chart: Chart): string {
  return chart.kind === "bars" ? drawBars(chart) : drawCurves(chart);
}

function drawBars({ title, unit, bars }: BarChart): string {
  const [left, top, line] = [270, 50, 22];
  const most = Math.max(...bars.flatMap(({ value, limit = 0 }) => [value, limit])) * 1.05;
  const scale = (value: number) => left + (value / most) * (width - left - 70);
  const parts = bars.map(({ label, value, limit }, index) => {
    const y = top + index * line;
    const look = limit === undefined || value <= limit ? "held" : "missed";
    const mark =
      limit === undefined
        ? ""
        : `<line class="limit" x1="${px(scale(limit))}" x2="${px(scale(limit))}" y1="${y}" y2="${y + 16}"/>`;
    return (
      `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escapeHtml(label)}</text>` +
      `<rect class="${look}" x="${left}" y="${y}" width="${px(scale(value) - left)}" height="16" rx="2"/>` +
      mark +
      `<text x="${px(scale(Math.max(value, limit ?? 0)) + 6)}" y="${y + 12}">${value.toFixed(2)} ${unit}</text>`
    );
  });
  const note = `<text class="quiet" x="16" y="42">The line is the bar; shorter is faster.</text>`;
  return toSvg(title, top + bars.length * line + 12, [note, ...parts]);
}

function drawCurves({ title, xLabels, yLabel, curves }: CurveChart): string {
  const [left, right, top, bottom] = [60, 100, 60, 290];
  const most = Math.max(1, ...curves.flatMap(({ values }) => values));
  const x = (index: number) => left + (index / (xLabels.length - 1)) * (width - left - right);
  const y = (value: number) => bottom - (value / most) * (bottom - top);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = px(y(share * most));
    return (
      `<line class="axis" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/>` +
      `<text class="quiet" x="${left - 8}" y="${at + 4}" text-anchor="end">${(share * most).toFixed(2)}</text>`
    );
  });
  const labels = xLabels.map(
    (label, index) =>
      `<text class="quiet" x="${px(x(index))}" y="${bottom + 18}" text-anchor="middle">${escapeHtml(label)}</text>`,
  );
  const lines = curves.map(({ label, values }, index) => {
    const points = values.map((value, at) => `${px(x(at))},${px(y(value))}`);
    const end = px(y(values.at(-1) ?? 0)) + 4;
    return (
      `<polyline class="c${index}" style="fill:none" stroke-width="2" points="${points.join(" ")}"/>` +
      points.map((point) => `<circle class="c${index}" r="3" ${toCentre(point)}/>`).join("") +
      `<text class="c${index}" style="stroke:none" x="${width - right + 8}" y="${end}">${escapeHtml(label)}</text>`
    );
  });
  const note = `<text class="quiet" x="16" y="42">${escapeHtml(yLabel)}</text>`;
  return toSvg(title, bottom + 34, [note, ...ticks, ...labels, ...lines]);
}

function toCentre(point: string): string {
  const [x, y] = point.split(",");
  return `cx="${x}" cy="${y}"`;
}

function toSvg(title: string, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeHtml(title)}</title>
<style>${style}
</style>
<text class="title" x="16" y="22">${escapeHtml(title)}</text>
${parts.join("\n")}
</svg>
`;
}

function px(value: number): number {
  return Math.round(value * 10) / 10;
}
