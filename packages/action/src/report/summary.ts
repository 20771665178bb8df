import { appendFileSync, statSync } from "node:fs";
import { formatDuration, type JobReport } from "@qizhi/core";
import { cut, excerpt } from "@qizhi/core/internal";
import { type Ending, type FailedNode, isGood } from "./outcome.ts";
import { toGantt, toSweepGantt } from "./gantt.ts";
import { sayOrigin } from "../runner/provenance.ts";
import { sayPriority } from "./describe-job.ts";
import { toCodeBlock, toCodeSpan, toLink, toProse } from "../runner/text.ts";
import { toFactTable, toFailures, toRunTable, toTime, toTotals } from "./sweep-summary.ts";

/** The runner drops a summary over 1 MiB whole. */
const largestFile = 1_048_576;
const largestSummary = 65_536;
const mostLines = 60;
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
  return toFactTable([
    ["Job", toLink(toCodeSpan(report.jobId), report.url)],
    ["Name", report.name && toCodeSpan(report.name)],
    ["Outcome", ending.outcome],
    ["Status", report.status && toCodeSpan(report.status, 60) + sayOverdue(ending)],
    ["Nodes and GPUs", toSize(report)],
    ["Priority", toProse(sayPriority(report, ending.askedPriority) ?? "")],
    [
      "Ran on",
      report.phase === "failed" ? toCodeSpan(report.nodeNames.join(", "), 500) : undefined,
    ],
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
