import { toListener } from "./callback.ts";
import { onAbort, toTimerMs } from "./clock.ts";

/** What an abort does to a call that was sent; inside this package alone. */
export interface AnswerGrace {
  /** How long the answer is still waited for after the signal has aborted, in ms. @default 0 */
  readonly answerGraceMs?: number | undefined;
  /** Called when that wait begins. */
  readonly onAnswerAwaited?: (() => void) | undefined;
}

/** What ends one send. */
interface SendEnd {
  readonly signal: AbortSignal | undefined;
  /** To be called once a byte may have left. */
  readonly noteSent: () => void;
  /** To be called when the send is over. */
  readonly release: () => void;
}

/**
 * The end of one send: what has not left ends with the signal, and what was sent may be answered for a while. A second
 * send is never a part of that.
 */
export function toSendEnd(
  signal: AbortSignal | undefined,
  { answerGraceMs = 0, onAnswerAwaited }: AnswerGrace,
): SendEnd {
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
    noteSent: () => {
      wasSent = true;
    },
    release: () => {
      forget();
      clearTimeout(timer);
    },
  };
}
