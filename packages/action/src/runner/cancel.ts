import { statSync } from "node:fs";

/** What the runner sends: Ctrl-C or SIGINT, 7.5 s later SIGTERM (Ctrl-Break on Windows). */
const signals = ["SIGINT", "SIGTERM", "SIGBREAK"] as const;
const markPollMs = 250;
// Times of files are coarser than those of processes.
const clockStepMs = 50;

/** Thrown as the abort reason when the workflow is cancelled. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** Whether and when this process was told to end, by the runner or by post. */
export interface Cancel {
  /** Aborts at the first signal, or once post has left its stop mark; what comes later changes nothing. */
  readonly signal: AbortSignal;
  /** Milliseconds left until `graceMs` after the cancel; `graceMs` before one. */
  leftMs(graceMs: number): number;
  /** Begins to look for a stop mark, again and again. */
  watch(stopMark: string): void;
  /**
   * To be called before every create.
   * @throws {Cancelled} the workflow is cancelled, as the stop mark may tell alone.
   */
  check(): void;
}

/**
 * Begins to listen for a cancel. To be called before anything is printed: who reads the first line
 * may send a signal at once, and an unhandled one ends the process.
 */
export function listenForCancel(): Cancel {
  const controller = new AbortController();
  let cancelledAt: number | undefined;
  let mark: string | undefined;
  const cancel = (reason: string) => {
    cancelledAt ??= performance.now();
    controller.abort(new Cancelled(reason));
  };
  for (const name of signals) process.on(name, () => cancel(`The runner sent ${name}.`));
  const findMark = () => {
    const leftAt =
      mark === undefined ? undefined : statSync(mark, { throwIfNoEntry: false })?.mtimeMs;
    // One from before is that of an earlier job in a folder that nobody has emptied.
    if (leftAt !== undefined && leftAt > performance.timeOrigin - clockStepMs) {
      cancel("The post step told this one to stop.");
    }
  };
  return {
    signal: controller.signal,
    leftMs: (graceMs) =>
      cancelledAt === undefined ? graceMs : cancelledAt + graceMs - performance.now(),
    watch(stopMark) {
      mark = stopMark;
      findMark();
      setInterval(findMark, markPollMs).unref();
    },
    check() {
      findMark();
      controller.signal.throwIfAborted();
    },
  };
}
