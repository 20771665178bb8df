/** Tells those who wait that something changed. */
export interface Changes {
  notify(): void;
  /** Resolves at the next change; rejects when there will be none. */
  next(): Promise<void>;
  /** Rejects those who wait and those to come. */
  close(reason: Error): void;
}

/** A source of changes. */
export function createChanges(): Changes {
  let waiting: { resolve: () => void; reject: (reason: Error) => void }[] = [];
  let closed: Error | undefined;
  return {
    notify() {
      const woken = waiting;
      waiting = [];
      for (const { resolve } of woken) resolve();
    },
    next: () =>
      new Promise((resolve, reject) => {
        if (closed) reject(closed);
        else waiting.push({ resolve, reject });
      }),
    close(reason) {
      closed = reason;
      for (const { reject } of waiting) reject(reason);
      waiting = [];
    },
  };
}
