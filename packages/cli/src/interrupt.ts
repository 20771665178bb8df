import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { printNote } from "./io.ts";

/** Thrown as the abort reason when a signal ends a wait. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  /** 130, or 143. */
  readonly exitCode: number;

  constructor(code: number) {
    super("interrupted");
    this.exitCode = code;
  }
}

/**
 * Runs something that Ctrl-C and SIGTERM end: the first aborts its signal, a second leaves at once,
 * also while the farewell is not done.
 * @param farewell what to tell when it is interrupted, by what.
 * @returns its exit code, or 130 or 143.
 */
export async function untilInterrupted(
  io: Io,
  work: (signal: AbortSignal) => Promise<number>,
  farewell: (by: Interruption) => string | Promise<string>,
): Promise<number> {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    const code = signal === "SIGTERM" ? exitCode.terminated : exitCode.interrupted;
    if (controller.signal.aborted) process.exit(code);
    controller.abort(new Interruption(code));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    printNote(io, await farewell(error));
    return error.exitCode;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
