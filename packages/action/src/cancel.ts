/** What the runner sends: Ctrl-C or SIGINT, 7.5 s later SIGTERM (Ctrl-Break on Windows). */
const signals = ["SIGINT", "SIGTERM", "SIGBREAK"] as const;

/** Thrown as the abort reason when the workflow is cancelled. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** Whether and when the runner told this process to end. */
export interface Cancel {
  /** Aborts at the first signal; later signals change nothing. */
  readonly signal: AbortSignal;
  /** Milliseconds left until `graceMs` after the first signal; `graceMs` before one. */
  leftMs(graceMs: number): number;
}

/**
 * Begins to listen for a cancel. To be called before anything is printed: who reads the first line
 * may send a signal at once, and an unhandled one ends the process.
 */
export function listenForCancel(): Cancel {
  const controller = new AbortController();
  let cancelledAt: number | undefined;
  for (const name of signals) {
    process.on(name, () => {
      cancelledAt ??= performance.now();
      controller.abort(new Cancelled(`The runner sent ${name}.`));
    });
  }
  return {
    signal: controller.signal,
    leftMs: (graceMs) =>
      cancelledAt === undefined ? graceMs : cancelledAt + graceMs - performance.now(),
  };
}
