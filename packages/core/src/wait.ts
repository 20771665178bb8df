import type { IdentifiedJob } from "./client.ts";
import type { Clock } from "./clock.ts";
import { formatDuration } from "./duration.ts";
import type { QizhiError } from "./errors.ts";
import { ApiError, WaitLostError, WaitTimeoutError } from "./errors.ts";
import { isPassing } from "./http/retry.ts";
import type { Phase } from "./phase.ts";
import { classifyStatus } from "./phase.ts";
import { pollIntervalMs } from "./poll-interval.ts";

/** How to wait for a job. */
export interface WaitOptions {
  /** Longest whole wait in ms. @default none */
  timeoutMs?: number | undefined;
  /** Longest time in ms that the job may stay queued while it is waited for. @default none */
  queueTimeoutMs?: number | undefined;
  /** How long the platform may be out of reach before the wait gives up, in ms. @default 600000 */
  errorBudgetMs?: number | undefined;
  /** Shortest pause between two looks in ms; pauses grow from here to a minute. @default 1000 */
  minIntervalMs?: number | undefined;
  /** Yields every look, also where nothing changed; for a live view. @default false */
  everyLook?: boolean | undefined;
  /** Ends the wait within 100 ms with the signal's own reason. The job goes on. */
  signal?: AbortSignal | undefined;
}

/** Something that happened in a wait. */
export type JobUpdate =
  /** The job was seen, and its status, round or message is new. */
  | { type: "job"; job: IdentifiedJob; phase: Phase; isTerminal: boolean }
  /** The platform cannot be asked; told once, the wait goes on. */
  | { type: "trouble"; error: QizhiError }
  /** The platform can be asked again. */
  | { type: "recovered"; afterMs: number };

// New jobs may be known to the detail call a little late (wire-facts 5).
const notFoundGraceMs = 30_000;
const notFoundCodes = new Set([100002, 100003, 100004]);

/** What a wait needs of its client. */
export interface WaitContext {
  getJob(
    jobId: string,
    options: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined },
  ): Promise<IdentifiedJob>;
  clock: Clock;
  /** When this client made the job, on its clock. */
  createdAt: number | undefined;
}

/**
 * Looks at a job until its outcome is known, quickly at first, then in growing pauses.
 * @returns the job as it was when it ended.
 * @throws {WaitTimeoutError} a limit was reached; the job goes on.
 * @throws {WaitLostError} the platform was out of reach for longer than the error budget.
 */
export async function* watchJob(
  context: WaitContext,
  jobId: string,
  options: WaitOptions,
): AsyncGenerator<JobUpdate, IdentifiedJob> {
  const { clock } = context;
  const { signal } = options;
  const startedAt = clock.now();
  let changedAt = startedAt;
  let seen = "";
  let status: string | undefined;
  let isQueued = true;
  let troubleSince: number | undefined;

  for (;;) {
    // Taken before the look, so that a limit never passes without a last look after it.
    const lookedAt = clock.now();
    const timeoutMs = lookTimeoutMs(nextLimit(options, startedAt, isQueued), lookedAt);
    try {
      const job = await context.getJob(jobId, { signal, timeoutMs });
      if (troubleSince !== undefined) {
        yield { type: "recovered", afterMs: clock.now() - troubleSince };
        troubleSince = undefined;
      }
      status = job.status;
      const { phase, isTerminal } = classifyStatus(status);
      isQueued = phase === "queued";
      const now = JSON.stringify([status, job.current_running_round, job.sub_msg]);
      const isNew = now !== seen;
      if (isNew) [seen, changedAt] = [now, clock.now()];
      if (isNew || options.everyLook) yield { type: "job", job, phase, isTerminal };
      if (isTerminal) return job;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTolerable(error, context)) throw error;
      troubleSince ??= yield* tellTrouble(error, lookedAt);
      const outFor = clock.now() - troubleSince;
      if (outFor >= (options.errorBudgetMs ?? 600_000)) {
        throw new WaitLostError(jobId, formatDuration(outFor), error);
      }
    }
    const limit = nextLimit(options, startedAt, isQueued);
    if (limit !== undefined && lookedAt >= limit.at) {
      throw new WaitTimeoutError({
        jobId,
        limit: limit.name,
        limitMs: limit.ms,
        limitText: formatDuration(limit.ms),
        status,
      });
    }
    const pause = pollIntervalMs(clock.now() - startedAt, clock.now() - changedAt, options);
    const left = limit === undefined ? Infinity : Math.max(0, limit.at - clock.now());
    await clock.sleep(Math.min(pause, left), signal);
  }
}

function* tellTrouble(error: QizhiError, since: number): Generator<JobUpdate, number> {
  yield { type: "trouble", error };
  return since;
}

function isTolerable(error: unknown, { clock, createdAt }: WaitContext): error is QizhiError {
  if (isPassing(error)) return true;
  const isNew = createdAt !== undefined && clock.now() - createdAt < notFoundGraceMs;
  return isNew && error instanceof ApiError && notFoundCodes.has(error.platformCode ?? 0);
}

// A silent platform must not hold the wait past its limit; the last look gets 5 s.
function lookTimeoutMs(limit: Limit | undefined, now: number): number | undefined {
  return limit === undefined ? undefined : Math.min(120_000, Math.max(5_000, limit.at - now));
}

interface Limit {
  name: "queue" | "total";
  at: number;
  ms: number;
}

function nextLimit(options: WaitOptions, startedAt: number, isQueued: boolean): Limit | undefined {
  const limits: Limit[] = [];
  const { timeoutMs, queueTimeoutMs } = options;
  if (timeoutMs !== undefined) {
    limits.push({ name: "total", at: startedAt + timeoutMs, ms: timeoutMs });
  }
  if (queueTimeoutMs !== undefined && isQueued) {
    limits.push({ name: "queue", at: startedAt + queueTimeoutMs, ms: queueTimeoutMs });
  }
  return limits.toSorted((a, b) => a.at - b.at)[0];
}
