import type { WaitLostError } from "../../errors/errors.ts";
import { isOutcome } from "../../jobs/phase.ts";
import type { JobsUpdate, Watcher } from "../../watcher/updates.ts";
import { keepLast, keepOpen } from "../record/keep-end.ts";
import type { Places } from "./places.ts";
import type { RunnerParts } from "./run-options.ts";
import type { HaltReason } from "../record/records.ts";
import type { StopOptions } from "../../client/client.ts";
import { observeRun, type RunOutcome, type RunStatus } from "../record/run-status.ts";
import { RunStops } from "./run-stops.ts";
import type { SweepLimits } from "./sweep-limits.ts";
import { toPlatformKey } from "../../journal/platform-key.ts";

/** How long a job is left alone that could not be asked about for the error budget. */
const unseenPauseMs = 60_000;

/** The time that another process gets to stop so many jobs; at the usual pace it takes less than a second for each. */
const othersMs = (jobs: number) => 10_000 + jobs * 1_000;

/** Told that the job of a run has ended; it may hold its nodes for a while. */
type OnEnded = (status: RunStatus, outcome: RunOutcome, reason: string | undefined) => void;

/** Follows the jobs of runs, each until its nodes are free; the signal ends it. */
export class RunWatch {
  readonly #parts: RunnerParts;
  readonly #places: Places;
  readonly #limits: SweepLimits;
  readonly #onEnded: OnEnded;
  readonly #watcher: Watcher;
  readonly #byJob = new Map<string, RunStatus>();
  readonly stops: RunStops;
  /** When each job was seen by a poll of this process, epoch ms; `undefined` where that is written down. */
  readonly #seenAt = new Map<string, number | undefined>();
  /** The jobs that could not be asked about for the error budget, which is told once. */
  readonly #unseen = new Set<string>();
  readonly #end = new AbortController();
  /** Aborts when the sweep is left. */
  readonly #signal: AbortSignal;

