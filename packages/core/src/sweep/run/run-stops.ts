import { backoff } from "../../async/clock.ts";
import type { StopOptions } from "../../client/client.ts";
import { isQizhiError } from "../../errors/errors.ts";
import type { RunnerParts } from "./run-options.ts";

const pauseMs = backoff(15_000, 300_000);
const loginPauseMs = 60_000;
// What kills after a signal gives ten seconds.
const lateStopMs = 8_000;

/** Stops jobs, each until the platform takes the stop. */
export class RunStops {
  readonly #parts: RunnerParts;
  readonly #signal: AbortSignal;
  readonly #isFollowed: (jobId: string) => boolean;
  /** The jobs whose stop is under way. */
  readonly #jobs = new Set<string>();
  readonly #late: Promise<unknown>[] = [];

  /**
   * @param signal aborts when the sweep is left.
   * @param isFollowed whether a job is still followed, and so still to be stopped.
   */
  constructor(parts: RunnerParts, signal: AbortSignal, isFollowed: (jobId: string) => boolean) {
    this.#parts = parts;
    this.#signal = signal;
    this.#isFollowed = isFollowed;
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
    const stop = this.#parts.client.stopJob(jobId, { signal: AbortSignal.timeout(lateStopMs) });
    this.#late.push(stop.catch((error: unknown) => this.#tell(error)));
  }

  /** Resolves once every late stop has ended: those that were asked for after the sweep was left. */
  async untilSent(): Promise<void> {
    await Promise.all(this.#late);
  }

  /** Stops a job, and tries again in growing pauses for as long as it is followed. */
  async #stopUntilTaken(jobId: string, options: StopOptions): Promise<void> {
    const { client } = this.#parts;
    const signal = this.#signal;
    for (let failures = 1; this.#isFollowed(jobId) && !signal.aborted; failures++) {
      let leastMs = 0;
      try {
        await client.stopJob(jobId, { ...options, signal });
        return;
      } catch (error) {
        if (!isQizhiError(error)) return;
        if (failures === 1) this.#tell(error);
        // Each try would be a wrong login.
        if (error.code === "auth" && !error.isAfterLogin) return;
        // Each try costs a login.
        if (error.code === "auth") leastMs = loginPauseMs;
      }
      await client.clock.sleep(Math.max(leastMs, pauseMs(failures)), signal).catch(() => {});
    }
  }

  #tell(error: unknown): void {
    if (isQizhiError(error)) this.#parts.events.push({ type: "trouble", error });
  }
}
