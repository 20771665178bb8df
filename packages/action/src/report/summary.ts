import { appendFileSync, statSync } from "node:fs";
import { formatDuration, type JobReport } from "@qizhi/core";
import { cut, excerpt, toMarkdownRow, toMarkdownTable } from "@qizhi/core/internal";
import { toCells, toCodeBlock, toCodeSpan, toLink, toProse } from "../runner/text.ts";
import { sayOrigin } from "../runner/provenance.ts";
import { type Ending, type FailedNode, isGood } from "./outcome.ts";
import { adviseOn } from "./describe-sweep.ts";
import { countRuns, fitRows, isBad, type SweepReport, type SweepRow } from "./sweep-report.ts";
import { toGantt, toSweepGantt } from "./gantt.ts";
import { sayPriority } from "./describe-job.ts";

/** The runner drops a summary over 1 MiB whole. */
const largestFile = 1_048_576;
const largestSummary = 65_536;
const mostLines = 60;
const mostFailures = 20;
// The table of a sweep's runs is to have room beside them.
const mostLogCharacters = { job: 16_000, run: 3_000 };

/** Appends Markdown to the step's summary; what stands there already stays. */
export function appendSummary(text: string): void {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (!file) return;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size + Buffer.byteLength(text) <= largestFile) appendFileSync(file, text);
}

/** The report as Markdown, at most 64 KB. */
export function toSummary(
  ending: Ending,
  report: JobReport | undefined,
  nowMs = Date.now(),
): string {
  const { sweep, title } = ending;
  const gantt = report && toGantt(report, nowMs);
  const parts = [
    `## Qizhi: ${title}`,
    sweep && toTotals(ending, sweep),
    report && toTable(ending, report),
    gantt && `\`\`\`mermaid\n${gantt}\n\`\`\``,
    ...toExplanation(ending),
    sweep && toSweepGantt(sweep, nowMs),
  ];
  let text = parts.filter((part) => part !== undefined).join("\n\n");
  if (sweep) text += `\n\n${toRunTable(sweep, largestSummary - Buffer.byteLength(text))}`;
  const bytes = Buffer.from(`${text}\n\n`);
  if (bytes.length <= largestSummary) return bytes.toString();
  // Only reached by hundreds of mistakes in the inputs; a whole line goes, never half a character.
  const kept = bytes.subarray(0, largestSummary - 100).toString();
  return `${kept.slice(0, kept.lastIndexOf("\n"))}\n\n… (cut at 64 KB)\n\n`;
}

function toExplanation(ending: Ending): string[] {
  const { cause, message, failedNodes = [], nextStep, fate, sweep } = ending;
  const failures = sweep && toFailures(ending, sweep);
  const parts: string[] = [];
  if (!isGood(ending)) parts.push(`**What happened**\n\n${toItems(cause)}`);
  if (failures) parts.push(failures);
  else if (message) parts.push(`**What the platform says**\n\n${toCodeBlock(message)}`);
  parts.push(...failedNodes.map(toLastLines));
  if (fate)
    parts.push(`**What became of the ${ending.sweep ? "jobs" : "job"}**\n\n${toItems(fate)}`);
  if (nextStep && !isGood(ending)) parts.push(`**What to do next**\n\n${toItems(nextStep)}`);
  return parts;
}

/** Which node failed first, and how. */
export function sayFailedNode({ name, run, exitCode }: FailedNode): string {
  const of = run === undefined ? "" : ` of ${excerpt(run, 100)}`;
  return `Last lines of ${name}${of}, which failed first, with exit code ${exitCode}`;
}

/** The last lines of a node, as many as fit. */
function toLastLines(failed: FailedNode): string {
  const most = mostLogCharacters[failed.run === undefined ? "job" : "run"];
  const lines = failed.lines.map((line) => cut(line, 1_000));
  while (lines.join("\n").length > most) lines.shift();
  return `**${toProse(sayFailedNode(failed))}**\n\n${toCodeBlock(lines.join("\n"), most)}`;
}

