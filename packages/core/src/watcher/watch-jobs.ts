import { createEndableGenerator } from "../endable-generator.ts";
import { checkJobId } from "../job-id.ts";
import type { JobsUpdate, WatcherContext, WatchJobsOptions } from "./updates.ts";

/** Watches a fixed set of jobs until all have ended; see `openJobWatcher`. */
export function watchJobs(
  context: WatcherContext,
  jobIds: Iterable<string>,
  options: WatchJobsOptions = {},
): AsyncGenerator<JobsUpdate, void> {
  const ids = [...new Set(Array.from(jobIds, checkJobId))];
  return createEndableGenerator(async function* (signal) {
    // Who waits for one job needs none of it: 3 kB (measured).
    const { openJobWatcher } = await import("./job-watcher.ts");
    const watcher = openJobWatcher(context, { ...options, signal });
    try {
      for (const jobId of ids) watcher.add(jobId, { isNew: context.isNew?.(jobId) });
      let left = ids.length;
      while (left > 0) {
        const update = await watcher.next();
        if (update === undefined) return;
        yield update;
        if (update.type === "lost" || (update.type === "job" && update.isLast)) left -= 1;
      }
    } finally {
      watcher.close();
    }
  }, options.signal);
}
