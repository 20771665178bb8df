import type { Changes } from "./changes.ts";
import { hasEnded } from "./job-record.ts";
import { toView, type LocalJobView } from "./job-view.ts";
import type { JobsTable } from "./jobs-table.ts";
import type { Lifecycle } from "./lifecycle.ts";

/** Resolves once a job has one of the statuses; rejects when it never can. */
export async function waitForStatus(
  parts: { table: JobsTable; lifecycle: Lifecycle; changes: Changes },
  jobId: string,
  statuses: readonly string[],
): Promise<LocalJobView> {
  for (;;) {
    const job = parts.table.get(jobId);
    if (!job) throw new Error(`The local platform has no job ${jobId}.`);
    if (statuses.includes(job.status)) return toView(job, parts.lifecycle.explainWait(job));
    if (hasEnded(job)) {
      const reason = job.subMsg && ` (${job.subMsg})`;
      throw new Error(
        `Job ${jobId} ended as ${job.status}${reason}, not as ${statuses.join(", ")}.`,
      );
    }
    await parts.changes.next();
  }
}
