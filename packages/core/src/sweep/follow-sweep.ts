import type { SweepEvent, SweepResult } from "./record/events.ts";
import type { Sweep } from "./sweep.ts";

/**
 * Runs a sweep until it is over or, without `waits`, until all is submitted; a halted one always until it is over, as it
 * stops what goes on.
 * @returns its result; nothing where it was left.
 * @throws as its events do.
 */
export async function followSweep(
  sweep: Sweep,
  waits: boolean,
  onEvent: (event: SweepEvent) => void,
): Promise<SweepResult | undefined> {
  const events = sweep.events();
  const isSent = () => sweep.isPaused || sweep.runs.every(({ state }) => state !== "waiting");
  const isLeft = () => !waits && sweep.halted === undefined && isSent();
  try {
    // Where all is submitted already, no event may come for days.
    for (let next = events.next(); !isLeft(); next = events.next()) {
      const { done, value } = await next;
      if (done) return value;
      onEvent(value);
    }
    return undefined;
  } finally {
    await events.return(undefined as never);
  }
}
