import type { JobsUpdate, WatcherContext, WatchJobsOptions } from "./updates.ts";

/** Watches different jobs until all have ended or the signal aborts; see `openJobWatcher`. */
export async function* watchJobs(
  context: WatcherContext,
  jobIds: Iterable<string>,
  options: WatchJobsOptions = {},
): AsyncGenerator<JobsUpdate, void> {
  // Who waits for one job needs none of it: 3 kB (measured).
  const { openJobWatcher } = await import("./job-watcher.ts");
  const watcher = openJobWatcher(context, options);
  try {
    let left = 0;
    for (const jobId of jobIds) {
      watcher.add(jobId, { isNew: context.isNew?.(jobId) });
      left += 1;
    }
    while (left > 0) {
      const update = await watcher.next();
      if (update === undefined) return;
      yield update;
      if (update.type === "lost" || (update.type === "job" && update.isLast)) left -= 1;
    }
  } finally {
    watcher.close();
  }
}