  constructor(parts: RunnerParts, places: Places, limits: SweepLimits, onEnded: OnEnded) {
    const { signal, errorBudgetMs, minIntervalMs, queueTimeoutMs } = parts.options;
    this.#parts = parts;
    this.#places = places;
    this.#limits = limits;
    this.#onEnded = onEnded;
    this.#signal = AbortSignal.any([signal, this.#end.signal]);
    this.stops = new RunStops(parts, this.#signal, (jobId) => this.#byJob.has(jobId));
    this.#watcher = parts.client.openWatcher({
      errorBudgetMs,
      minIntervalMs,
      queueTimeoutMs,
      untilReleased: true,
      // What a job has used so far grows without another change.
      everyPoll: true,
      // Each was created, by this process or an earlier one.
      lastSeen: (jobId) => ({ status: undefined, atMs: this.#createdAt(jobId) }),
      signal,
    });
    this.#follow().catch((error: unknown) => parts.events.end(error));
  }

  /** How many jobs are followed. */
  get size(): number {
    return this.#byJob.size;
  }

  /** Follows the job of a run, which takes a place. */
  add(status: RunStatus): void {
    if (status.jobId === undefined) return;
    this.#places.take(status.jobId, status);
    this.#byJob.set(status.jobId, status);
    this.#watcher.add(status.jobId);
  }

  /** Asks the platform to stop the job of a run; a poll shows when it has. */
  stop({ jobId, state }: RunStatus): void {
    if (jobId === undefined || state !== "active") return;
    if (this.#signal.aborted) this.stops.stopLate(jobId);
    else void this.stops.stop(jobId);
  }

  /** Stops every job that is active, and where a person asked for it those that hold nodes after their end. */
  stopAll(reason: HaltReason, options: StopOptions = {}): void {
    for (const [jobId, { jobId: last, state }] of this.#byJob) {
      // An earlier try of an active run may hold its nodes for a look.
      const isActive = state === "active" && jobId === last;
      if (isActive || reason === "stopped") void this.stops.stop(jobId, options);
    }
  }

  /** Stops what another process, which has halted the sweep, has not stopped after a while. */
  async stopLeft(): Promise<void> {
    await this.#parts.client.clock.sleep(othersMs(this.size), this.#signal).catch(() => {});
    if (!this.#signal.aborted) this.stopAll("stopped", { pollFirst: true });
  }

  /** Ends the polls, and writes down how the jobs were seen last. */
  close(): void {
    this.#watcher.close();
    this.#end.abort();
    const seen = new Map<RunStatus, number>();
    for (const [jobId, status] of this.#byJob) {
      const seenAt = this.#seenAt.get(jobId);
      if (seenAt !== undefined && status.jobId === jobId) seen.set(status, seenAt);
    }
    keepLast(this.#parts.keeping, seen);
  }

  /** When a job was created, epoch ms; for one that a person found when the sweep began. */
  #createdAt(jobId: string): number {
    const { client, journal, state } = this.#parts;
    try {
      const attempt = journal.index().findOwner(toPlatformKey(client.baseUrl), jobId, "");
      return Date.parse(attempt?.time ?? state.beganAt);
    } catch {
      // A journal that cannot be read now keeps no job from being followed.
      return Date.parse(state.beganAt);
    }
  }

  async #follow(): Promise<void> {
    for await (const update of this.#watcher) {
      if (update.type === "job" || update.type === "lost") this.#see(update);
      // Trouble of a single job is reported when that job is given up.
      else if (update.jobId === undefined) this.#parts.events.push(update);
    }
  }

  #see(update: Extract<JobsUpdate, { jobId: string }>): void {
    const { jobId } = update;
    const status = this.#byJob.get(jobId);
    if (status === undefined) return;
    // An earlier try of a run may hold its nodes for a while.
    const isOwn = status.jobId === jobId && status.state === "active";
    if (update.type === "lost" && update.error.code === "wait_timeout") {
      const { limitMs } = update.error;
      const isLeft = isOwn && this.#limits.reach({ limit: "queue", limitMs, run: status });
      if (!isLeft) this.#watcher.add(jobId);
      return;
    }
    const isOpen = ({ state }: RunStatus) => state !== "ended";
    if (update.type === "lost" && update.error.code === "wait_lost") {
      if (this.#parts.state.runs.some(isOpen)) return void this.#askAgain(jobId, update.error);
    }
    if (update.type === "lost" || update.isLast) {
      this.#byJob.delete(jobId);
      this.#places.free(jobId);
    }
    if (!isOwn) return this.#parts.bell.ring();
    if (update.type === "lost") {
      const outcome = update.error.code === "job_ended" ? "ended" : "lost";
      return this.#onEnded(status, outcome, update.error.summary);
    }
    this.#takeJob(status, update);
    this.#parts.bell.ring();
  }

  /**
   * Goes on with a job that could not be asked about while others could: it may hold its GPUs, so it keeps its place and
   * every halt stops it. Where no other job is left, the watcher takes the same for an outage, which ends the sweep.
   */
  async #askAgain(jobId: string, error: WaitLostError): Promise<void> {
    if (!this.#unseen.has(jobId)) this.#parts.events.push({ type: "trouble", error });
    this.#unseen.add(jobId);
    await this.#parts.client.clock.sleep(unseenPauseMs, this.#signal).catch(() => {});
    if (!this.#signal.aborted) this.#watcher.add(jobId);
  }

  #takeJob(status: RunStatus, update: Extract<JobsUpdate, { type: "job" }>): void {
    const { jobId, job, report, phase, isTerminal } = update;
    const { phase: before, status: statusBefore } = status;
    observeRun(status, report);
    const isNews = status.status !== statusBefore || !this.#seenAt.has(jobId);
    this.#seenAt.set(jobId, isNews || isTerminal ? undefined : Date.now());
    // The process may be killed.
    if (isNews && !isTerminal) keepOpen(this.#parts.keeping, status);
    const [config] = status.run.spec.framework_config;
    const { gpusPerNode } = report;
    if (config && gpusPerNode !== undefined) {
      this.#places.learn(config.spec_id, gpusPerNode);
    }
    // The end of a job is an event of its own.
    if (before !== phase && !isTerminal)
      this.#parts.events.push({ type: "phase", run: status, phase });
    if (isTerminal && isOutcome(phase)) {
      this.#onEnded(status, phase, phase === "succeeded" ? undefined : job.sub_msg);
    }
  }
}
