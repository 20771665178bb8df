import type { IdentifiedJob } from "../jobs/job-id.ts";
import { JobWatcher } from "./job-watcher.ts";
import type { JobsUpdate, JobUpdate, WaitOptions, Watcher, WatcherContext } from "./updates.ts";

/** Watches different jobs until all have ended or the signal aborts; see `JobWatcher`. */
export async function* watchJobs(
  context: WatcherContext,
  jobIds: Iterable<string>,
  options: WaitOptions = {},
): AsyncGenerator<JobsUpdate, void> {
  const watcher = new JobWatcher(context, options);
  try {
    for (const jobId of jobIds) watcher.add(jobId, { isNew: context.isNew?.(jobId) });
    while (!watcher.isIdle) {
      const update = await watcher.next();
      if (update === undefined) return;
      yield update;
    }
  } finally {
    watcher.close();
  }
}

/**
 * Watches one job until it has ended.
 * @returns the job as it was when it ended.
 * @throws what it is given up with.
 */
export async function* watchJob(
  context: WatcherContext,
  jobId: string,
  options: WaitOptions = {},
): AsyncGenerator<JobUpdate, IdentifiedJob> {
  for await (const update of watchJobs(context, [jobId], options)) {
    if (update.type === "lost") throw update.error;
    yield update;
    if (update.type === "job" && update.isLast) return update.job;
  }
  throw new Error("a watch ends with the job or with an error");
}

/** Opens a watch to which jobs can be added at any time. */
export function openWatcher(context: WatcherContext, options: WaitOptions = {}): Watcher {
  const watcher = new JobWatcher(context, options);
  async function* iterate(): AsyncGenerator<JobsUpdate, void> {
    try {
      for (;;) {
        const update = await watcher.next();
        if (update === undefined) return;
        yield update;
      }
    } finally {
      watcher.close();
    }
  }
  const updates = iterate();
  return {
    get size() {
      return watcher.size;
    },
    add: (jobId) => watcher.add(jobId, { isNew: context.isNew?.(jobId) }),
    remove: (jobId) => watcher.remove(jobId),
    close: () => watcher.close(),
    [Symbol.asyncIterator]: () => updates,
  };
}
