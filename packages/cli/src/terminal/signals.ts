import { exitCode } from "../errors/exit-code.ts";
import { type Io, printNote } from "./io.ts";
import { isTerminal } from "./streams.ts";

/** Thrown as the abort reason when a signal ends a wait. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  /** 129, 130 or 143. */
  readonly exitCode: number;

  constructor(code: number) {
    super("interrupted");
    this.exitCode = code;
  }
}

const codes = {
  SIGINT: exitCode.interrupted,
  SIGTERM: exitCode.terminated,
  SIGHUP: exitCode.hungUp,
} as const;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls back at Ctrl-C, SIGTERM and the end of the terminal, which end no process then. @returns removes the listener. */
export function onInterruption(
  interrupt: (by: Interruption, signal: keyof typeof codes) => void,
): () => void {
  const heard = hasTerminal() ? signals : signals.filter((signal) => signal !== "SIGHUP");
  const onSignal = (signal: keyof typeof codes) =>
    interrupt(new Interruption(codes[signal]), signal);
  for (const signal of heard) process.on(signal, onSignal);
  return () => {
    for (const signal of heard) process.off(signal, onSignal);
  };
}

/**
 * Lets a process without a terminal outlive the terminal that started it: Node resets SIGHUP, which `nohup`
 * has set to be ignored, to its default.
 */
export function outliveTerminal(): void {
  if (!hasTerminal()) process.on("SIGHUP", () => {});
}

function hasTerminal(): boolean {
  return [0, 1, 2].some(isTerminal);
}

/**
 * Runs work that Ctrl-C, SIGTERM and the end of the terminal interrupt: the first aborts its signal, a second
 * leaves at once, also before the farewell is done.
 * @param farewell gives the note to print after an interruption; empty for none.
 * @returns the exit code of the work, or that of the interruption.
 */
export async function untilInterrupted(
  io: Io,
  work: (signal: AbortSignal) => Promise<number>,
  farewell: (by: Interruption) => string | Promise<string>,
): Promise<number> {
  const controller = new AbortController();
  const stopListening = onInterruption((by, signal) => {
    if (!controller.signal.aborted) controller.abort(by);
    // A terminal that closes sends SIGHUP twice, by its shell and by the system.
    else if (signal !== "SIGHUP") process.exit(by.exitCode);
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    const text = await farewell(error);
    if (text !== "") printNote(io, text);
    return error.exitCode;
  } finally {
    stopListening();
  }
}

// Windows has no such signal, and refuses a handler for it.
const canSuspend = process.platform !== "win32";

/** Gives the terminal back before Ctrl-Z stops the process, and takes it again at `fg`. */
export class Suspension {
  readonly #leave: () => void;
  readonly #resume: () => void;

  /** @param leave runs before SIGTSTP stops this process, `resume` once it goes on. */
  constructor(leave: () => void, resume: () => void) {
    this.#leave = leave;
    this.#resume = resume;
    if (canSuspend) process.on("SIGTSTP", this.#onSignal);
  }

  /** Stops the whole process group, as the terminal does where it reads Ctrl-Z itself; returns at `fg`. */
  stop(): void {
    if (canSuspend) this.#suspend(0);
  }

  /** Leaves the signal to others again. */
  end(): void {
    process.off("SIGTSTP", this.#onSignal);
  }

  readonly #onSignal = (): void => this.#suspend(process.pid);

  #suspend(target: number): void {
    this.#leave();
    // The default action: the system stops no process without a shell that could continue it.
    process.off("SIGTSTP", this.#onSignal);
    process.kill(target, "SIGTSTP");
    process.on("SIGTSTP", this.#onSignal);
    this.#resume();
  }
}
