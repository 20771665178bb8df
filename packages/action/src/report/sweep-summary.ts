import { formatDuration } from "@qizhi/core";
import { toMarkdownRow, toMarkdownTable } from "@qizhi/core/internal";
import type { Ending } from "./outcome.ts";
import { toCells, toCodeSpan, toLink, toProse } from "../runner/text.ts";
import { adviseOn } from "./describe-sweep.ts";
import { sayOrigin } from "../runner/provenance.ts";
import { countRuns, fitRows, isBad, type SweepReport, type SweepRow } from "./sweep-report.ts";

const mostFailures = 20;

/** Totals of a sweep as a table. */
export function toTotals({ outcome }: Ending, sweep: SweepReport): string {
  const { gpuHours, cost, listUrl, name } = sweep;
  return toFactTable([
    ["Sweep", toLink(toCodeSpan(name) || "Jobs", listUrl)],
    ["Outcome", outcome],
    ["Runs", countRuns(sweep).replace(" runs", "")],
    ["GPU-hours", gpuHours?.toFixed(2)],
    ["Cost (estimate, the platform's unit)", cost ? cost.toFixed(2) : undefined],
    ["Workflow run", sayOrigin()],
  ]);
}

/** What is known, as a table of two columns. */
export function toFactTable(rows: readonly (readonly [string, string | undefined])[]): string {
  return toMarkdownTable(["", ""], rows.filter(([, value]) => value).map(toCells));
}

/** What went wrong, with the platform's words, and what to do where that is not the ending's next step. */
export function toFailures({ nextStep }: Ending, { rows }: SweepReport): string | undefined {
  const bad = rows.filter(isBad);
  if (bad.length === 0) return undefined;
  const items = bad.slice(0, mostFailures).flatMap((row) => {
    const { state, status, reason } = row;
    const said = reason ? `: ${toCodeSpan(reason, 500)}` : "";
    const raw = status && state !== "refused" ? ` (${toCodeSpan(status, 60)})` : "";
    const advice = adviseOn(row);
    // What holds for the first one stands below.
    const isOwn = state !== "unknown" && advice !== nextStep;
    const own = isOwn ? [`  - ${toProse(advice, 500)}`] : [];
    return [`- ${toName(row)} ${state}${raw}${said}`, ...own];
  });
  const rest = bad.length - mostFailures;
  const more = rest > 0 ? [`- … and ${rest} more in the table`] : [];
  return ["**What went wrong**", "", ...items, ...more].join("\n");
}

/**
 * The runs as a table of at most so many bytes. Where they have no room, those that succeeded lose their
 * links, and then those that went wrong come first.
 */
export function toRunTable({ rows, variables }: SweepReport, mostBytes: number): string {
  const names = toCells(variables.map((name) => toCodeSpan(name, 40)));
  const heads = ["Run", ...names, "Outcome", "Queue", "Run time", "GPU-hours", "Cost"];
  const toRow = (row: SweepRow, isLinked: boolean) =>
    toCells([
      isLinked ? toName(row) : toCodeSpan(row.name, 100),
      ...variables.map((name) => toCodeSpan(row.parameters[name] ?? "", 60)),
      row.tries > 1 ? `${row.state} (try ${row.tries})` : row.state,
      toTime(row.queueMs),
      toTime(row.runMs),
      row.gpuHours?.toFixed(2),
      row.cost ? row.cost.toFixed(2) : undefined,
    ]);
  const room = mostBytes - 300;
  const whole = toMarkdownTable(
    heads,
    rows.map((row) => toRow(row, true)),
  );
  if (Buffer.byteLength(whole) <= room) return whole;
  const left = room - Buffer.byteLength(toMarkdownTable(heads, []));
  const shown = fitRows(rows, left, (row) => toMarkdownRow(toRow(row, isBad(row))));
  const table = toMarkdownTable(
    heads,
    shown.map((row) => toRow(row, isBad(row))),
  );
  if (shown.length === rows.length) return table;
  return `${table}\n\nThe table shows ${shown.length} of ${rows.length} runs, those that went wrong first. The output \`runs\` has more.`;
}

function toName({ name, url, jobId }: SweepRow): string {
  const shown = toCodeSpan(name, 100) || "unnamed";
  return url === undefined || jobId === undefined ? shown : toLink(shown, url);
}

/** A duration in a cell; nothing for none. */
export function toTime(ms: number | undefined): string {
  return ms === undefined ? "" : formatDuration(ms);
}
