import type { RunOutcome } from "./records.ts";

/** How a run ended, or where it stands. */
export type RunState =
  | RunOutcome
  | "waiting"
  | "queued"
  | "starting"
  | "running"
  /** There is a job, and nobody has seen how it stands. */
  | "active"
  | "unknown";

interface RunStateClass {
  /** Nothing more is expected of the run. */
  readonly isOver: boolean;
  /** The run did not do what it was to do. */
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
