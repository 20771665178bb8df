/** A queue between parts that emit events and one reader. */
export class EventQueue<Event> {
  readonly #events: Event[] = [];
  readonly #onAwaited: (() => void) | undefined;
  #head = 0;
  #ending: { error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param onAwaited called when the reader begins to wait. */
  constructor(onAwaited?: () => void) {
    this.#onAwaited = onAwaited;
  }

  /** How many events are not read yet. */
  get size(): number {
    return this.#events.length - this.#head;
  }

  /** Whether the reader waits for an event. */
  get isAwaited(): boolean {
    return this.#wake !== undefined;
  }

  /** Adds an event; nothing happens after the end. */
  push(event: Event): void {
    if (this.#ending) return;
    this.#events.push(event);
    this.#wakeReader();
  }

  /** Ends the queue, with an error if there is one; the reader gets what is in it first. */
  end(error?: unknown): void {
    this.#ending ??= { error };
    this.#wakeReader();
  }

  /** The next event; `undefined` at the end. */
  async next(): Promise<Event | undefined> {
    while (this.#head === this.#events.length) {
      if (this.#ending?.error !== undefined) throw this.#ending.error;
      if (this.#ending) return undefined;
      this.#events.length = this.#head = 0;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#onAwaited?.();
      });
    }
    return this.#events[this.#head++];
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
