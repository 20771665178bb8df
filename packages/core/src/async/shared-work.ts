import { untilAborted } from "./clock.ts";
import { startDeadline } from "./deadline.ts";

/** How long one of the callers waits, and what it gets then. */
export interface Patience {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly toTimeoutError: () => Error;
}

interface Running<Value> {
  readonly result: Promise<Value>;
  readonly end: AbortController;
  waiting: number;
}

/**
 * Work that many callers wait for and that is done once. A caller that leaves does
 * not end it, unless it is the last one.
 */
export class SharedWork<Value> {
  #running: Running<Value> | undefined;

  /** Joins the work that is under way, or begins it. @throws the signal's reason, the timeout error, or as the work does. */
  async join(
    begin: (signal: AbortSignal) => Promise<Value>,
    { signal, timeoutMs, toTimeoutError }: Patience,
  ): Promise<Value> {
    signal?.throwIfAborted();
    const running = (this.#running ??= this.#begin(begin));
    running.waiting += 1;
    const deadline = startDeadline(signal, timeoutMs, toTimeoutError);
    try {
      return await untilAborted(running.result, deadline.signal);
    } finally {
      deadline.release();
      running.waiting -= 1;
      if (running.waiting === 0) {
        if (this.#running === running) this.#running = undefined;
        running.end.abort();
      }
    }
  }

  #begin(begin: (signal: AbortSignal) => Promise<Value>): Running<Value> {
    const end = new AbortController();
    const result = begin(end.signal).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    const running = { result, end, waiting: 0 };
    return running;
  }
}
