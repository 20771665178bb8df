import { randomBytes } from "node:crypto";
import type { Client } from "../client/client.ts";
import { acceptDamage, refuseDamaged } from "../client/create-guard.ts";
import { createEndableGenerator } from "../async/endable-generator.ts";
import { checkOptions, inputError } from "../errors/input-errors.ts";
import { toPlatformKey } from "../journal/platform-key.ts";
import type { Journal } from "../journal/journal.ts";
import { ownMark, ownSession } from "../journal/process-mark.ts";
import { visibleText } from "../text/text.ts";
import type { SweepEvent, SweepResult } from "./record/events.ts";
import { findSweep, type SweepState } from "./record/fold.ts";
import type { SweepPlan } from "./define/runs.ts";
import { type HaltReason, type SweepSettings, haltSweep, writeRecord } from "./record/records.ts";
import {
  checkSettings,
  resumeOptionKinds,
  type ResumeSweepOptions,
  type RunSweepOptions,
  startOptionKinds,
  type StartSweepOptions,
} from "./run/run-options.ts";
import { giveWayTo, refuseDoubles, refuseLost } from "./run/guard.ts";
import { keepMissedEnds } from "./record/keep-end.ts";
import { holdSweep, liftHalts, refuseHaltedSince, refuseOwned } from "./record/owner.ts";
import { newRunStatus, type RunStatus } from "./record/run-status.ts";
import { Runner } from "./run/runner.ts";
import { fromPlan } from "./record/begin.ts";

/** A sweep that is run by this process. */
export interface Sweep {
  /** Its id, for resuming it. */
  readonly id: string;
  /** What it is to do. */
  readonly plan: SweepPlan;
  /** What it may do at once. */
  readonly settings: SweepSettings;
  /** Every run, in order; they change while the sweep goes on. */
  readonly runs: readonly RunStatus[];
  /** Why it creates no more jobs; `undefined` while it does. */
  readonly halted: HaltReason | undefined;
  /** Whether it creates no more jobs for now, because several creates in a row had an unknown outcome. */
  readonly isPaused: boolean;
  /**
   * Creates no more jobs and stops those that there are, while the events are read: they go on until the jobs have
   * ended. Where nobody reads them, it only writes the halt down, and the next loop stops the jobs.
   * @throws {InputError} nobody has read the events yet, and the journal cannot be written; the next loop stops the jobs all
   * the same.
   */
  halt(): void;
  /**
   * Runs the sweep: each value is something that happened, the end is the result. Leaving it leaves the
   * jobs to themselves; the sweep can be resumed, and its events read again. One loop reads them at a time.
   * @throws {AuthError | WaitLostError | InputError} it cannot go on; what was created is in the journal. Or another loop
   * reads the events of this sweep: nothing was sent for this one.
   */
  events(): AsyncGenerator<SweepEvent, SweepResult>;
}

/** Where a sweep runs and is written down. */
export interface SweepContext {
  readonly client: Client;
  readonly journal: Journal;
}

/**
 * Begins a sweep: its plan is in the journal before anything is sent, so that a later process can go on
 * with it. Jobs are created at the rate of the client's limiter, up to `maxActive` and `maxGpus` in flight.
 * @throws {InputError} a setting or an option is wrong, the journal cannot be written, or an equal run may have a job or is
 * in a sweep that is not over; nothing was sent.
 */
export function startSweep(
  { client, journal }: SweepContext,
  plan: SweepPlan,
  settings: SweepSettings = {},
  given: StartSweepOptions = {},
): Sweep {
  checkSettings(settings);
  checkOptions("startSweep", given, startOptionKinds);
  const { known, again = false, ...options } = given;
  const platform = toPlatformKey(client.baseUrl);
  const toMake = { ...plan, runs: plan.runs.filter(({ index }) => !known?.has(index)) };
  if (again) acceptDamage(journal);
  else refuseDoubles(journal, platform, toMake);
  const id = `sweep-${randomBytes(4).toString("hex")}`;
  writeRecord(journal, {
    kind: "sweep:begin",
    sweep: id,
    ...fromPlan(plan),
    platform,
    settings,
    ...(again && { again }),
    process: ownMark(),
    session: ownSession(),
  });
  // Of two that begin the same at the same moment, the one that wrote first goes on.
  if (!again) giveWayTo(journal, platform, toMake, id);
  const state: SweepState = {
    id,
    beganAt: new Date().toISOString(),
    platform,
    plan,
    settings,
    runs: plan.runs.map((run) => ({ ...newRunStatus(run), ...known?.get(run.index) })),
    halted: undefined,
    halts: [],
    owners: [ownMark()],
    session: ownSession(),
    lastSignAt: Date.now(),
    isInsistedOn: again,
    damagedRecords: 0,
  };
  return toSweep({ client, journal }, state, options);
}

