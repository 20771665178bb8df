import { toRunJson } from "@qizhi/core/internal";
import type { SweepReport, SweepRow } from "./sweep-report.ts";
import { worstFirst } from "./sweep-report.ts";

// The runner takes 1 MB of outputs for a job, two bytes to a character (actions/runner, JobOutput).
const longestRuns = 400_000;

/** The runs as JSON, and how many of them had no room. */
export function toRunsJson({ rows }: SweepReport): { json: string; leftOut: number } {
  const whole = JSON.stringify(rows.map((row) => toRunJson(row, "outcome")));
  if (whole.length <= longestRuns) return { json: whole, leftOut: 0 };
  let room = longestRuns;
  const kept = new Set<number>();
  const short = (row: SweepRow) => ({
    name: row.name,
    parameters: row.parameters,
    outcome: row.state,
    job_id: row.jobId ?? null,
  });
  for (const row of worstFirst(rows)) {
    room -= JSON.stringify(short(row)).length + 1;
    if (room < 2) break;
    kept.add(row.index);
  }
  const shown = rows.filter(({ index }) => kept.has(index));
  return { json: JSON.stringify(shown.map(short)), leftOut: rows.length - shown.length };
}
