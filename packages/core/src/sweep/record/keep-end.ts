import { toSeenFields } from "../../jobs/job-facts.ts";
import { classifyStatus } from "../../jobs/phase.ts";
import type { Journal } from "../../journal/journal.ts";
import { toPlatformKey } from "../../journal/platform-key.ts";
import { writeRecord } from "./records.ts";
import type { RunOutcome, RunStatus } from "./run-status.ts";

/** Where ends of runs are written down. */
export interface KeepContext {
  readonly journal: Journal;
  readonly platform: string;
  readonly sweep: string;
}

/** Writes down how a run ended: for the sweep, and for the history of jobs where its job was seen to end. */
export function keepEnd(context: KeepContext, run: RunStatus, outcome: RunOutcome): void {
  writeEnd(context, run, outcome);
  if (outcome !== "lost" && outcome !== "refused") keepSeen(context, run);
}

/** Writes down for the sweep which of its jobs failed or were stopped while nobody followed them, as the history says. */
export function keepMissedEnds(context: KeepContext, runs: readonly RunStatus[]): void {
  for (const run of runs) {
    const { state, phase } = run;
    // One that succeeded is not made again, and a poll of it says more than the history.
    if (state !== "active" || (phase !== "failed" && phase !== "stopped")) continue;
    // Its place is free when its nodes are.
    if (classifyStatus(run.status).holdsNodes) continue;
    run.state = "ended";
    run.outcome = phase;
    writeEnd(context, run, phase);
  }
}

function writeEnd({ journal, sweep }: KeepContext, run: RunStatus, outcome: RunOutcome): void {
  const { tries, status, reason, facts } = run;
  const end = { outcome, status, reason, facts };
  writeRecord(journal, { kind: "sweep:ended", sweep, run: run.run.index, try: tries, ...end });
}

/**
 * Writes down for the history how the job of a run that is active was seen, where that can be written.
 * @param seenAt when that was, epoch ms.
 */
export function keepOpen(context: KeepContext, run: RunStatus, seenAt = Date.now()): void {
  try {
    if (run.state !== "active" || run.status === undefined) return;
    keepSeen(context, run, { time: new Date(seenAt).toISOString(), finishedAt: undefined });
  } catch {
    // The history lacks a sighting; the sweep itself is whole.
  }
}

/** {@link keepOpen} of each run with when that was, save where another process has seen the job later. */
export function keepLast(context: KeepContext, seen: ReadonlyMap<RunStatus, number>): void {
  if (seen.size === 0) return;
  const later = readSeenAt(context, [...seen.keys()]);
  for (const [run, seenAt] of seen) {
    const isSeenLater = (later.get(run.jobId) ?? 0) > seenAt;
    if (!isSeenLater) keepOpen(context, run, seenAt);
  }
}

/** When the history says that the job of each run was seen last, by its id, epoch ms. */
function readSeenAt(context: KeepContext, runs: readonly RunStatus[]) {
  const platform = toPlatformKey(context.platform);
  const seenAt = new Map<string | undefined, number>();
  try {
    const { jobs } = context.journal.read(runs.flatMap(({ jobId }) => jobId ?? []));
    for (const { platform: of, jobId, seen } of jobs) {
      if (of === platform && seen !== undefined) seenAt.set(jobId, Date.parse(seen.time));
    }
  } catch {
    // What was seen is written all the same, where that works.
  }
  return seenAt;
}

function keepSeen(
  { journal, platform }: KeepContext,
  { status, facts, jobId, phase }: RunStatus,
  when: { readonly time?: string; readonly finishedAt?: undefined } = {},
): void {
  if (jobId === undefined || facts === undefined) return;
  const seen = toSeenFields({ ...facts, status, phase });
  journal.append({ kind: "seen", platform, jobId, ...seen, ...when });
}
