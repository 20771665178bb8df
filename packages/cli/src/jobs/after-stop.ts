import { isQizhiError, type WaitOptions } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import type { SweepState } from "@qizhi/core/sweep";
import type { Connection } from "../terminal/connection.ts";
import type { Messages } from "../messages/en.ts";
import { sayError } from "../errors/cli-error.ts";
import { exitCode } from "../errors/exit-code.ts";
import { untilInterrupted } from "../terminal/signals.ts";
import type { Io } from "../terminal/io.ts";
import { nextSteps } from "./print-outcomes.ts";
import { type StoppedJob, stopJobs, toAfterText, toStandText } from "./stop-jobs.ts";

/** The jobs that were asked to stop and have not ended by themselves. */
function stoppingOf(stops: readonly StoppedJob[]): Map<string, StoppedJob> {
  const stopping = stops.filter(({ error, hasEnded }) => error === undefined && !hasEnded);
  return new Map(stopping.map((stop) => [stop.jobId, stop]));
}

/** Watches stopping jobs: notes how each stands, or why nobody knows, and takes those that are over from `left`. */
async function watchStops(
  { client }: Connection,
  stops: Map<string, StoppedJob>,
  left: Set<string>,
  options: WaitOptions,
): Promise<void> {
  const note = (jobId: string, change: Partial<StoppedJob>) =>
    stops.set(jobId, { ...stops.get(jobId)!, ...change });
  try {
    for await (const update of client.watchJobs(left, options)) {
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
  const waited = stoppingOf(stops);
  const left = new Set(waited.keys());
  const code = await untilInterrupted(
    io,
    async (signal) => {
      await watchStops(connection, waited, left, { timeoutMs, signal, untilReleased: true });
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

/** Stops jobs, and watches briefly for the platform to have done it. @returns each as it was polled last, and in words. */
export async function stopOnInterrupt(
  connection: Connection,
  jobIds: readonly string[],
  t: Messages,
) {
  const stops = await stopJobs(connection, jobIds, { timeoutMs: stopMs });
  const watched = stoppingOf(stops);
  await watchStops(connection, watched, new Set(watched.keys()), { timeoutMs: watchMs });
  return stops.map((stop) => {
    const { after: job } = watched.get(stop.jobId) ?? stop;
    return { isSent: stop.answer === "accepted", job, text: toText(stop, job, t) };
  });
}

function toText(stop: StoppedJob, job: IdentifiedJob | undefined, t: Messages): string {
  const { jobId, error } = stop;
  if (error !== undefined) {
    const failure = t.couldNotStop(jobId, sayError(error, t).summary);
    return [failure, toStandText(stop, t) ?? []].flat().join("\n");
  }
  return job === undefined ? t.stop.unseen(jobId) : toAfterText(job, t);
}
