import type { RunStatus } from "../record/run-status.ts";

// A gateway that loses one answer may lose every other, too.
const mostInARow = 3;

/** The creates of unknown outcome in a row: after a few of them no more are sent until some are settled. */
export class UnknownStreak {
  #runs: RunStatus[];

  /** @param runs of a sweep that is gone on with: where unknown ones are left, a single create is a probe. */
  constructor(runs: readonly RunStatus[]) {
    this.#runs = runs.filter(isUnknown).slice(1 - mostInARow);
  }

  /** Another create had an unknown outcome. */
  add(status: RunStatus): void {
    this.#runs.push(status);
  }

  /** A create had a certain outcome. */
  end(): void {
    this.#runs = [];
  }

  /** How many of them are not settled. */
  get length(): number {
    return this.#runs.filter(isUnknown).length;
  }

  get isTooLong(): boolean {
    return this.length >= mostInARow;
  }
}

function isUnknown({ state }: RunStatus): boolean {
  return state === "unknown";
}
