import {
  hasEnded,
  neededGpus,
  type JobRecord,
  type JobRequest,
  type Outcome,
} from "../jobs/job-record.ts";
import type { JobsTable } from "../jobs/jobs-table.ts";
import { explainQueue, planQueue } from "./queue.ts";
import { type Round, type RoundPlace, startRound } from "./round.ts";
import { Timers } from "./timers.ts";

/** Moves jobs from status to status, from the create to the end. */
export class Lifecycle {
  readonly #table: JobsTable;
  readonly #place: RoundPlace;
  /** The rounds that run, by job. */
  readonly #rounds = new Map<string, Round>();
  /** Those and the ones that are starting: settled once no process of the job is left. */
  readonly #gone = new Map<string, Promise<void>>();
  readonly #timers = new Timers();
  /** Jobs that were in the queue for the shortest time. */
  readonly #ripe = new WeakSet<JobRecord>();
  #isClosed = false;

  constructor(table: JobsTable, place: RoundPlace) {
    this.#table = table;
    this.#place = place;
  }

  /** Creates a job from a request; it goes to the queue. */
  submit(request: JobRequest): JobRecord {
    const job = this.#table.add(request);
    this.#queue(job);
    return job;
  }

  /**
   * Begins to stop a job; with `outcome` it ends in that status. Nothing happens to one that is
   * stopping already. A job whose command is over keeps its outcome and gives its nodes back.
   */
  stop(job: JobRecord, outcome: Outcome = job.outcome ?? "job_stopped"): void {
    if (hasEnded(job) || job.status === "job_stopping") return;
    this.#timers.clear(`limit ${job.jobId}`);
    this.#table.update(job, { status: "job_stopping", outcome });
    this.#rounds.get(job.jobId)?.stop(this.#place.stopGraceMs);
    this.#timers.set(job.jobId, this.#place.stages.stoppingMs, async () => {
      await this.#gone.get(job.jobId);
      this.#end(job, outcome);
    });
  }

  /** Why a job waits or how it ended; "" if there is nothing to say. */
  explain(job: JobRecord): string {
    return this.explainAll([job])[0] ?? "";
  }

  /** {@link Lifecycle.explain} of each job. */
  explainAll(jobs: readonly JobRecord[]): string[] {
    let explain: ((job: JobRecord) => string) | undefined;
    return jobs.map((job) => {
      if (job.status !== "job_queuing" || job.seed) return job.subMsg;
      explain ??= explainQueue(this.#waiting(), this.#table.gpus());
      return explain(job);
    });
  }

  /** Takes up the jobs of an earlier start, whose processes are gone. */
  adopt(): void {
    for (const job of this.#table.all()) {
      if (hasEnded(job) || job.seed) continue;
      const { status } = job;
      if (status === "job_stopping") this.#end(job, job.outcome ?? "job_stopped");
      else if (job.reservedUntil !== undefined) this.#awaitReserve(job);
      // The round that it waits for has not begun.
      else if (status === "job_restarting") this.#restartLater(job, job.round);
      else if (status === "job_running") {
        this.#onRoundEnd(job, "the local platform ended while the job ran");
      } else {
        delete job.preparedAt;
        this.#table.update(job, { status: "job_queuing", heldGpus: 0 });
        this.#queue(job);
      }
    }
  }

  /** Kills all that runs and waits until it is gone. The table keeps its last state. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timers.close();
    this.killNow();
    // Also a round that is starting, which is killed once it has started.
    await Promise.all(this.#gone.values());
  }

  killNow(): void {
    this.#noteEnd();
    for (const round of this.#rounds.values()) round.kill();
  }

  /** Keeps the moment, so that the time until the next start is no run time. */
  #noteEnd(): void {
    const finishedAt = Date.now();
    for (const job of this.#table.all()) {
      const hasRun = job.runAt !== undefined && job.finishedAt === undefined;
      if (hasRun && !job.seed) this.#table.update(job, { finishedAt });
    }
  }

  #waiting(): JobRecord[] {
    return this.#table.all().filter((job) => job.status === "job_queuing" && !job.seed);
  }

  #queue(job: JobRecord): void {
    const { queuingMs } = this.#place.stages;
    const left = job.createdAt + queuingMs - Date.now();
    this.#timers.set(job.jobId, Math.min(left, queuingMs), () => {
      this.#ripe.add(job);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isClosed) return;
    const ripe = this.#waiting().filter((job) => this.#ripe.has(job));
    for (const job of planQueue(ripe, this.#table.gpus())) {
      const preparedAt = Date.now();
      this.#table.update(job, { status: "job_creating", preparedAt, heldGpus: neededGpus(job) });
      this.#startLater(job, this.#place.stages.creatingMs);
    }
  }

  #startLater(job: JobRecord, ms: number): void {
    this.#timers.set(job.jobId, ms, () => {
      const gone = this.#run(job).finally(() => this.#gone.delete(job.jobId));
      this.#gone.set(job.jobId, gone);
    });
  }

  /** One round of a job, until the last of its processes is gone. */
  async #run(job: JobRecord): Promise<void> {
    let round: Round;
    try {
      round = await startRound(job, this.#place);
    } catch (error) {
      if (this.#awaitsRound(job)) this.#onFailedStart(job, error);
      return;
    }
    this.#rounds.set(job.jobId, round);
    if (this.#awaitsRound(job)) this.#onStart(job);
    else round.kill();
    const failure = await round.ended;
    this.#rounds.delete(job.jobId);
    if (!this.#isClosed && job.status === "job_running") this.#onRoundEnd(job, failure);
  }

  #awaitsRound({ status }: JobRecord): boolean {
    return !this.#isClosed && (status === "job_creating" || status === "job_restarting");
  }

  #restartLater(job: JobRecord, round: number): void {
    delete job.finishedAt;
    this.#table.update(job, { status: "job_restarting", round });
    const { retryIntervalSec } = job.request;
    const { restartingMs } = this.#place.stages;
    this.#startLater(job, retryIntervalSec === undefined ? restartingMs : retryIntervalSec * 1000);
  }

  #onStart(job: JobRecord): void {
    const runAt = job.runAt ?? Date.now();
    this.#table.update(job, { status: "job_running", runAt, subMsg: "" });
    const limit = Number(job.request.maxRunningTimeMs);
    if (limit <= 0) return;
    this.#timers.set(`limit ${job.jobId}`, runAt + limit - Date.now(), () => {
      this.#table.update(job, { subMsg: `max_running_time_ms ${limit} is over` });
      this.stop(job, this.#place.wire.timeLimitEnd);
    });
  }

  #onFailedStart(job: JobRecord, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#table.update(job, { subMsg: `cannot start the command: ${reason}` });
    this.#end(job, job.round === 1 ? "job_create_failed" : "job_failed");
  }

  #onRoundEnd(job: JobRecord, failure: string | undefined): void {
    const hasFailed = failure !== undefined;
    if (hasFailed) this.#table.update(job, { subMsg: failure });
    const { autoFaultTolerance, maxRetry } = job.request;
    if (hasFailed && autoFaultTolerance && job.round <= maxRetry) {
      return this.#restartLater(job, job.round + 1);
    }
    this.#timers.clear(`limit ${job.jobId}`);
    const { reserveOnFailMs, reserveOnSuccessMs } = job.request;
    const reserveMs = Number(hasFailed ? reserveOnFailMs : reserveOnSuccessMs);
    const outcome = hasFailed ? "job_failed" : "job_succeeded";
    if (reserveMs <= 0) return this.#end(job, outcome);
    const finishedAt = job.finishedAt ?? Date.now();
    const status = hasFailed ? "job_fail_reserving" : "job_success_reserving";
    const reservedUntil = finishedAt + reserveMs;
    this.#table.update(job, { status, outcome, finishedAt, reservedUntil });
    this.#awaitReserve(job);
  }

  #awaitReserve(job: JobRecord): void {
    const left = (job.reservedUntil ?? 0) - Date.now();
    this.#timers.set(job.jobId, left, () => this.#end(job, job.outcome ?? "job_failed"));
  }

  #end(job: JobRecord, status: Outcome | "job_create_failed"): void {
    if (this.#isClosed || hasEnded(job)) return;
    this.#timers.clear(`limit ${job.jobId}`);
    const finishedAt = job.finishedAt ?? Date.now();
    this.#table.update(job, { status, finishedAt, heldGpus: 0 });
    this.#schedule();
  }
}
