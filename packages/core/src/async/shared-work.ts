import { onAbort, toTimerMs } from "./clock.ts";

/** How long one of the callers waits. */
export interface Patience {
  readonly signal?: AbortSignal | undefined;
  /** In ms; then the caller gets what {@link Patience.toTimeoutError} gives. */
  readonly timeoutMs: number;
  toTimeoutError(): Error;
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

  /**
   * Joins the work that is under way, or begins it.
   * @throws the signal's own reason, the timeout error, or what the work throws.
   */
  async join(begin: (signal: AbortSignal) => Promise<Value>, patience: Patience): Promise<Value> {
    patience.signal?.throwIfAborted();
    const running = (this.#running ??= this.#begin(begin));
    running.waiting += 1;
    try {
      return await waitFor(running.result, patience);
    } finally {
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

function waitFor<Value>(work: Promise<Value>, patience: Patience): Promise<Value> {
  const { signal, timeoutMs, toTimeoutError } = patience;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => leave(() => reject(toTimeoutError())), toTimerMs(timeoutMs));
    const forget = onAbort(signal, () => leave(() => reject(signal?.reason)));
    const leave = (settle: () => void) => {
      clearTimeout(timer);
      forget();
      settle();
    };
    work.then(
      (value) => leave(() => resolve(value)),
      (error: unknown) => leave(() => reject(error)),
    );
  });
}
