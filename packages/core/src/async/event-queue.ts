import { onAbort, type Clock } from "./clock.ts";

/** A queue between parts that emit events and their readers; each event goes to one of them. */
export class EventQueue<Event> {
  readonly #events: Event[] = [];
  readonly #onAwaited: (() => void) | undefined;
  #ending: { error: unknown } | undefined;
  readonly #waiting: (() => void)[] = [];

  /** @param onAwaited called when a reader begins to wait. */
  constructor(onAwaited?: () => void) {
    this.#onAwaited = onAwaited;
  }

  get size(): number {
    return this.#events.length;
  }

  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Adds an event; nothing happens after the end. */
  push(event: Event): void {
    if (this.#ending) return;
    this.#events.push(event);
    this.#wakeReaders();
  }

  /** Ends the queue, with an error if there is one; the readers get what is in it first. */
  end(error?: unknown): void {
    this.#ending ??= { error };
    this.#wakeReaders();
  }

  /** The next event; `undefined` at the end. */
  async next(): Promise<Event | undefined> {
    while (this.#events.length === 0) {
      if (this.#ending?.error !== undefined) throw this.#ending.error;
      if (this.#ending) return undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.#onAwaited?.();
      });
    }
    return this.#events.shift();
  }

  #wakeReaders(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

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
    if (ms === Infinity) return new Promise<void>((resolve) => (this.#wake = resolve));
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#clock.sleep(ms, woken.signal).catch(() => {});
  }
}
