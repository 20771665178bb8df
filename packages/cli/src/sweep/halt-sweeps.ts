import { isQizhiError, type KnownError } from "@qizhi/core";
import { findSweep, type RunStatus, type SweepState } from "@qizhi/core/sweep";
import type { Attempt } from "@qizhi/core/journal";
import { classifyStatus, excerpt, haltSweep, isUnderWay, visibleText } from "@qizhi/core/internal";
import { toErrorJson } from "../errors/exit-code.ts";
import { toUnresolvedJson, unresolvedOf } from "../history/unresolved.ts";
import { openHistory } from "../history/history.ts";
import type { Connection } from "../terminal/connection.ts";
import { type Io, printError, printNote } from "../terminal/io.ts";
import { sum } from "../text/table.ts";

/** The ids of the jobs of a sweep that have not ended, or hold nodes after their end, as far as the journal knows. */
export function activeJobs({ runs }: SweepState): string[] {
  return runs.flatMap((run) => (holdsNodes(run) && run.jobId !== undefined ? run.jobId : []));
}

function holdsNodes({ state, status }: RunStatus): boolean {
  return state === "active" || (state === "ended" && classifyStatus(status).holdsNodes);
}

/** Sweeps after a halt. */
export interface Halted {
  /** Each as it stands, with the jobs that were submitted meanwhile. */
  readonly sweeps: readonly SweepState[];
  /** Those whose halt could not be written down, by their ids. */
  readonly failed: ReadonlyMap<string, KnownError>;
}

/** Halts sweeps, also those that other processes run. */
export function haltSweeps(sweeps: readonly SweepState[], io: Io): Halted {
  const failed = new Map<string, KnownError>();
  if (sweeps.length === 0) return { sweeps, failed };
  const journal = openHistory(io);
  for (const { id } of sweeps) {
    try {
      // Also one that is halted: another process may be about to lift the halts that it has seen.
      haltSweep(journal, id);
    } catch (error) {
      // A full disk must not keep the jobs that are known from being stopped.
      if (!isQizhiError(error)) throw error;
      failed.set(id, error);
    }
  }
  return { sweeps: readAgain(sweeps, io), failed };
}

function readAgain(sweeps: readonly SweepState[], io: Io): SweepState[] {
  const view = openHistory(io).read();
  return sweeps.map((sweep) => findSweep(view, sweep.id) ?? sweep);
}

/** How long the answers to creates of other processes are waited for. */
const answersMs = 10_000;
const pauseMs = 200;

/**
 * Waits a while until the creates have ended that were under way when sweeps were halted.
 * @returns each as it stands then, with their jobs.
 */
export async function awaitCreates(
  sweeps: readonly SweepState[],
  { client: { clock } }: Connection,
  io: Io,
): Promise<readonly SweepState[]> {
  // A history that cannot be read must not hide that jobs were stopped.
  if (sweeps.length === 0) return sweeps;
  const journal = openHistory(io);
  const findSending = () => {
    const view = journal.read();
    return sweeps.flatMap((sweep) => unresolvedOf(sweep, view)).filter(isUnderWay);
  };
  const sent = new Set(findSending().map(({ id }) => id));
  const endsAt = clock.now() + answersMs;
  while (findSending().some(({ id }) => sent.has(id)) && clock.now() < endsAt) {
    await clock.sleep(pauseMs);
  }
  return readAgain(sweeps, io);
}

/** Says which sweeps submit no more, and which could not be halted. */
export function reportHalted({ sweeps, failed }: Halted, io: Io): void {
  const [first] = failed.values();
  if (first !== undefined) printError(io, first);
  const { notHalted, sweepAfter } = io.t.stop;
  for (const { id, plan } of sweeps.filter((sweep) => failed.has(sweep.id))) {
    printNote(io, notHalted(visibleText(id), excerpt(plan.name, 100)));
  }
  for (const { id, plan, runs } of sweeps.filter((sweep) => !failed.has(sweep.id))) {
    const waiting = countRuns(runs, "waiting");
    printNote(io, sweepAfter(visibleText(id), excerpt(plan.name, 100), waiting));
  }
}

function countRuns(runs: readonly RunStatus[], wanted: RunStatus["state"]): number {
  return runs.filter(({ state }) => state === wanted).length;
}

/** A line on the stop of each sweep that is not over. */
export function describeSweeps(sweeps: readonly SweepState[], { t }: Io): string[] {
  return sweeps.flatMap((sweep) => {
    const { id, plan, runs, halted } = sweep;
    const active = activeJobs(sweep);
    const [waiting, unknown] = [countRuns(runs, "waiting"), countRuns(runs, "unknown")];
    if (active.length + waiting + (halted === undefined ? unknown : 0) === 0) return [];
    const gpus = sum(runs.filter(holdsNodes).map(({ facts }) => facts?.gpus ?? 0));
    const name = excerpt(plan.name, 100);
    return t.stop.sweepBefore(visibleText(id), name, active.length, gpus, waiting, unknown);
  });
}

/** A sweep that was to be halted as `--json` gives it, with its attempts of an unknown outcome. */
export function toHaltJson(
  { id, plan, runs }: SweepState,
  open: readonly Attempt[],
  error: KnownError | undefined,
): object {
  return {
    sweep: id,
    name: plan.name,
    is_halted: error === undefined,
    not_submitted: countRuns(runs, "waiting"),
    unresolved: open.map(toUnresolvedJson),
    ...(error && { error: toErrorJson(error) }),
  };
}
