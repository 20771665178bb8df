import { inputError } from "../../errors/input-errors.ts";
import type { Attempt } from "../../journal/attempts.ts";
import { foldHold, haltOf, type SweepHold, unheld } from "../../journal/sweep-hold.ts";
import type { JournalView } from "../../journal/view.ts";
import { excerpt, visibleText } from "../../text/text.ts";
import { attemptsByRun, endsByRun, foldRun, isRunStopped } from "./fold-run.ts";
import type { SweepPlan } from "../define/runs.ts";
import { toPlan, toSettings } from "./begin.ts";
import {
  type BeginRecord,
  type DamagedRecord,
  type HaltReason,
  readRecords,
  type SweepRecord,
  type SweepSettings,
} from "./records.ts";
import {
  endAsBefore,
  makeAgain,
  mayTryAgain,
  newRunStatus,
  type RunStatus,
  takeSeen,
} from "./run-status.ts";

/** A sweep as the journal knows it. */
export interface SweepState extends Pick<SweepHold, "owners" | "halts"> {
  readonly id: string;
  /** When it began, ISO 8601. */
  readonly beganAt: string;
  /** Base URL of its platform. */
  readonly platform: string;
  readonly plan: SweepPlan;
  readonly settings: SweepSettings;
  /** Every run, in order. */
  readonly runs: RunStatus[];
  /** Set when no more jobs are to be created. */
  readonly halted: HaltReason | undefined;
  /** The terminal or script that it was begun from. */
  readonly session: Attempt["session"];
  /** When it was written about, at the time nearest to now, as the clock of another machine may be wrong; epoch ms. */
  readonly lastSignAt: number;
  /** Whether a person insisted on it, although equal jobs may exist. */
  readonly isInsistedOn: boolean;
  /** How many records cannot be read that may be about it. */
  readonly damagedRecords: number;
}

/** A sweep whose beginning cannot be read. */
export interface UnreadableSweep {
  readonly id: string;
  /** Its name, where that can be read. */
  readonly name: string | undefined;
  /** Why it cannot be read, escaped. */
  readonly reason: string;
}

/**
 * The sweeps of a journal, oldest first. One that cannot be read does not hide the others.
 * @param replacing settings that replace those that they began with. @default those of the last resume
 */
export function readAllSweeps(
  view: JournalView,
  replacing?: SweepSettings,
): { sweeps: SweepState[]; unreadable: UnreadableSweep[] } {
  const { records, damaged } = readRecords(view);
  const forgotten = new Set(
    records.flatMap(({ kind, sweep }) => (kind === "sweep:forget" ? sweep : [])),
  );
  const begins = new Map(
    records.flatMap((each) => (each.kind === "sweep:begin" ? [[each.sweep, each] as const] : [])),
  );
  const sweeps: SweepState[] = [];
  const unreadable = new Map<string, UnreadableSweep>();
  for (const begin of begins.values()) {
    if (forgotten.has(begin.sweep)) continue;
    try {
      const about = { view, records, damaged: countDamaged(begin, damaged, begins) };
      sweeps.push(foldSweep(begin, about, replacing));
    } catch (error) {
      const reason = excerpt(error instanceof Error ? error.message : String(error), 300);
      unreadable.set(begin.sweep, { id: begin.sweep, name: begin.name, reason });
    }
  }
  for (const { id, name } of findWithoutBegin(view, records, damaged)) {
    if (begins.has(id) || forgotten.has(id)) continue;
    unreadable.set(id, { id, name, reason: "the record of its beginning is damaged" });
  }
  return { sweeps, unreadable: [...unreadable.values()] };
}

/** The sweeps of a journal that can be read, oldest first. */
export function readSweeps(view: JournalView): SweepState[] {
  return readAllSweeps(view).sweeps;
}

/**
 * One sweep by its id, or by the first characters of it.
 * @param replacing settings that replace those that it began with, also for failures that are recorded. @default those
 * of its last resume
 * @throws {InputError} it is there and cannot be read.
 */
export function findSweep(
  view: JournalView,
  id: string,
  replacing?: SweepSettings,
): SweepState | undefined {
  const { sweeps, unreadable } = readAllSweeps(view, replacing);
  const fits = (sweep: { id: string }) => id !== "" && sweep.id.startsWith(id);
  const fitting = [...sweeps.filter(fits), ...unreadable.filter(fits)];
  const found =
    fitting.find((sweep) => sweep.id === id) ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (found === undefined || "plan" in found) return found;
  const { reason } = found;
  throw inputError("sweep_unreadable", { sweep: visibleText(found.id), reason });
}

