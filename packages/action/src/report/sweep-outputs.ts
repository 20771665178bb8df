import { toRunJson } from "@qizhi/core/internal";
import type { SweepReport, SweepRow } from "./sweep-report.ts";
import { worstFirst } from "./sweep-report.ts";

// Linux takes no variable of 128 KiB or more, so the next step could not be started with it.
const longestRuns = 120_000;

/** The runs as plain data. */
export function toRunList({ rows }: SweepReport): unknown[] {
  return rows.map((row) => toRunJson(row, "outcome"));
}

/** The runs as JSON, in short or cut where they have no room, and how many were left out. */
export function toRunsJson(sweep: SweepReport): { json: string; leftOut: number } {
  const { rows } = sweep;
  const whole = JSON.stringify(toRunList(sweep));
  if (Buffer.byteLength(whole) <= longestRuns) return { json: whole, leftOut: 0 };
  let room = longestRuns;
  const kept = new Set<number>();
  const short = (row: SweepRow) => ({
    name: row.name,
    parameters: row.parameters,
    outcome: row.state,
    job_id: row.jobId ?? null,
  });
  for (const row of worstFirst(rows)) {
    room -= Buffer.byteLength(JSON.stringify(short(row))) + 1;
    if (room < 2) break;
    kept.add(row.index);
  }
  const shown = rows.filter(({ index }) => kept.has(index));
  return { json: JSON.stringify(shown.map(short)), leftOut: rows.length - shown.length };
}
