import type { Client } from "../../client/client.ts";
import { checkOptions, type OptionKinds, inputError } from "../../errors/input-errors.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Bell, EventQueue } from "../../async/event-queue.ts";
import type { SweepEvent, UnknownAnswer } from "../record/events.ts";
import type { SweepState } from "../record/fold.ts";
import type { KeepContext } from "../record/keep-end.ts";
import type { SweepSettings } from "../record/records.ts";
import type { RunStatus } from "../record/run-status.ts";

/** What a sweep runs with, besides what its journal says. */
export interface RunSweepOptions {
  /** Login name, for the journal. */
  account?: string | undefined;
  /** How long the platform may be out of reach before the sweep gives up, in ms. @default 600000 */
  errorBudgetMs?: number | undefined;
  /** Shortest pause between two polls of one job in ms. @default 1000 */
  minIntervalMs?: number | undefined;
  /** First pause after a quota refusal while no job of the sweep could end, in ms. @default 5000 */
  quotaPauseMs?: number | undefined;
  /** GPUs of one node by `spec_id`, as far as they are known before. */
  gpusPerNode?: ReadonlyMap<string, number> | undefined;
  /** Asks a person about a create of unknown outcome; one at a time. @default nobody is asked */
  askUnknown?: ((run: RunStatus) => Promise<UnknownAnswer>) | undefined;
  /** How long the sweep may take, in ms; at the limit it is left, and the jobs go on. @default no limit */
  timeoutMs?: number | undefined;
  /** How long a job may be queued, in ms; at the limit the sweep is left. @default no limit */
  queueTimeoutMs?: number | undefined;
  /** Ends the run; jobs go on, and a create under way gets 5 s to end well. */
  signal?: AbortSignal | undefined;
}

const runOptionKinds: OptionKinds<RunSweepOptions> = {
  account: "text",
  errorBudgetMs: "number",
  minIntervalMs: "number",
  quotaPauseMs: "number",
  gpusPerNode: "any",
  askUnknown: "any",
  timeoutMs: "number",
  queueTimeoutMs: "number",
  signal: "any",
};

/** What a sweep begins with. */
export interface StartSweepOptions extends RunSweepOptions {
  /** Submits it although equal jobs may exist or lines of the journal are damaged. @default false */
  again?: boolean | undefined;
  /**
   * Where runs stand already, by their place from 1, where the caller keeps that in a place of its own: a
   * run that is `active` with a job is followed and not created, one that has `ended` stays. It is not
   * written down: `resumeSweep` would create these runs, so resume such a sweep by starting it again. @default none
   */
  known?: ReadonlyMap<number, Partial<Omit<RunStatus, "run">>> | undefined;
}

/** Every option of `startSweep`. */
export const startOptionKinds: OptionKinds<StartSweepOptions> = {
  ...runOptionKinds,
  again: "boolean",
  known: "any",
};

/** How a sweep is resumed. */
export interface ResumeSweepOptions extends RunSweepOptions {
  /**
   * Lifts a halt, and runs again what failed, was stopped or refused, as far as the journal knows: a job that ended while
   * no process followed it has to be polled first. Without it a halted sweep creates no more jobs: what halted it may
   * still hold, and an earlier process may have died while it stopped them.
   * @default false
   */
  anew?: boolean | undefined;
  /**
   * With `anew`: the `halts` of the sweep as its caller saw it when it was told to go on. Where there is a newer one,
   * somebody has stopped the sweep meanwhile, and it is refused. @default those that there are now
   */
  seenHalts?: readonly string[] | undefined;
  /** Goes on although equal jobs may exist or records are damaged. @default false */
  again?: boolean | undefined;
  /** Takes it from a process on another machine that gave a sign within minutes. @default false */
  takeOver?: boolean | undefined;
}

/** Every option of `resumeSweep`. */
export const resumeOptionKinds: OptionKinds<ResumeSweepOptions> = {
  ...runOptionKinds,
  anew: "any",
  seenHalts: "any",
  again: "boolean",
  takeOver: "any",
};

const settingKinds: OptionKinds<SweepSettings> = {
  maxActive: "any",
  maxGpus: "any",
  retries: "any",
  failFast: "boolean",
};

/** What a runner works with. */
export interface RunnerContext {
  readonly client: Client;
  readonly journal: Journal;
  readonly state: SweepState;
  readonly options: Omit<RunSweepOptions, "signal"> & { readonly signal: AbortSignal };
}

/** What the parts of a runner share. */
export interface RunnerParts extends RunnerContext {
  /** What happens, for whoever runs the sweep. */
  readonly events: EventQueue<SweepEvent>;
  /** Wakes the runner. */
  readonly bell: Bell;
  /** Where ends of runs are written down. */
  readonly keeping: KeepContext;
}

/** @throws {InputError} there is no such setting, or one is of the wrong kind, no whole number or too small. */
export function checkSettings(settings: SweepSettings): void {
  // An option among the settings is told by the name of what it stands in.
  checkOptions("SweepSettings", settings, settingKinds);
  const { maxActive, maxGpus, retries } = settings;
  for (const [name, value, least] of [
    ["maxActive", maxActive, 1],
    ["maxGpus", maxGpus, 1],
    ["retries", retries, 0],
  ] as const) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
    throw inputError("sweep_setting", { name, value, least });
  }
}
