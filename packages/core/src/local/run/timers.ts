const longestTimerMs = 2_147_483_647;

/** Timers by name; setting one again replaces it. */
export interface Timers {
  set(name: string, ms: number, action: () => void): void;
  clear(name: string): void;
  /** Clears all, and takes no more. */
  close(): void;
}

/** A set of timers that take any number of ms (Node's own end at 24.8 days). */
export function createTimers(): Timers {
  const running = new Map<string, NodeJS.Timeout>();
  let isClosed = false;
  const clear = (name: string) => {
    clearTimeout(running.get(name));
    running.delete(name);
  };
  const set = (name: string, ms: number, action: () => void) => {
    clear(name);
    if (isClosed) return;
    const part = Math.min(Math.max(0, ms), longestTimerMs);
    const onTimeout = () => {
      running.delete(name);
      if (ms > part) set(name, ms - part, action);
      else action();
    };
    running.set(name, setTimeout(onTimeout, part));
  };
  return {
    set,
    clear,
    close: () => {
      isClosed = true;
      for (const timer of running.values()) clearTimeout(timer);
      running.clear();
    },
  };
}
