import type { Journal } from "../../journal/journal.ts";
import type { RunOutcome } from "./records.ts";
import type { RunStatus } from "./run-status.ts";
import { writeRecord } from "./write-record.ts";

/** Writes down how a run ended: for the sweep, and for the history of jobs. */
export function keepEnd(
  context: { readonly journal: Journal; readonly platform: string; readonly sweep: string },
  { run, tries, status, reason, facts, jobId, phase }: RunStatus,
  outcome: RunOutcome,
): void {
  const { journal, platform, sweep } = context;
  const end = { outcome, status, reason, facts };
  writeRecord(journal, { kind: "sweep:ended", sweep, run: run.index, try: tries, ...end });
  if (jobId === undefined || facts === undefined) return;
  journal.append({
    kind: "seen",
    platform,
    jobId,
    status,
    phase,
    createdAt: facts.stages[0]?.startMs,
    finishedAt: facts.stages.at(-1)?.endMs,
    queueMs: facts.queueTimeMs,
    runMs: facts.runTimeMs,
    gpuHours: facts.gpuHours,
    cost: facts.cost,
  });
}
