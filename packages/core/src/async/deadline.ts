import { onAbort, toTimerMs } from "./clock.ts";

/** The end of something by its caller's signal or by its time, whichever comes first. */
export interface Deadline {
  /** Aborts with the caller's reason, or when the time is over. */
  readonly signal: AbortSignal;
  /** Whether the time was over before the caller's signal aborted. */
  readonly isOver: boolean;
  /** To be called in any case; then neither ends it any more. */
  release(): void;
}

/**
 * Starts a deadline. `AbortSignal.any` would do, but on Node 20 each of its signals stays in memory for as long as
 * the caller's does, which may be that of a whole program.
 * @param toReason the reason once the time is over. @default an `AbortError`
 */
export function startDeadline(
  signal: AbortSignal | undefined,
  timeoutMs: number,
  toReason: () => unknown = () => undefined,
): Deadline {
  const end = new AbortController();
  let isOver = false;
  const onTimeout = () => {
    isOver = !end.signal.aborted;
    end.abort(toReason());
  };
  const timer = setTimeout(onTimeout, toTimerMs(timeoutMs));
  const forward = () => end.abort(signal?.reason);
  const forget = onAbort(signal, forward);
  if (signal?.aborted) forward();
  return {
    signal: end.signal,
    get isOver() {
      return isOver;
    },
    release() {
      clearTimeout(timer);
      forget();
    },
  };
}
