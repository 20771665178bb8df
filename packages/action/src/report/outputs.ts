import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setOutput } from "@actions/core";
import type { JobReport } from "@qizhi/core";
import { makePrivateFolder, toJobFacts, toRunJson } from "@qizhi/core/internal";
import { toOrigin } from "../runner/provenance.ts";
import { stateFolder } from "../runner/state.ts";
import { toReason } from "../runner/text.ts";
import type { Ending } from "./outcome.ts";
import { fitRows, type SweepReport, type SweepRow } from "./sweep-report.ts";

/** The outputs, as in action.yml; a test holds the two equal. */
export const outputNames = [
  "job-id",
  "url",
  "outcome",
  "status",
  "phase",
  "queue-time-ms",
  "run-time-ms",
  "gpu-hours",
  "cost",
  "restarts",
  "runs",
  "runs-file",
  "counts",
  "report",
  "report-file",
] as const;

type OutputName = (typeof outputNames)[number];

const longestMessage = 2_000;

/** Writes what is known as soon as there is a job, because the runner reads outputs even after a kill. */
export function writeJobOutputs(jobId: string, url: string): void {
  write({ "job-id": jobId, url });
}

/**
 * Writes all outputs at the end. Times in ms, GPU-hours over all nodes; what is not known stays unset.
 * @returns why a file for the next steps could not be written; the output of its path stays unset.
 */
export function writeOutputs(ending: Ending, report: JobReport | undefined): string | undefined {
  if (ending.sweep) return writeSweepOutputs(ending, ending.sweep);
  const json = toReportJson(ending, report);
  write({
    "job-id": report?.jobId,
    url: report?.url,
    outcome: ending.outcome,
    status: report?.status,
    phase: report?.phase,
    "queue-time-ms": report?.queueTimeMs,
    "run-time-ms": report?.runTimeMs,
    "gpu-hours": round(report?.gpuHours),
    cost: round(report?.cost),
    restarts: report?.restarts,
    report: JSON.stringify(json),
  });
  return writeResultFile("report", json);
}

function writeSweepOutputs(ending: Ending, sweep: SweepReport): string | undefined {
  const { outcome } = ending;
  const { counts, rows, name, listUrl: url } = sweep;
  const [gpuHours, cost] = [round(sweep.gpuHours), round(sweep.cost)];
  const list = toRunList(sweep);
  const { json, leftOut } = toRunsJson(sweep);
  write({ url, outcome, "gpu-hours": gpuHours, cost, runs: json });
  const runsLost = writeResultFile("runs", list);
  const totals = { runs: rows.length, runs_left_out: leftOut, counts, gpu_hours: gpuHours, cost };
  const head = { outcome, name: name.slice(0, 200), url };
  const report = { ...head, ...totals, ...toWhy(ending), ...toOrigin() };
  write({ counts: JSON.stringify(counts), report: JSON.stringify(report) });
  return writeResultFile("report", { ...report, all_runs: list }) ?? runsLost;
}

/** Writes outputs, but for those that are not known. */
function write(values: Partial<Record<OutputName, string | number | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) setOutput(name, value);
  }
}

function round(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10_000) / 10_000;
}

/** The report as plain data; the field names are those of the command line's `--json`. */
function toReportJson(ending: Ending, report: JobReport | undefined): Record<string, unknown> {
  return {
    outcome: ending.outcome,
    ...(report && toJobFacts(report)),
    name: report?.name?.slice(0, 200),
    status: report?.status?.slice(0, 200),
    message: report?.message?.slice(0, longestMessage),
    priority_asked: ending.askedPriority,
    tries: ending.tries,
    ...toWhy(ending),
    ...toOrigin(),
  };
}

function toWhy({ cause, nextStep, fate }: Ending): Record<string, unknown> {
  return { cause: cause.slice(0, longestMessage), next_step: nextStep, fate };
}

// Linux takes no variable of 128 KiB or more, so the next step could not be started with it.
const longestRuns = 120_000;

function toRunList({ rows }: SweepReport): unknown[] {
  return rows.map((row) => toRunJson(row, "outcome"));
}

/** The runs as JSON, in short or cut where they have no room, and how many were left out. */
export function toRunsJson(sweep: SweepReport): { json: string; leftOut: number } {
  const { rows } = sweep;
  const whole = JSON.stringify(toRunList(sweep));
  if (Buffer.byteLength(whole) <= longestRuns) return { json: whole, leftOut: 0 };
  const short = (row: SweepRow) => ({
    name: row.name,
    parameters: row.parameters,
    outcome: row.state,
    job_id: row.jobId ?? null,
  });
  // Without the brackets.
  const shown = fitRows(rows, longestRuns - 2, (row) => JSON.stringify(short(row)));
  return { json: JSON.stringify(shown.map(short)), leftOut: rows.length - shown.length };
}

/** Writes a result whole, where an output has no room for it, for the next steps of the job; gives the reason where it cannot. */
function writeResultFile(kind: "runs" | "report", value: unknown): string | undefined {
  const file = join(stateFolder(), `${kind}-${crypto.randomUUID()}.json`);
  const lost = attempt(() => {
    makePrivateFolder(stateFolder());
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  });
  if (lost === undefined) write({ [`${kind}-file`]: file });
  return lost;
}

/** Writes something and gives the reason why that did not work: the rest is to be told all the same. */
export function attempt(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return toReason(error);
  }
}
