import { isQizhiError, WaitTimeoutError } from "../../errors/errors.ts";
import { isOutcome } from "../../jobs/phase.ts";
import type { JobsUpdate, Watcher } from "../../watcher/updates.ts";
import type { SweepEvent } from "../record/events.ts";
import { keepOpen } from "../record/keep-end.ts";
import type { Places } from "./places.ts";
import type { RunnerContext } from "./run-options.ts";
import type { HaltReason, RunOutcome } from "../record/records.ts";
import { backoff } from "../../async/clock.ts";
import type { StopOptions } from "../../client/stop-types.ts";
import { observeRun, type RunStatus } from "../record/run-status.ts";
import { toPlatformKey } from "../../journal/platform-key.ts";

const stopPauseMs = backoff(15_000, 300_000);

/** The time that another process gets to stop so many jobs; at the usual pace it takes less than a second for each. */
const othersMs = (jobs: number) => 10_000 + jobs * 1_000;

/** What a watch of runs reports. */
export interface RunWatchEvents {
  /** A phase is new, or the platform cannot be reached. */
  readonly event: (event: SweepEvent) => void;
  /** The job of a run has ended; it may hold its nodes for a while. */
  readonly ended: (status: RunStatus, outcome: RunOutcome, reason: string | undefined) => void;
  /** The job of a run was queued for as long as it may; after `follow` it is followed further. */
  readonly overQueue: (status: RunStatus) => "leave" | "follow";
  /** After every change, also where a place has become free. */
  readonly changed: () => void;
  /** The polls cannot go on. */
  readonly failed: (error: unknown) => void;
}

/** Follows the jobs of runs, each until its nodes are free; the signal ends it. */
export class RunWatch {
  readonly #context: RunnerContext;
  readonly #places: Places;
  readonly #on: RunWatchEvents;
  readonly #watcher: Watcher;
  readonly #byJob = new Map<string, RunStatus>();
  /** The jobs whose stop is under way. */
  readonly #stopping = new Set<string>();
  readonly #end = new AbortController();

  constructor(context: RunnerContext, places: Places, on: RunWatchEvents) {
    const { signal, errorBudgetMs, minIntervalMs, queueTimeoutMs } = context.options;
    const limits = { errorBudgetMs, minIntervalMs, queueTimeoutMs };
    this.#context = context;
    this.#places = places;
    this.#on = on;
    this.#watcher = context.client.openWatcher({
      ...limits,
      untilReleased: true,
      // What a job has used so far grows without another change.
      everyPoll: true,
      // Each was created, by this process or an earlier one.
      lastSeen: (jobId) => ({ status: undefined, atMs: this.#createdAt(jobId) }),
      signal,
    });
    this.#follow().catch(on.failed);
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
    if (jobId !== undefined && state === "active") void this.#stop(jobId);
  }

  /** Stops every job that is active, and where a person asked for it those that hold nodes after their end. */
  stopAll(reason: HaltReason, options: StopOptions = {}): void {
    for (const [jobId, { state }] of this.#byJob) {
      if (state === "active" || reason === "stopped") void this.#stop(jobId, options);
    }
  }

  /** Stops what another process, which has halted the sweep, has not stopped after a while. */
  async stopLeft(reason: HaltReason): Promise<void> {
    const { clock } = this.#context.client;
    const isOver = await clock.sleep(othersMs(this.size), this.#endSignal()).then(
      () => false,
      () => true,
    );
    if (!isOver) this.stopAll(reason, { pollFirst: true });
  }

  /** Ends the polls. */
  close(): void {
    this.#watcher.close();
    this.#end.abort();
  }

  /** When a job was created, epoch ms; for one that a person found when the sweep began. */
  #createdAt(jobId: string): number {
    const { client, journal, state } = this.#context;
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
      else if (update.jobId === undefined) this.#on.event(update);
    }
  }

  #see(update: Extract<JobsUpdate, { jobId: string }>): void {
    const { jobId } = update;
    const status = this.#byJob.get(jobId);
    if (status === undefined) return;
    // An earlier try of a run may hold its nodes for a while.
    const isOwn = status.jobId === jobId && status.state === "active";
    if (update.type === "lost" && update.error instanceof WaitTimeoutError) {
      if (!isOwn || this.#on.overQueue(status) === "follow") this.#watcher.add(jobId);
      return;
    }
    if (update.type === "lost" || update.isLast) {
      this.#byJob.delete(jobId);
      this.#places.free(jobId);
    }
    if (!isOwn) return this.#on.changed();
    if (update.type === "lost") {
      const outcome = update.error.code === "job_ended" ? "ended" : "lost";
      return this.#on.ended(status, outcome, update.error.summary);
    }
    this.#takeJob(status, update);
    this.#on.changed();
  }

  #takeJob(status: RunStatus, update: Extract<JobsUpdate, { type: "job" }>): void {
    const { job, report, phase, isTerminal } = update;
    const { phase: before, status: statusBefore } = status;
    observeRun(status, report);
    // The process may be killed.
    if (status.status !== statusBefore && !isTerminal) this.#keep(status);
    const [config] = status.run.spec.framework_config;
    const { gpusPerNode } = report;
    if (config && gpusPerNode !== undefined) {
      this.#places.learn(config.spec_id, gpusPerNode);
    }
    // The end of a job is an event of its own.
    if (before !== phase && !isTerminal) this.#on.event({ type: "phase", run: status, phase });
    if (isTerminal && isOutcome(phase)) {
      this.#on.ended(status, phase, phase === "succeeded" ? undefined : job.sub_msg);
    }
  }

  #endSignal(): AbortSignal {
    return AbortSignal.any([this.#context.options.signal, this.#end.signal]);
  }

  #keep(status: RunStatus): void {
    const { client, journal, state } = this.#context;
    keepOpen({ journal, platform: client.baseUrl, sweep: state.id }, [status]);
  }

  async #stop(jobId: string, options: StopOptions = {}): Promise<void> {
    if (this.#stopping.has(jobId)) return;
    this.#stopping.add(jobId);
    await this.#stopUntilTaken(jobId, options);
    this.#stopping.delete(jobId);
  }

  /** Stops a job, and tries again in growing pauses for as long as it is followed. */
  async #stopUntilTaken(jobId: string, options: StopOptions): Promise<void> {
    const { client } = this.#context;
    const signal = this.#endSignal();
    for (let failures = 1; this.#byJob.has(jobId) && !signal.aborted; failures++) {
      try {
        await client.stopJob(jobId, { ...options, signal });
        return;
      } catch (error) {
        if (!isQizhiError(error)) return;
        if (failures === 1) this.#on.event({ type: "trouble", error });
        // Each try would be a wrong login.
        if (error.code === "auth") return;
      }
      await client.clock.sleep(stopPauseMs(failures), signal).catch(() => {});
    }
  }
}
