import { toListener } from "./callback.ts";
import { onAbort, toTimerMs } from "./clock.ts";

/** The end of something by its caller's signal or by its time, whichever comes first. */
interface Deadline {
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

/** What an abort does to a call that was sent. */
export interface AnswerGrace {
  /**
   * How long the answer to a create that was sent is waited for after the signal has aborted, in ms; then its outcome is
   * unknown. After the abort no create is sent. @default 0
   */
  readonly answerGraceMs?: number | undefined;
  /** Called when that wait begins. */
  readonly onAnswerAwaited?: (() => void) | undefined;
}

/**
 * The end of one send: what has not left ends with the signal, and what was sent may be answered for a while. A second
 * send is never a part of that.
 */
export function toSendEnd(
  signal: AbortSignal | undefined,
  { answerGraceMs = 0, onAnswerAwaited }: AnswerGrace,
) {
  if (signal === undefined || answerGraceMs === 0) {
    return { signal, noteSent: () => {}, release: () => {} };
  }
  const late = new AbortController();
  const tellAwaited = toListener(onAnswerAwaited);
  const abort = () => late.abort(signal.reason);
  let wasSent = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const forget = onAbort(signal, () => {
    if (!wasSent) return abort();
    timer = setTimeout(abort, toTimerMs(answerGraceMs));
    tellAwaited();
  });
  return {
    signal: late.signal,
    /** To be called once a byte may have left. */
    noteSent: () => {
      wasSent = true;
    },
    release: () => {
      forget();
      clearTimeout(timer);
    },
  };
}
