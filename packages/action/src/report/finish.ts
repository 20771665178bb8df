import { formatDuration, type JobReport, summarizeJob } from "@qizhi/core";
import { type IdentifiedJob, sum } from "@qizhi/core/internal";
import type { Remark } from "../runner/log.ts";
import type { RunParts } from "../inputs/inputs.ts";
import { type LastWords, markEnded } from "../runner/state.ts";
import { doesPass, type Ending } from "./outcome.ts";
import { sayPriority } from "./describe-job.ts";
import { attempt, writeOutputs } from "./outputs.ts";
import { appendSummary, sayFailedNode, sayOverdue, toSummary } from "./summary.ts";
import { countRuns } from "./sweep-report.ts";

// With the last one the ten that the runner keeps.
const mostPlaces = 9;

/**
 * Tells how the step ended, in the log, one annotation, the outputs and the summary.
 * @param baseUrl address of the platform; unknown when the inputs were wrong.
 */
export function finish(
  given: Ending,
  { secrets, log }: Pick<RunParts, "secrets" | "log">,
  baseUrl: string | undefined,
): void {
  const ending = secrets.redactAll(given);
  // What nobody saw is not counted.
  const now = (ending.nowMs ?? Date.now()) - (ending.overdueMs ?? 0);
  const { job } = ending;
  const report = job && baseUrl !== undefined ? toReport(ending, { job, baseUrl, now }) : undefined;
  if (!doesPass(ending)) process.exitCode = 1;
  let fileLost: string | undefined;
  const outputsLost = attempt(() => (fileLost = writeOutputs(ending, report)));
  const summary = secrets.redactPage(toSummary(ending, report, now));
  const summaryLost = attempt(() => appendSummary(summary));
  if (report !== undefined) log.group("Job", toLines(ending, report, now));
  for (const failed of ending.failedNodes ?? []) log.group(sayFailedNode(failed), failed.lines);
  if (ending.sweep) log.line(countRuns(ending.sweep));
  // What the step found out stands, also where a page of it is missing.
  if (summaryLost) log.warning("Qizhi: the summary could not be written", [summaryLost]);
  if (fileLost) {
    const toDo = "The other outputs are complete. Let this user write to RUNNER_TEMP.";
    log.warning("Qizhi: a file of results could not be written", [fileLost, toDo]);
  }
  const lost = outputsLost && `The outputs could not be written: ${outputsLost}`;
  const words = toLastWords(ending, { lost, url: report?.url ?? ending.sweep?.listUrl });
  if (words.level === "error") process.exitCode = 1;
  else log.line(`${ending.title}.`);
  // Nothing is wrong, so there is no annotation that says it.
  if (ending.passes && words.level === "notice") log.group("Why", words.lines);
  const [first, ...others] = byLine(ending.remarks ?? []);
  for (const remarks of others.slice(0, mostPlaces)) {
    const lines = remarks.map(({ text }) => text);
    log.error(words.title, lines, remarks[0]?.place);
  }
  if (words.level !== "notice") log[words.level](words.title, words.lines, first?.[0]?.place);
  attempt(() => markEnded({ ...words, summary }));
}

function toReport(
  { nodeNames, earlier = [] }: Ending,
  { job, ...context }: { job: IdentifiedJob; baseUrl: string; now: number },
): JobReport {
  const report = summarizeJob(job, context);
  const tries = [...earlier.map((each) => summarizeJob(each, context)), report];
  return {
    ...report,
    nodeNames: [...(nodeNames ?? report.nodeNames)],
    gpuHours: sum(tries.map(({ gpuHours }) => gpuHours)),
    cost: sum(tries.map(({ cost }) => cost)),
  };
}

function toLastWords(
  ending: Ending,
  { lost, url }: { lost: string | undefined; url: string | undefined },
): Omit<LastWords, "summary"> {
  const { title, cause, message, fate, nextStep } = ending;
  const toWords = (level: LastWords["level"], head: string, lines: (string | undefined)[]) => ({
    level,
    title: head,
    lines: lines.flatMap((line) => line ?? []),
  });
  if (!doesPass(ending)) {
    return toWords("error", `Qizhi: ${title}`, [cause, message, fate, nextStep, lost, url]);
  }
  // The next steps would go on with nothing.
  if (lost !== undefined) {
    const head = "Qizhi: the outputs could not be written";
    return toWords("error", head, [`${title}.`, fate, lost, url]);
  }
  if (ending.passes) return toWords("notice", `Qizhi: ${title}`, [cause, fate, url]);
  return toWords(fate === undefined ? "notice" : "warning", `Qizhi: ${title}`, [fate, url]);
}

/** What stands at one line is one annotation. */
function byLine(remarks: readonly Remark[]): Remark[][] {
  const groups = new Map<string, Remark[]>();
  for (const remark of remarks) {
    const line = `${remark.place?.file}:${remark.place?.line}`;
    groups.set(line, [...(groups.get(line) ?? []), remark]);
  }
  return [...groups.values()];
}

function toLines(ending: Ending, report: JobReport, now: number): string[] {
  const rows: [string, string | number | undefined][] = [
    ["job", report.jobId],
    ["name", report.name],
    ["status", report.status && report.status + sayOverdue(ending)],
    ["nodes", report.nodes],
    ["GPUs in total", report.gpus],
    ["priority", sayPriority(report, ending.askedPriority)],
    ["ran on", report.phase === "failed" ? report.nodeNames.join(", ") || undefined : undefined],
    ...report.stages.map(({ name, startMs, endMs }): [string, string] => [
      `${name} time`,
      formatDuration(Math.max(0, (endMs ?? now) - startMs)),
    ]),
    ["GPU-hours", report.gpuHours?.toFixed(2)],
    ["restarts", report.restarts],
    ["page", report.url],
  ];
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [`${label}: ${value}`]));
}
