import type { RunOutcome } from "./records.ts";

/** The outcome or the state of a run. */
export type RunState =
  | RunOutcome
  | "waiting"
  | "queued"
  | "starting"
  | "running"
  /** There is a job that was not polled yet. */
  | "active"
  | "unknown";

interface RunStateClass {
  /** Whether nothing more is expected of the run. */
  readonly isOver: boolean;
  /** Whether the run failed in any way. */
  readonly isBad: boolean;
}

/** What each state means. */
export const runStates: Readonly<Record<RunState, RunStateClass>> = {
  succeeded: { isOver: true, isBad: false },
  failed: { isOver: true, isBad: true },
  stopped: { isOver: true, isBad: true },
  ended: { isOver: true, isBad: true },
  refused: { isOver: true, isBad: true },
  lost: { isOver: true, isBad: true },
  unknown: { isOver: true, isBad: false },
  running: { isOver: false, isBad: false },
  starting: { isOver: false, isBad: false },
  queued: { isOver: false, isBad: false },
  active: { isOver: false, isBad: false },
  waiting: { isOver: false, isBad: false },
};

/** Every state, in the order in which they are shown. */
export const stateOrder = Object.keys(runStates) as readonly RunState[];

/** Whether nothing more is expected of a run. */
export function isOver({ state }: { readonly state: RunState }): boolean {
  return runStates[state].isOver;
}
