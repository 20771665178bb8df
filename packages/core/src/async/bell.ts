import { onAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";

/** Wakes one sleeper; an abort of the signal, if there is one, rings it for good. */
export class Bell {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  #hasRung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock, signal?: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    onAbort(signal, () => this.ring());
  }

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  /** Sleeps for `ms` or until the bell rings; at once when it rang since the last sleep. */
  async wait(ms: number): Promise<void> {
    if (!this.#hasRung && !this.#signal?.aborted) await this.#sleep(ms);
    this.#wake = undefined;
    this.#hasRung = false;
  }

  async #sleep(ms: number): Promise<void> {
    if (ms === Infinity) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      return;
    }
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#clock.sleep(ms, woken.signal).catch(() => {});
  }
}
