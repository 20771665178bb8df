// Windows has no such signal, and refuses a handler for it.
const canSuspend = process.platform !== "win32";

/** Who gives the terminal back before Ctrl-Z stops the process, and takes it again at `fg`. */
export interface Suspension {
  /** Stops the whole process group, as the terminal does where it reads Ctrl-Z itself; returns at `fg`. */
  stop(): void;
  /** Leaves the signal to others again. */
  end(): void;
}

/** Calls `leave` before this process is stopped by SIGTSTP, and `resume` once it goes on. */
export function aroundSuspension(leave: () => void, resume: () => void): Suspension {
  const suspend = (target: number) => {
    leave();
    // The default action: the system stops no process without a shell that could continue it.
    process.off("SIGTSTP", onSignal);
    process.kill(target, "SIGTSTP");
    process.on("SIGTSTP", onSignal);
    resume();
  };
  const onSignal = () => suspend(process.pid);
  if (canSuspend) process.on("SIGTSTP", onSignal);
  return {
    stop: () => {
      if (canSuspend) suspend(0);
    },
    end: () => void process.off("SIGTSTP", onSignal),
  };
}
