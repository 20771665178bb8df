/** Tells those who wait that something changed. */
export interface Changes {
  notify(): void;
  /** Resolves at the next change; rejects when there will be none. */
  next(): Promise<void>;
  /**
   * Resolves with the first value that `look` gives: now, or in the very moment of a change, so that
   * none is missed. Rejects with what it throws, and when there will be no more changes.
   */
  until<T>(look: () => T | undefined): Promise<T>;
  /** Rejects those who wait and those to come. */
  close(reason: Error): void;
}

interface Waiter {
  /** Looks, and tells whether it is done. */
  isDone(): boolean;
  reject(reason: Error): void;
}

/** A source of changes. */
export function createChanges(): Changes {
  let waiters: Waiter[] = [];
  let closed: Error | undefined;

  const wait = (waiter: Waiter) => {
    if (closed) waiter.reject(closed);
    else waiters.push(waiter);
  };
  return {
    notify() {
      const looking = waiters;
      waiters = [];
      waiters.push(...looking.filter((waiter) => !waiter.isDone()));
    },
    next: () =>
      new Promise((resolve, reject) => {
        const isDone = () => {
          resolve();
          return true;
        };
        wait({ isDone, reject });
      }),
    until: (look) =>
      new Promise((resolve, reject) => {
        const isDone = () => {
          try {
            const value = look();
            if (value === undefined) return false;
            resolve(value);
          } catch (error) {
            reject(error);
          }
          return true;
        };
        if (!isDone()) wait({ isDone, reject });
      }),
    close(reason) {
      closed = reason;
      for (const waiter of waiters) waiter.reject(reason);
      waiters = [];
    },
  };
}
