import type { IdentifiedJob } from "@qizhi/core/internal";
import { isQizhiError } from "@qizhi/core";
import type { SweepState } from "@qizhi/core/sweep";
import type { Connection } from "../terminal/connection.ts";
import type { Messages } from "../messages/en.ts";
import { sayError } from "../errors/cli-error.ts";
import { exitCode } from "../errors/exit-code.ts";
import { untilInterrupted } from "../terminal/signals.ts";
import type { Io } from "../terminal/io.ts";
import { nextSteps } from "./print-outcomes.ts";
import { type StoppedJob, stopJobs, toAfterText, toStandText } from "./stop-jobs.ts";

/** Whether a job was asked to stop and has not ended by itself. */
function isStopping({ error, hasEnded }: StoppedJob): boolean {
  return error === undefined && !hasEnded;
}

/**
 * Waits until the jobs that were asked to stop have ended and their nodes are free.
 * @param sweeps those that were stopped as a whole.
 * @returns how they stand then, and the exit code where the wait was cut short.
 */
export async function untilStopped(
  connection: Connection,
  stops: readonly StoppedJob[],
  timeoutMs: number | undefined,
  io: Io,
  sweeps: readonly SweepState[],
): Promise<{ readonly stops: StoppedJob[]; readonly cutShort: number | undefined }> {
  const open = stops.filter(isStopping);
  const waited = new Map(open.map((stop) => [stop.jobId, stop]));
  const left = new Set(waited.keys());
  const note = (jobId: string, change: Partial<StoppedJob>) => {
    const stop = waited.get(jobId);
    if (stop) waited.set(jobId, { ...stop, ...change });
  };
  const code = await untilInterrupted(
    io,
    async (signal) => {
      const watch = { timeoutMs, signal, untilReleased: true };
      try {
        for await (const update of connection.client.watchJobs(left, watch)) {
          if (update.type === "lost") note(update.jobId, { error: update.error });
          else if (update.type === "job") note(update.jobId, { after: update.job });
          if (update.type === "lost" || (update.type === "job" && update.isLast)) {
            left.delete(update.jobId);
          }
        }
      } catch (error) {
        if (!isQizhiError(error)) throw error;
        // What became of the stops is told all the same.
        for (const jobId of left) note(jobId, { error });
      }
      return exitCode.ok;
    },
    () =>
      `${io.t.stop.interrupted}\n${nextSteps(connection, [...left], io.t.toWait, io.t, sweeps)}`,
  );
  return {
    stops: stops.map((stop) => waited.get(stop.jobId) ?? stop),
    cutShort: code === exitCode.ok ? undefined : code,
  };
}

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
  const open = stops.filter(isStopping);
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
