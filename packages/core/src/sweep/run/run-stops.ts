import { backoff } from "../../async/clock.ts";
import type { Client, StopOptions } from "../../client/client.ts";
import { isQizhiError, type KnownError } from "../../errors/errors.ts";

const pauseMs = backoff(15_000, 300_000);
const loginPauseMs = 60_000;
// What kills after a signal gives ten seconds.
const lateStopMs = 8_000;

/** What the stops of a sweep work with. */
export interface RunStopsParts {
  readonly client: Client;
  readonly signal: AbortSignal;
  /** Whether a job is still followed, and so still to be stopped. */
  readonly isFollowed: (jobId: string) => boolean;
  /** Told once of each job whose stop has failed. */
  readonly onFailure: (error: KnownError) => void;
}

/** Stops jobs, each until the platform takes the stop. */
export class RunStops {
  readonly #parts: RunStopsParts;
  /** The jobs whose stop is under way. */
  readonly #jobs = new Set<string>();
  readonly #late: Promise<unknown>[] = [];

  constructor(parts: RunStopsParts) {
    this.#parts = parts;
  }

  /** Stops a job, unless that is under way. */
  async stop(jobId: string, options: StopOptions = {}): Promise<void> {
    if (this.#jobs.has(jobId)) return;
    this.#jobs.add(jobId);
    await this.#stopUntilTaken(jobId, options);
    this.#jobs.delete(jobId);
  }

  /**
   * Stops a job of a halted sweep that is being left: nobody else knows of it, so the stop is sent all the same, within
   * a bounded time.
   */
  stopLate(jobId: string): void {
    const { client, onFailure } = this.#parts;
    const stop = client.stopJob(jobId, { signal: AbortSignal.timeout(lateStopMs) });
    this.#late.push(stop.catch((error: unknown) => isQizhiError(error) && onFailure(error)));
  }

  /** Resolves once every late stop has ended. */
  async untilSent(): Promise<void> {
    await Promise.all(this.#late);
  }

  /** Stops a job, and tries again in growing pauses for as long as it is followed. */
  async #stopUntilTaken(jobId: string, options: StopOptions): Promise<void> {
    const { client, signal, isFollowed, onFailure } = this.#parts;
    for (let failures = 1; isFollowed(jobId) && !signal.aborted; failures++) {
      let leastMs = 0;
      try {
        await client.stopJob(jobId, { ...options, signal });
        return;
      } catch (error) {
        if (!isQizhiError(error)) return;
        if (failures === 1) onFailure(error);
        // Each try would be a wrong login.
        if (error.code === "auth" && !error.isAfterLogin) return;
        // Each try costs a login.
        if (error.code === "auth") leastMs = loginPauseMs;
      }
      await client.clock.sleep(Math.max(leastMs, pauseMs(failures)), signal).catch(() => {});
    }
  }
}
