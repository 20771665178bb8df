import { isQizhiError } from "@qizhi/core";
import type { Connection } from "../terminal/connection.ts";
import { exitCode } from "../errors/exit-code.ts";
import { untilInterrupted } from "../terminal/signals.ts";
import type { Io } from "../terminal/io.ts";
import type { StoppedJob } from "./stop-jobs.ts";
import { nextSteps } from "./print-outcomes.ts";

/**
 * Waits until the jobs that were asked to stop have ended and their nodes are free.
 * @returns how they stand then, and the exit code where the wait was cut short.
 */
export async function untilStopped(
  connection: Connection,
  stops: readonly StoppedJob[],
  timeoutMs: number | undefined,
  io: Io,
): Promise<{ readonly stops: StoppedJob[]; readonly cutShort: number | undefined }> {
  const open = stops.filter(({ error, hasEnded }) => error === undefined && !hasEnded);
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
    () => `${io.t.stop.interrupted}\n${nextSteps(connection, [...left], io.t.toWait, io.t)}`,
  );
  return {
    stops: stops.map((stop) => waited.get(stop.jobId) ?? stop),
    cutShort: code === exitCode.ok ? undefined : code,
  };
}
