import type { OutputLine } from "../result/result.ts";

/** Waits for lines of a running stage. */
export type LineWaiters = ReturnType<typeof createLineWaiters>;

type Waiter = { pattern: RegExp; resolve: (line: OutputLine) => void; reject: (e: Error) => void };

/** Starts with the lines seen so far, which others may add to. */
export function createLineWaiters(lines: readonly OutputLine[]) {
  const waiters = new Set<Waiter>();
  let closedBecause: string | undefined;

  return {
    /** Settles with the first line, past or to come, that matches. */
    waitForLine(pattern: RegExp, timeoutMs: number): Promise<OutputLine> {
      const seen = lines.find((line) => matches(pattern, line));
      if (seen) return Promise.resolve(seen);
      const explain = (why: string): Error =>
        new Error(`${why} before a line matched ${pattern}; it printed:\n${printed(lines)}`);
      if (closedBecause !== undefined) return Promise.reject(explain(closedBecause));
      return new Promise((resolve, reject) => {
        const waiter: Waiter = { pattern, resolve, reject: (e) => reject(explain(e.message)) };
        waiters.add(waiter);
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          waiter.reject(new Error(`${timeoutMs} ms went by`));
        }, timeoutMs);
        timer.unref();
      });
    },
    /** Tells of a new line. */
    notify(line: OutputLine): void {
      for (const waiter of waiters) {
        if (!matches(waiter.pattern, line)) continue;
        waiters.delete(waiter);
        waiter.resolve(line);
      }
    },
    /** Ends every wait with an error, now and later. */
    close(reason: string): void {
      closedBecause = reason;
      for (const waiter of waiters) waiter.reject(new Error(reason));
      waiters.clear();
    },
  };
}

/** The last lines printed, to explain a failed wait. */
export function printed(lines: readonly OutputLine[]): string {
  return lines
    .slice(-30)
    .map(({ stream, raw }) => `  ${stream}: ${raw.slice(0, 300)}`)
    .join("\n");
}

function matches(pattern: RegExp, line: OutputLine): boolean {
  pattern.lastIndex = 0;
  return pattern.test(line.raw);
}
