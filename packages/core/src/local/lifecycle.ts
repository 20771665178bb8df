import {
  hasEnded,
  neededGpus,
  type JobRecord,
  type JobRequest,
  type Outcome,
} from "./job-record.ts";
import type { JobsTable } from "./jobs-table.ts";
import type { PlatformSettings } from "./options.ts";
import { explainWait, planQueue } from "./queue.ts";
import { startRound, type Round, type RoundEnd, type RoundPlace } from "./round.ts";
import { toShape } from "./shape.ts";
import { createTimers } from "./timers.ts";

/** Moves jobs from status to status, from the create to the end. */
export class Lifecycle {
  readonly #table: JobsTable;
  readonly #settings: PlatformSettings;
  readonly #place: RoundPlace;
  readonly #rounds = new Map<string, Round>();
  readonly #starting = new Map<string, Promise<void>>();
  readonly #timers = createTimers();
  #isClosed = false;

  constructor(table: JobsTable, settings: PlatformSettings, place: RoundPlace) {
    this.#table = table;
    this.#settings = settings;
    this.#place = place;
  }

  /** Makes a job of a request; it goes to the queue. */
  submit(request: JobRequest): JobRecord {
    const job = this.#table.add({
      request,
      shape: toShape(request.specId, this.#settings),
      status: "job_queuing",
      subMsg: "",
      createdAt: Date.now(),
      round: 1,
      heldGpus: 0,
    });
    this.#timers.set(job.jobId, this.#settings.stages.queuingMs, () => this.#schedule());
    return job;
  }

  /**
   * Begins to stop a job; with `outcome` it ends in that status. Nothing happens to one that is
   * stopping already. A job whose command is over keeps its outcome and gives its nodes back.
   */
  stop(job: JobRecord, outcome: Outcome = job.outcome ?? "job_stopped"): void {
    if (hasEnded(job) || job.status === "job_stopping") return;
    this.#timers.clear(job.jobId);
    this.#timers.clear(`limit ${job.jobId}`);
    this.#table.update(job, { status: "job_stopping", outcome });
    this.#rounds.get(job.jobId)?.stop(this.#settings.stopGraceMs);
    this.#timers.set(job.jobId, this.#settings.stages.stoppingMs, () => {
      void this.#endOnceGone(job, outcome);
    });
  }

  /** Says why a job waits in the queue; `undefined` if it does not. */
  explainWait(job: JobRecord): string | undefined {
    if (job.status !== "job_queuing" || job.seed) return undefined;
    return explainWait(job, this.#waiting(), this.#gpus());
  }

  /** Takes up the jobs of an earlier start, whose processes are gone. */
  adopt(): void {
    for (const job of this.#table.all()) {
      if (hasEnded(job) || job.seed) continue;
      const { status } = job;
      if (status === "job_stopping") this.#end(job, job.outcome ?? "job_stopped");
      else if (job.reservedUntil !== undefined) this.#awaitReserve(job);
      else if (status === "job_running" || status === "job_restarting") {
        this.#endRound(job, { exitCode: 137, failedNode: undefined });
      } else this.#table.update(job, { status: "job_queuing", heldGpus: 0 });
    }
    this.#schedule();
  }

  /** Kills all that runs and waits until it is gone. The table keeps its last state. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timers.clearAll();
    await Promise.all(this.#starting.values());
    this.killNow();
    await Promise.all([...this.#rounds.values()].map((round) => round.ended));
  }

  /** Kills all that runs, at once. */
  killNow(): void {
    for (const round of this.#rounds.values()) round.kill();
  }

  #isRipe(job: JobRecord): boolean {
    return Date.now() - job.createdAt >= this.#settings.stages.queuingMs;
  }

  #waiting(): JobRecord[] {
    return this.#table.all().filter((job) => job.status === "job_queuing" && !job.seed);
  }

  #gpus() {
    return { total: this.#settings.gpus, free: this.#table.freeGpus() };
  }

  #schedule(): void {
    if (this.#isClosed) return;
    for (const job of planQueue(
      this.#waiting(),
      (waiting) => this.#isRipe(waiting),
      this.#gpus(),
    )) {
      const preparedAt = Date.now();
      this.#table.update(job, { status: "job_creating", preparedAt, heldGpus: neededGpus(job) });
      this.#timers.set(job.jobId, this.#settings.stages.creatingMs, () => this.#startRound(job));
    }
  }

  #startRound(job: JobRecord): void {
    const starting = this.#runRound(job).finally(() => this.#starting.delete(job.jobId));
    this.#starting.set(job.jobId, starting);
  }

  async #runRound(job: JobRecord): Promise<void> {
    let round: Round;
    try {
      round = await startRound(job, this.#place);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (job.status === "job_stopping" || this.#isClosed) return;
      this.#table.update(job, { subMsg: `cannot start the command: ${reason}` });
      this.#end(job, job.round === 1 ? "job_create_failed" : "job_failed");
      return;
    }
    this.#rounds.set(job.jobId, round);
    if (job.status === "job_stopping" || this.#isClosed) round.kill();
    else this.#onStart(job);
    void round.ended.then((end) => {
      this.#rounds.delete(job.jobId);
      if (!this.#isClosed && job.status === "job_running") this.#endRound(job, end);
    });
  }

  #onStart(job: JobRecord): void {
    const isFirst = job.runAt === undefined;
    const runAt = job.runAt ?? Date.now();
    this.#table.update(job, { status: "job_running", runAt, subMsg: "" });
    const limit = Number(job.request.maxRunningTimeMs);
    if (!isFirst || limit <= 0) return;
    this.#timers.set(`limit ${job.jobId}`, limit, () => {
      this.#table.update(job, { subMsg: `max_running_time_ms ${limit} is over` });
      this.stop(job, this.#settings.wire.timeLimitEnd);
    });
  }

  #endRound(job: JobRecord, end: RoundEnd): void {
    const { autoFaultTolerance, maxRetry, retryIntervalSec } = job.request;
    if (end.exitCode !== 0 && autoFaultTolerance && job.round <= maxRetry) {
      const subMsg = `round ${job.round}: ${toReason(end)}`;
      this.#table.update(job, { status: "job_restarting", round: job.round + 1, subMsg });
      const { restartingMs } = this.#settings.stages;
      const waitMs = retryIntervalSec === undefined ? restartingMs : retryIntervalSec * 1000;
      this.#timers.set(job.jobId, waitMs, () => this.#startRound(job));
      return;
    }
    this.#timers.clear(`limit ${job.jobId}`);
    const hasFailed = end.exitCode !== 0;
    if (hasFailed) this.#table.update(job, { subMsg: toReason(end) });
    const { reserveOnFailMs, reserveOnSuccessMs } = job.request;
    const reserveMs = Number(hasFailed ? reserveOnFailMs : reserveOnSuccessMs);
    const outcome = hasFailed ? "job_failed" : "job_succeeded";
    if (reserveMs <= 0) return this.#end(job, outcome);
    const finishedAt = Date.now();
    const status = hasFailed ? "job_fail_reserving" : "job_success_reserving";
    const reservedUntil = finishedAt + reserveMs;
    this.#table.update(job, { status, outcome, finishedAt, reservedUntil });
    this.#awaitReserve(job);
  }

  #awaitReserve(job: JobRecord): void {
    const left = (job.reservedUntil ?? 0) - Date.now();
    this.#timers.set(job.jobId, left, () => this.#end(job, job.outcome ?? "job_failed"));
  }

  async #endOnceGone(job: JobRecord, status: Outcome): Promise<void> {
    await this.#starting.get(job.jobId);
    await this.#rounds.get(job.jobId)?.ended;
    this.#end(job, status);
  }

  #end(job: JobRecord, status: Outcome | "job_create_failed"): void {
    if (this.#isClosed || hasEnded(job)) return;
    const finishedAt = job.finishedAt ?? Date.now();
    this.#table.update(job, { status, finishedAt, heldGpus: 0 });
    this.#schedule();
  }
}

function toReason({ exitCode, failedNode }: RoundEnd): string {
  return failedNode === undefined
    ? "the local platform ended while the job ran"
    : `worker-${failedNode} ended with exit code ${exitCode}`;
}
