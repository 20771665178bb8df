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
