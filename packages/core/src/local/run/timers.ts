import { toTimerMs } from "../../async/clock.ts";

/** Timers by name, of any number of ms (Node's own end at 24.8 days); setting one again replaces it. */
export class Timers {
  readonly #running = new Map<string, NodeJS.Timeout>();
  #isClosed = false;

  set(name: string, ms: number, action: () => void): void {
    this.clear(name);
    if (this.#isClosed) return;
    const part = toTimerMs(ms);
    const onTimeout = () => {
      this.#running.delete(name);
      if (ms > part) this.set(name, ms - part, action);
      else action();
    };
    this.#running.set(name, setTimeout(onTimeout, part));
  }

  clear(name: string): void {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  /** Clears all timers; later ones are not set. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
