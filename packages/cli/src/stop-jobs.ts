import type { QizhiError } from "@qizhi/core";
import { classifyStatus, isQizhiError, systemClock } from "@qizhi/core";
import type { Connection } from "./connect.ts";
import { exitCode } from "./exit-code.ts";
import { untilInterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import type { SeenJob } from "./job-times.ts";
import { toSeenJob } from "./job-output.ts";
import { nextSteps } from "./wait-for-jobs.ts";

/** A job that is to be stopped, and what became of it. */
export interface Stop {
  readonly jobId: string;
  /** The job before the stop. */
  before?: SeenJob;
  isSent: boolean;
  /** The raw status after it, where that was waited for. */
  after?: string | undefined;
  error?: QizhiError;
}

/** Looks at a job before it is stopped. */
export async function lookBefore(connection: Connection, jobId: string): Promise<Stop> {
  try {
    const before = toSeenJob(connection, await connection.client.getJob(jobId));
    return { jobId, before, isSent: false };
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    return { jobId, isSent: false, error };
  }
}

/** Whether a stop does something: the job is active, or still holds nodes. */
export function canStop({ report: { status } }: SeenJob): boolean {
  const { isTerminal, holdsNodes } = classifyStatus(status);
  return !isTerminal || holdsNodes;
}

/** Sends a stop where it does something. */
export async function sendStop({ client }: Connection, entry: Stop): Promise<void> {
  const { jobId, before } = entry;
  if (before === undefined || !canStop(before)) return;
  try {
    await client.stopJob(jobId);
    entry.isSent = true;
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    const now = await client.getJob(jobId).catch(() => undefined);
    const { phase, isTerminal, holdsNodes } = classifyStatus(now?.status);
    const isLost = error.code === "connection" || error.code === "response";
    if (isLost && (phase === "stopped" || now?.status === "job_stopping")) {
      // Only the answers were lost: the stop worked.
      entry.isSent = true;
      entry.after = now?.status;
    } else if (isTerminal && !holdsNodes) {
      // It ended between the look and the stop, and then there is nothing to stop.
      entry.before = { ...before, report: { ...before.report, status: now?.status } };
    } else entry.error = error;
  }
}

/**
 * Waits until jobs have really stopped and their nodes are free.
 * @returns the exit code when the wait was cut short, else `false`.
 */
export async function untilStopped(
  connection: Connection,
  stops: readonly Stop[],
  timeoutMs: number | undefined,
  io: Io,
): Promise<number | false> {
  const sent = stops.filter(({ isSent }) => isSent);
  const code = await untilInterrupted(
    io,
    async (signal) => {
      await Promise.all(sent.map((each) => untilFree(connection, each, { timeoutMs, signal })));
      return exitCode.ok;
    },
    () => {
      const open = sent.filter(({ after }) => after === undefined).map(({ jobId }) => jobId);
      return `${io.t.stop.interrupted}\n${nextSteps(open, io.t.toWait, io.t)}`;
    },
  );
  return code === exitCode.ok ? false : code;
}

/** Until the job has ended and its nodes are free. */
async function untilFree(
  { client }: Connection,
  entry: Stop,
  { timeoutMs = Infinity, signal }: { timeoutMs?: number | undefined; signal: AbortSignal },
): Promise<void> {
  const deadline = systemClock.now() + timeoutMs;
  try {
    for (;;) {
      const leftMs = deadline - systemClock.now();
      const { status } = await client.waitForJob(entry.jobId, {
        signal,
        ...(Number.isFinite(leftMs) && { timeoutMs: Math.max(0, leftMs) }),
      });
      if (!classifyStatus(status).holdsNodes) {
        entry.after = status;
        return;
      }
      await systemClock.sleep(Math.max(0, Math.min(2_000, deadline - systemClock.now())), signal);
    }
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    entry.error = error;
  }
}
