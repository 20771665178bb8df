import type { JobRecord } from "../jobs/job-record.ts";
import { startRound, type Round, type RoundEnd, type RoundPlace } from "./round.ts";

/** Who hears of the rounds. */
export interface RoundEvents {
  /** Tells whether the job still wants the round that was asked for. */
  isWanted(job: JobRecord): boolean;
  onStart(job: JobRecord): void;
  onEnd(job: JobRecord, end: RoundEnd): void;
  onFailedStart(job: JobRecord, reason: string): void;
}

/** The rounds that run now, at most one per job. */
export interface Rounds {
  /** Starts a round; the events tell how it goes. */
  start(job: JobRecord): void;
  /** SIGTERM, and SIGKILL after `graceMs`. */
  stop(jobId: string, graceMs: number): void;
  /** Resolves once no process of the job is left, or on its way. */
  whenGone(jobId: string): Promise<void>;
  /** SIGKILL to all, at once. */
  killAll(): void;
  /** Kills all and waits until they are gone. */
  close(): Promise<void>;
}

/** Runs rounds at a place. */
export function createRounds(place: RoundPlace, events: RoundEvents): Rounds {
  const running = new Map<string, Round>();
  const starting = new Map<string, Promise<void>>();

  async function run(job: JobRecord): Promise<void> {
    let round: Round;
    try {
      round = await startRound(job, place);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (events.isWanted(job)) events.onFailedStart(job, reason);
      return;
    }
    running.set(job.jobId, round);
    void round.ended.then((end) => {
      running.delete(job.jobId);
      events.onEnd(job, end);
    });
    if (events.isWanted(job)) events.onStart(job);
    else round.kill();
  }

  const killAll = () => {
    for (const round of running.values()) round.kill();
  };
  return {
    start(job) {
      starting.set(
        job.jobId,
        run(job).finally(() => starting.delete(job.jobId)),
      );
    },
    stop: (jobId, graceMs) => running.get(jobId)?.stop(graceMs),
    async whenGone(jobId) {
      await starting.get(jobId);
      await running.get(jobId)?.ended;
    },
    killAll,
    async close() {
      await Promise.all(starting.values());
      killAll();
      await Promise.all([...running.values()].map((round) => round.ended));
    },
  };
}
