import type { Client } from "../../client/client.ts";
import { isQizhiError, WaitTimeoutError } from "../../errors/errors.ts";
import { isOutcome } from "../../jobs/phase.ts";
import type { JobsUpdate } from "../../watcher/updates.ts";
import { openJobWatcher } from "../../watcher/job-watcher.ts";
import type { SweepEvent } from "../record/events.ts";
import type { Places } from "./places.ts";
import type { RunOutcome } from "../record/records.ts";
import { observeRun, type RunStatus } from "../record/run-status.ts";

/** Follows the jobs of runs, each until its nodes are free. */
export interface RunWatch {
  /** Follows the job of a run, which takes a place. */
  add(status: RunStatus, options: { isNew: boolean }): void;
  /** Asks the platform to stop the job of a run; the looks tell when it has. */
  stop(status: RunStatus): void;
  /** Stops all. */
  stopAll(): void;
  /** How many jobs are followed. */
  readonly size: number;
  /** Ends the looks. */
  close(): void;
}

/** Who is told what the looks tell. */
export interface RunWatchEvents {
  /** A phase is new, or the platform cannot be asked. */
  readonly event: (event: SweepEvent) => void;
  /** The job of a run has ended; it may hold its nodes for a while. */
  readonly ended: (status: RunStatus, outcome: RunOutcome, reason: string | undefined) => void;
  /** The job of a run was queued for as long as it may; told that it may stay there longer, it is followed further. */
  readonly overQueue: (status: RunStatus) => "leave" | "follow";
  /** After every change, also where a place has become free. */
  readonly changed: () => void;
  /** The looks cannot go on. */
  readonly failed: (error: unknown) => void;
}

/** Begins to follow jobs; the signal ends it. */
export function createRunWatch(
  context: {
    readonly client: Client;
    readonly places: Places;
    readonly signal: AbortSignal;
    readonly errorBudgetMs: number | undefined;
    readonly minIntervalMs: number | undefined;
    readonly queueTimeoutMs: number | undefined;
  },
  on: RunWatchEvents,
): RunWatch {
  const { client, places, ...watching } = context;
  const { signal } = context;
  const watcher = openJobWatcher(client, { ...watching, untilReleased: true });
  const byJob = new Map<string, RunStatus>();

  function see(update: Extract<JobsUpdate, { jobId: string }>): void {
    const { jobId } = update;
    const status = byJob.get(jobId);
    if (status === undefined) return;
    if (update.type === "lost" && update.error instanceof WaitTimeoutError) {
      const isOwn = status.jobId === jobId && status.state === "active";
      if (!isOwn || on.overQueue(status) === "follow") watcher.add(jobId);
      return;
    }
    if (update.type === "lost" || update.isLast) {
      byJob.delete(jobId);
      places.free(jobId);
    }
    // An earlier try of a run may hold its nodes for a while.
    if (status.jobId !== jobId || status.state !== "active") return on.changed();
    if (update.type === "lost") {
      const outcome = update.error.code === "job_ended" ? "ended" : "lost";
      return on.ended(status, outcome, update.error.summary);
    }
    const { job, report, phase, isTerminal } = update;
    const before = status.phase;
    observeRun(status, report);
    const [config] = status.run.spec.framework_config;
    const { gpusPerNode } = report;
    if (config && gpusPerNode !== undefined) places.learn(config.spec_id, gpusPerNode);
    // The end has an event of its own.
    if (before !== phase && !isTerminal) on.event({ type: "phase", run: status, phase });
    if (isTerminal && isOutcome(phase)) {
      on.ended(status, phase, phase === "succeeded" ? undefined : job.sub_msg);
    }
    on.changed();
  }

  async function follow(): Promise<void> {
    for (;;) {
      const update = await watcher.next();
      if (update === undefined) return;
      if (update.type === "job" || update.type === "lost") see(update);
      // Where one job alone cannot be asked about, its end as a lost one tells.
      else if (update.jobId === undefined) on.event(update);
    }
  }

  async function stop({ jobId, state }: RunStatus): Promise<void> {
    if (jobId === undefined || state !== "active") return;
    try {
      await client.stopJob(jobId, { signal });
    } catch (error) {
      if (isQizhiError(error)) on.event({ type: "trouble", error });
    }
  }

  follow().catch(on.failed);
  return {
    get size() {
      return byJob.size;
    },
    add(status, { isNew }) {
      if (status.jobId === undefined) return;
      places.take(status.jobId, status);
      byJob.set(status.jobId, status);
      watcher.add(status.jobId, { isNew });
    },
    stop: (status) => void stop(status),
    stopAll() {
      for (const status of byJob.values()) void stop(status);
    },
    close: () => watcher.close(),
  };
}
