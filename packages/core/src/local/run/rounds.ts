import type { JobRecord } from "../jobs/job-record.ts";
import { startRound, type Round, type RoundEnd, type RoundPlace } from "./round.ts";

/** What a round reports. */
export interface RoundEvents {
  /** Whether the job still wants the round that was asked for. */
  isWanted(job: JobRecord): boolean;
  onStart(job: JobRecord): void;
  onEnd(job: JobRecord, end: RoundEnd): void;
  onFailedStart(job: JobRecord, reason: string): void;
}

/** The rounds that run now, at most one per job. */
export class Rounds {
  readonly #place: RoundPlace;
  readonly #events: RoundEvents;
  readonly #running = new Map<string, Round>();
  readonly #starting = new Map<string, Promise<void>>();

  constructor(place: RoundPlace, events: RoundEvents) {
    this.#place = place;
    this.#events = events;
  }

  /** Starts a round; the events report how it goes. */
  start(job: JobRecord): void {
    const started = this.#run(job).finally(() => this.#starting.delete(job.jobId));
    this.#starting.set(job.jobId, started);
  }

  /** SIGTERM, and SIGKILL after `graceMs`. */
  stop(jobId: string, graceMs: number): void {
    this.#running.get(jobId)?.stop(graceMs);
  }

  /** Resolves once no process of the job is left, or about to start. */
  async whenGone(jobId: string): Promise<void> {
    await this.#starting.get(jobId);
    await this.#running.get(jobId)?.ended;
  }

  /** SIGKILL to all, at once. */
  killAll(): void {
    for (const round of this.#running.values()) round.kill();
  }

  /** Kills all and waits until they are gone. */
  async close(): Promise<void> {
    await Promise.all(this.#starting.values());
    this.killAll();
    await Promise.all([...this.#running.values()].map((round) => round.ended));
  }

  async #run(job: JobRecord): Promise<void> {
    const events = this.#events;
    let round: Round;
    try {
      round = await startRound(job, this.#place);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (events.isWanted(job)) events.onFailedStart(job, reason);
      return;
    }
    this.#running.set(job.jobId, round);
    void round.ended.then((end) => {
      this.#running.delete(job.jobId);
      events.onEnd(job, end);
    });
    if (events.isWanted(job)) events.onStart(job);
    else round.kill();
  }
}
