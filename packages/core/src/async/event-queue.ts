/** A queue between parts that make events and one reader. */
export interface EventQueue<Event> {
  /** Adds an event; nothing happens after the end. */
  push(event: Event): void;
  /** Ends the queue, with an error if there is one; the reader gets what is in it first. */
  end(error?: unknown): void;
  /** The next event; `undefined` at the end. */
  next(): Promise<Event | undefined>;
  /** How many events are not read yet. */
  readonly size: number;
  /** The reader waits for an event. */
  readonly isAwaited: boolean;
}

/** Makes a queue. @param onAwaited called when the reader begins to wait. */
export function createEventQueue<Event>(onAwaited?: () => void): EventQueue<Event> {
  const events: Event[] = [];
  let head = 0;
  let ending: { error: unknown } | undefined;
  let bell: (() => void) | undefined;
  const ring = () => {
    bell?.();
    bell = undefined;
  };
  return {
    get size() {
      return events.length - head;
    },
    get isAwaited() {
      return bell !== undefined;
    },
    push(event) {
      if (ending) return;
      events.push(event);
      ring();
    },
    end(error) {
      ending ??= { error };
      ring();
    },
    async next() {
      while (head === events.length) {
        if (ending?.error !== undefined) throw ending.error;
        if (ending) return undefined;
        events.length = head = 0;
        await new Promise<void>((resolve) => {
          bell = resolve;
          onAwaited?.();
        });
      }
      return events[head++];
    },
  };
}