/** Sweeps that records name, perhaps without the record of their beginning. */
function findWithoutBegin(
  { attempts }: JournalView,
  records: readonly SweepRecord[],
  damaged: readonly DamagedRecord[],
): { id: string; name: string | undefined }[] {
  const named = damaged.filter(({ kind }) => kind === "sweep:begin");
  const ids = [
    ...named.flatMap(({ sweep }) => sweep ?? []),
    ...records.map(({ sweep }) => sweep),
    ...attempts.flatMap(({ sweepRun }) => sweepRun?.sweep ?? []),
  ];
  const nameOf = (id: string) => named.find(({ sweep }) => sweep === id)?.name;
  return [...new Set(ids)].map((id) => ({ id, name: nameOf(id) }));
}

/** The damaged records of a sweep, and those whose id is damaged, too. */
function countDamaged(
  { sweep: id }: BeginRecord,
  damaged: readonly DamagedRecord[],
  begins: ReadonlyMap<string, unknown>,
): number {
  const others = damaged.filter(({ kind }) => kind !== "sweep:begin");
  return others.filter(({ sweep = "" }) => sweep === id || !begins.has(sweep)).length;
}

function findReason(
  records: readonly SweepRecord[],
  halt: string | undefined,
): HaltReason | undefined {
  const reasons = records.flatMap((each) =>
    each.kind === "sweep:halt" ? [[haltOf(each), each.reason] as const] : [],
  );
  return new Map<string | undefined, HaltReason>(reasons).get(halt);
}

function readHold(records: readonly SweepRecord[]): SweepHold {
  return records.reduce((hold, record, at) => foldHold(hold, { v: 1, ...record }, at), unheld);
}

function foldSweep(
  begin: BeginRecord,
  all: { view: JournalView; records: readonly SweepRecord[]; damaged: number },
  replacing: SweepSettings | undefined,
): SweepState {
  const { view, damaged } = all;
  const records = all.records.filter(({ sweep }) => sweep === begin.sweep);
  const plan = toPlan(begin);
  const { platform } = begin;
  const settings = toSettings(begin, records, replacing);
  const attempts = attemptsByRun(begin.sweep, view.attempts, records);
  const jobs = view.jobs.filter((job) => job.platform === platform);
  const seen = new Map(jobs.map((job) => [job.jobId, job]));
  const { owners, halts, anewAt } = readHold(records);
  const halted = findReason(records, halts.at(-1));
  const undone = new Set(records.slice(0, halted === undefined ? anewAt : 0));
  const ends = endsByRun(records);
  const runs = plan.runs.map((run) => {
    const status = newRunStatus(run);
    foldRun(status, attempts.get(run.index) ?? [], ends.get(run.index) ?? [], undone);
    const { state, outcome, tries } = status;
    const { retries } = settings;
    const mayRetry = state === "ended" && mayTryAgain(outcome, { tries, retries });
    if (mayRetry && halted === undefined) makeAgain(status);
    const isTriedAgain = status.state === "waiting" && outcome !== undefined;
    if (isTriedAgain && isRunStopped(view, begin, status)) endAsBefore(status);
    if (status.state === "active") takeSeen(status, platform, seen.get(status.jobId ?? ""));
    return status;
  });
  const sent = [...attempts.values()].flat().map(({ attempt }) => attempt?.time ?? "");
  const times = [...records.map(({ time }) => time), ...sent];
  return {
    id: begin.sweep,
    beganAt: begin.time,
    platform,
    plan,
    settings,
    runs,
    halted,
    halts,
    session: begin.session ?? attempts.values().next().value?.[0]?.attempt?.session,
    owners,
    lastSignAt: nearestToNow(times.map((time) => Date.parse(time))),
    isInsistedOn: records.some((record) => "again" in record && record.again === true),
    damagedRecords: damaged,
  };
}

function nearestToNow(times: readonly number[]): number {
  const now = Date.now();
  const toAge = (time: number) => Math.abs(now - time);
  // One that cannot be read is never nearer.
  return times.reduce((best, time) => (toAge(time) < toAge(best) ? time : best), 0);
}