function toItems(text: string): string {
  const lines = text.split("\n").slice(0, mostLines);
  return lines.map((line) => `- ${toProse(line.replace(/^- /, ""))}`).join("\n");
}

/** How long ago a job was seen last, where it should have been seen since; else nothing. */
export function sayOverdue({ overdueMs }: Pick<Ending, "overdueMs">): string {
  return overdueMs === undefined ? "" : `, last seen ${formatDuration(overdueMs)} ago`;
}

function toTable(ending: Ending, report: JobReport): string {
  const isFailed = report.phase === "failed";
  return toFactTable([
    ["Job", toLink(toCodeSpan(report.jobId), report.url)],
    ["Name", report.name && toCodeSpan(report.name)],
    ["Outcome", ending.outcome],
    ["Status", report.status && toCodeSpan(report.status, 60) + sayOverdue(ending)],
    ["Nodes and GPUs", toSize(report)],
    ["Priority", toProse(sayPriority(report, ending.askedPriority) ?? "")],
    ["Ran on", isFailed ? toCodeSpan(report.nodeNames.join(", "), 500) : undefined],
    ["Queue time", toTime(report.queueTimeMs)],
    ["Run time", toTime(report.runTimeMs)],
    ["GPU-hours", report.gpus === 0 ? undefined : report.gpuHours?.toFixed(2)],
    ["Cost (estimate, the platform's unit)", report.cost ? report.cost.toFixed(2) : undefined],
    ["Restarts", String(report.restarts)],
    ["Tries", ending.tries !== undefined && ending.tries > 1 ? String(ending.tries) : undefined],
    ["Workflow run", sayOrigin()],
    ["Platform", toCodeSpan(report.platform)],
  ]);
}

function toSize({ nodes, gpusPerNode, gpus }: JobReport): string | undefined {
  if (nodes === undefined) return undefined;
  if (gpusPerNode === undefined || gpus === undefined) return String(nodes);
  if (gpus === 0) return `${nodes}, without GPUs`;
  return `${nodes} × ${gpusPerNode} = ${gpus} GPUs`;
}

/** Totals of a sweep as a table. */
function toTotals({ outcome }: Ending, sweep: SweepReport): string {
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
function toFactTable(rows: readonly (readonly [string, string | undefined])[]): string {
  return toMarkdownTable(["", ""], rows.filter(([, value]) => value).map(toCells));
}

/** What went wrong, with the platform's words, and what to do where that is not the ending's next step. */
function toFailures({ nextStep }: Ending, { rows }: SweepReport): string | undefined {
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
function toRunTable({ rows, variables }: SweepReport, mostBytes: number): string {
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
  const toLines = (lines: readonly SweepRow[], isLinked: (row: SweepRow) => boolean) =>
    toMarkdownTable(
      heads,
      lines.map((row) => toRow(row, isLinked(row))),
    );
  const room = mostBytes - 300;
  const whole = toLines(rows, () => true);
  if (Buffer.byteLength(whole) <= room) return whole;
  const left = room - Buffer.byteLength(toLines([], isBad));
  const shown = fitRows(rows, left, (row) => toMarkdownRow(toRow(row, isBad(row))));
  const table = toLines(shown, isBad);
  if (shown.length === rows.length) return table;
  return `${table}\n\nThe table shows ${shown.length} of ${rows.length} runs, those that went wrong first. The output \`runs\` has more.`;
}

function toName({ name, url, jobId }: SweepRow): string {
  const shown = toCodeSpan(name, 100) || "unnamed";
  return url === undefined || jobId === undefined ? shown : toLink(shown, url);
}

/** A duration in a cell; nothing for none. */
function toTime(ms: number | undefined): string {
  return ms === undefined ? "" : formatDuration(ms);
}
