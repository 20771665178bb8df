import { stoppedBy, toKey } from "../../journal/attempt-index.ts";
import { type Attempt, mayHaveJob } from "../../journal/attempts.ts";
import { isAnew } from "../../journal/sweep-hold.ts";
import type { JournalView } from "../../journal/view.ts";
import type { EndRecord, SweepRecord } from "./records.ts";
import { isMadeAnew, makeAgain, type RunFacts, type RunStatus, toEndPhase } from "./run-status.ts";

/** A create of a run, as far as the journal knows it. */
export interface RunAttempt {
  readonly id: string;
  /** Which try of the run, from 1. */
  readonly try: number;
  /** None where its records are lost and only the sweep's record names it. */
  readonly attempt: Attempt | undefined;
}

/**
 * Sets the state of a run: from the last create that may have created a job, wherever its lines are, and
 * from the ends of its jobs.
 * @param undone what a person has since asked to run again where it had not succeeded.
 */
export function foldRun(
  status: RunStatus,
  attempts: readonly RunAttempt[],
  ends: readonly EndRecord[],
  undone: ReadonlySet<SweepRecord>,
): void {
  const last = attempts
    .filter(({ attempt }) => attempt === undefined || mayHaveJob(attempt))
    .toSorted((a, b) => a.try - b.try)
    .at(-1);
  if (last !== undefined) takeAttempt(status, last);
  const end = ends.findLast((each) => each.try >= status.tries);
  const byUrl = new Map<string, RunFacts>();
  for (const { facts } of ends) if (facts) byUrl.set(facts.url, facts);
  if (end?.facts) byUrl.delete(end.facts.url);
  status.earlier = [...byUrl.values()];
  if (end === undefined) return;
  takeEnd(status, end);
  if (undone.has(end) && isMadeAnew(status)) makeAgain(status);
}

function takeAttempt(status: RunStatus, { id, try: number, attempt }: RunAttempt): void {
  const isUnknown = attempt?.jobId === undefined;
  status.state = isUnknown ? "unknown" : "active";
  status.tries = number;
  status.attempt = id;
  status.jobId = attempt?.jobId;
  status.reason = isUnknown ? (attempt?.reason ?? "its record is damaged") : undefined;
}

function takeEnd(status: RunStatus, record: EndRecord): void {
  status.state = "ended";
  status.tries = Math.max(status.tries, record.try);
  status.outcome = record.outcome;
  status.status = record.status;
  status.reason = record.reason;
  status.facts = record.facts;
  status.phase = toEndPhase(record.outcome);
}

/** The ends of each run, in their order. */
export function endsByRun(records: readonly SweepRecord[]): Map<number, EndRecord[]> {
  const ends = new Map<number, EndRecord[]>();
  for (const record of records) {
    if (record.kind !== "sweep:ended") continue;
    ends.set(record.run, [...(ends.get(record.run) ?? []), record]);
  }
  return ends;
}

/** The creates of each run, by their own records, their outcomes and the records of the sweep. */
export function attemptsByRun(
  id: string,
  attempts: readonly Attempt[],
  records: readonly SweepRecord[],
): Map<number, RunAttempt[]> {
  const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  const found = new Map<string, RunAttempt & { run: number }>();
  for (const record of records) {
    if (record.kind !== "sweep:run") continue;
    const { run, try: number, attempt } = record;
    found.set(attempt, { id: attempt, run, try: number, attempt: byId.get(attempt) });
  }
  for (const attempt of attempts) {
    if (attempt.sweepRun?.sweep !== id) continue;
    const { run, try: number } = attempt.sweepRun;
    found.set(attempt.id, { id: attempt.id, run, try: number, attempt });
  }
  const byRun = new Map<number, RunAttempt[]>();
  for (const { run, ...each } of found.values()) {
    byRun.set(run, [...(byRun.get(run) ?? []), each]);
  }
  return byRun;
}

/** Whether a person has stopped the last job of a run, and has not let its sweep make it anew since. */
export function isRunStopped(
  { others }: Pick<JournalView, "others">,
  { sweep, platform }: { readonly sweep: string; readonly platform: string },
  { jobId }: RunStatus,
): boolean {
  if (jobId === undefined) return false;
  const key = toKey(platform, jobId);
  const last = others.findLast(
    (record) => stoppedBy(record).includes(key) || (record["sweep"] === sweep && isAnew(record)),
  );
  return last?.kind === "job:stop";
}