/**
 * Goes on with a sweep whose process has ended, however it did: jobs that were created are followed, runs that
 * were not sent are created, and those of unknown outcome stay `unknown` until a person settles them.
 * @param id its id or the first characters of it.
 * @param settings replace those that it began with, also for what has failed before.
 * @throws {InputError} a setting or an option is wrong, there is no such sweep, it is of another platform, another process
 * runs it, it was halted since `seenHalts`, or a run of it may have a job elsewhere or is in another sweep that is not
 * over; nothing was sent.
 */
export function resumeSweep(
  { client, journal }: SweepContext,
  id: string,
  settings: SweepSettings = {},
  given: ResumeSweepOptions = {},
): Sweep {
  checkSettings(settings);
  checkOptions("resumeSweep", given, resumeOptionKinds);
  const { anew = false, again = false, takeOver = false, seenHalts, ...options } = given;
  if (again) acceptDamage(journal);
  else refuseDamaged(journal);
  const before = readState(journal, id, settings);
  if (before.platform !== toPlatformKey(client.baseUrl)) {
    const platform = visibleText(before.platform);
    throw inputError("sweep_elsewhere", { sweep: visibleText(before.id), platform });
  }
  refuseOwned(before, takeOver);
  const { platform } = before;
  if (anew) {
    refuseHaltedSince(before, seenHalts ?? before.halts);
    keepMissedEnds({ journal, platform, sweep: before.id }, before.runs);
  }
  if (!again) refuseLost(journal, before, anew);
  const state = take(journal, before, settings, { anew, again, takeOver });
  return toSweep({ client, journal }, state, options);
}

/** Takes a sweep for this process, and lifts its halts with `anew`. @returns it as it stands then. */
function take(
  journal: Journal,
  { id: sweep, halts }: SweepState,
  settings: SweepSettings,
  { anew, again, takeOver }: { anew: boolean; again: boolean; takeOver: boolean },
): SweepState {
  const own = { sweep, process: ownMark() };
  writeRecord(journal, { kind: "sweep:resume", ...own, ...(again && { again }) });
  try {
    // If two resume a sweep at the same moment, the one that wrote first has it, and lifts its halts.
    refuseOwned(readState(journal, sweep, settings), takeOver);
    if (anew) liftHalts(journal, sweep, halts);
    // The settings of one that is refused are nobody's. By a record with `lifts` nobody takes the sweep.
    writeRecord(journal, { kind: "sweep:resume", ...own, settings, lifts: [] });
    return readState(journal, sweep, settings);
  } catch (error) {
    writeRecord(journal, { kind: "sweep:left", ...own });
    throw error;
  }
}

function readState(journal: Journal, id: string, settings: SweepSettings): SweepState {
  const state = findSweep(journal.read(), id, settings);
  if (state) return state;
  throw inputError("sweep_unknown", { sweep: visibleText(id), file: visibleText(journal.file) });
}

function toSweep(context: SweepContext, state: SweepState, options: RunSweepOptions): Sweep {
  let runner: Runner | undefined;
  let isHalted = false;
  let isRunning = false;
  return {
    id: state.id,
    plan: state.plan,
    settings: state.settings,
    runs: state.runs,
    get halted() {
      return runner?.halted ?? state.halted ?? (isHalted ? "stopped" : undefined);
    },
    get isPaused() {
      return runner?.isPaused ?? false;
    },
    halt() {
      const isFirst = !isHalted && state.halted === undefined;
      isHalted = true;
      if (runner) runner.halt("stopped");
      else if (isFirst) haltSweep(context.journal, state.id);
    },
    events: () =>
      createEndableGenerator(async function* (signal) {
        // Two runners would each create the job of every run.
        if (isRunning) throw inputError("sweep_running", { sweep: visibleText(state.id) });
        runner = new Runner({ ...context, state, options: { ...options, signal } });
        if (isHalted) runner.halt("stopped");
        const giveUp = holdSweep(context.journal, state.id);
        isRunning = true;
        try {
          return yield* runner.run();
        } finally {
          isRunning = false;
          giveUp();
        }
      }, options.signal),
  };
}
