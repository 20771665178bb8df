import type { IdentifiedJob } from "@qizhi/core/internal";
import { isQizhiError } from "@qizhi/core";
import type { Connection } from "../terminal/connection.ts";
import type { Messages } from "../messages/en.ts";
import { sayError } from "../errors/cli-error.ts";
import { type StoppedJob, stopJobs, toAfterText, toStandText } from "./stop-jobs.ts";

const stopMs = 30_000;
// A job ends some seconds after its stop.
const watchMs = 15_000;

/** The outcome of a stop after an interrupt. */
export interface InterruptedJob {
  readonly isSent: boolean;
  /** The job as it was polled last, where it was. */
  readonly job: IdentifiedJob | undefined;
  /** The same in words. */
  readonly text: string;
}

/** Stops jobs, and watches briefly for the platform to have done it. */
export async function stopOnInterrupt(
  connection: Connection,
  jobIds: readonly string[],
  t: Messages,
): Promise<InterruptedJob[]> {
  const stops = await stopJobs(connection, jobIds, { timeoutMs: stopMs });
  const open = stops.filter(({ error, hasEnded }) => error === undefined && !hasEnded);
  const jobs = await watchBriefly(
    connection,
    open.map(({ jobId }) => jobId),
  );
  return stops.map((stop) => {
    const job = jobs.get(stop.jobId) ?? stop.after;
    return { isSent: stop.answer === "accepted", job, text: toText(stop, job, t) };
  });
}

async function watchBriefly(
  { client }: Connection,
  jobIds: readonly string[],
): Promise<Map<string, IdentifiedJob>> {
  const jobs = new Map<string, IdentifiedJob>();
  try {
    for await (const update of client.watchJobs(jobIds, { timeoutMs: watchMs })) {
      if (update.type === "job") jobs.set(update.jobId, update.job);
    }
  } catch (error) {
    // The stops were sent; this watch only reports.
    if (!isQizhiError(error)) throw error;
  }
  return jobs;
}

function toText(stop: StoppedJob, job: IdentifiedJob | undefined, t: Messages): string {
  const { jobId, error } = stop;
  if (error !== undefined) {
    const failure = t.couldNotStop(jobId, sayError(error, t).summary);
    return [failure, toStandText(stop, t) ?? []].flat().join("\n");
  }
  return job === undefined ? t.stop.unseen(jobId) : toAfterText(job, t);
}
