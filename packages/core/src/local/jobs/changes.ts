interface Waiter {
  /** Settles its promise if what it waits for is there. @returns whether it did. */
  isDone(): boolean;
  reject(reason: Error): void;
}

/** Wakes whatever waits for a change. */
export class Changes {
  #waiters: Waiter[] = [];
  #closed: Error | undefined;

  /** Whether there will be no more changes. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  notify(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#waiters.push(...waiters.filter((waiter) => !waiter.isDone()));
  }

  /** Resolves at the next change; rejects when there will be none. */
  async next(): Promise<void> {
    let looks = 0;
    await this.until(() => looks++ > 0 || undefined);
  }

  /**
   * Resolves with the first value that `find` gives: now, or in the very moment of a change, so that
   * none is missed. Rejects with what it throws, and when there will be no more changes.
   */
  until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const isDone = () => {
        try {
          const value = find();
          if (value === undefined) return false;
          resolve(value);
        } catch (error) {
          reject(error);
        }
        return true;
      };
      if (isDone()) return;
      if (this.#closed) reject(this.#closed);
      else this.#waiters.push({ isDone, reject });
    });
  }

  /** Rejects all waits, and those that begin later. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#waiters = [];
  }
}
