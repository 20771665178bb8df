import { onAbort } from "./clock.ts";

/**
 * Makes an async generator whose `return()` and `throw()` take effect at once: a plain one would first
 * finish what its pending `next()` waits for.
 * @param start begins the generator; its signal aborts when the caller leaves or `signal` aborts.
 */
export function createEndableGenerator<Value, Result>(
  start: (signal: AbortSignal) => AsyncGenerator<Value, Result>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Value, Result> {
  const end = new AbortController();
  const inner = start(end.signal);
  const forward = () => end.abort(signal?.reason);
  const release = onAbort(signal, forward);
  let left: { value: Result | PromiseLike<Result> } | undefined;

  if (signal?.aborted) forward();

  return {
    async next() {
      try {
        const step = await inner.next();
        if (step.done) release();
        return step;
      } catch (error) {
        release();
        if (left === undefined) throw error;
        return { done: true, value: await left.value };
      }
    },
    return(value) {
      left = { value };
      release();
      end.abort();
      return inner.return(value);
    },
    throw(error) {
      release();
      end.abort(error);
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      release();
      end.abort();
      await inner[Symbol.asyncDispose]?.();
    },
  };
}
