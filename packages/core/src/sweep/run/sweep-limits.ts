import type { SweepLimit } from "../record/events.ts";
import type { RunnerParts } from "./run-options.ts";

/** The limits of a sweep: at the first one reached the sweep is left, and its jobs go on. */
export class SweepLimits {
  readonly #parts: RunnerParts;
  readonly #end = new AbortController();
  /** The limit at which the sweep was left. */
  reached: SweepLimit | undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Lifts the limits: the sweep is followed to its end. */
  lift(): void {
    this.#end.abort();
  }

  /** Leaves the sweep once its `timeoutMs` have passed. */
  async watchTotal(): Promise<void> {
    const { options, client, state } = this.#parts;
    const { timeoutMs } = options;
    const { clock } = client;
    const { signal } = this.#end;
    if (timeoutMs === undefined) return;
    const endsAt = clock.now() + timeoutMs;
    while (clock.now() < endsAt && !signal.aborted) {
      await clock.sleep(endsAt - clock.now(), signal).catch(() => {});
    }
    if (signal.aborted) return;
    // Where all runs have ended, only nodes are still held.
    if (state.runs.every((run) => run.state === "ended")) this.#parts.events.end();
    else this.reach({ limit: "total", limitMs: timeoutMs, run: undefined });
  }

  /** Leaves the sweep at a limit, unless the limits are lifted. @returns whether it is left. */
  reach(limit: SweepLimit): boolean {
    if (this.#end.signal.aborted) return false;
    this.reached ??= limit;
    this.#parts.events.end();
    return true;
  }
}
