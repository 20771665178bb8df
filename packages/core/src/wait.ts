import type { Clock } from "./clock.ts";
import { formatDuration } from "./duration.ts";
import type { QizhiError } from "./errors.ts";
import { WaitLostError } from "./errors.ts";
import type { IdentifiedJob } from "./job-id.ts";
import type { Phase } from "./phase.ts";
import { classifyStatus } from "./phase.ts";
import { pollIntervalMs } from "./poll-interval.ts";
import { nextLimit, toTimeout } from "./wait-limit.ts";
import { isNotKnownYet, isTolerable, lookTimeoutMs, toRetryAfter } from "./wait-rules.ts";

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

/** What a wait needs of its client. */
export interface WaitContext {
  getJob(
    jobId: string,
    options: {
      signal?: AbortSignal | undefined;
      timeoutMs?: number | undefined;
      /** A pause that the platform asked for must not hold a wait past its end. */
      turnTimeoutMs?: number | undefined;
    },
  ): Promise<IdentifiedJob>;
  readonly clock: Clock;
  /** Deadline of one look with its retries, in ms. */
  readonly callTimeoutMs: number;
  /** When this client made the job, on its clock. */
  readonly createdAt: number | undefined;
}

/**
 * Looks at a job until its outcome is known, quickly at first, then in growing pauses. The signal ends a
 * look or a pause at once; the job goes on.
 * @returns the job as it was when it ended.
 * @throws {WaitTimeoutError} a limit was reached; the job goes on.
 * @throws {WaitLostError} the platform was out of reach for longer than the error budget.
 */
export async function* lookUntilEnd(
  context: WaitContext,
  jobId: string,
  options: WaitOptions,
): AsyncGenerator<JobUpdate, IdentifiedJob> {
  const { clock } = context;
  const { signal, errorBudgetMs = 600_000 } = options;
  const startedAt = clock.now();
  let changedAt = startedAt;
  let seen: Seen | undefined;
  let troubleSince: number | undefined;
  let failures = 0;

  for (;;) {
    let retryAfterMs = 0;
    // Taken before the look, so that a limit never passes without a last look after it.
    const lookedAt = clock.now();
    const isQueued = () => seen === undefined || seen.phase === "queued";
    const lostAt = troubleSince === undefined ? Infinity : troubleSince + errorBudgetMs;
    const endsAt = Math.min(nextLimit(options, startedAt, isQueued())?.at ?? Infinity, lostAt);
    const timeoutMs = lookTimeoutMs(context.callTimeoutMs, endsAt - lookedAt);
    try {
      const job = await context.getJob(jobId, { signal, timeoutMs, turnTimeoutMs: timeoutMs });
      if (troubleSince !== undefined) {
        yield { type: "recovered", afterMs: clock.now() - troubleSince };
        troubleSince = undefined;
        failures = 0;
      }
      const look = toSeen(job);
      // A message may change at every look, such as the place in the queue: no reason for haste.
      if (look.stage !== seen?.stage) changedAt = clock.now();
      const isNew = look.stage !== seen?.stage || look.message !== seen.message;
      seen = look;
      const { phase, isTerminal } = look;
      if (isNew || options.everyLook) yield { type: "job", job, phase, isTerminal };
      if (isTerminal) return job;
    } catch (error) {
      signal?.throwIfAborted();
      const isKnown = seen !== undefined || context.createdAt !== undefined;
      if (!isTolerable(error, isKnown)) {
        const { createdAt } = context;
        if (createdAt === undefined || !isNotKnownYet(error, clock.now() - createdAt)) throw error;
      } else {
        failures += 1;
        retryAfterMs = toRetryAfter(error, failures);
        if (troubleSince === undefined) yield { type: "trouble", error };
        troubleSince ??= lookedAt;
        const outFor = clock.now() - troubleSince;
        if (outFor >= errorBudgetMs) throw new WaitLostError(jobId, formatDuration(outFor), error);
      }
    }
    const limit = nextLimit(options, startedAt, isQueued());
    if (limit !== undefined && lookedAt >= limit.at) throw toTimeout(jobId, limit, seen?.status);
    const now = clock.now();
    const pause = pollIntervalMs(now - startedAt, now - changedAt, options);
    const left = Math.min(limit?.at ?? Infinity, (troubleSince ?? Infinity) + errorBudgetMs) - now;
    await clock.sleep(Math.max(0, Math.min(Math.max(pause, retryAfterMs), left)), signal);
  }
}

/** What a look told. */
interface Seen {
  readonly status: string | undefined;
  readonly phase: Phase;
  readonly isTerminal: boolean;
  /** Status and round in one text. */
  readonly stage: string;
  readonly message: string | undefined;
}

function toSeen(job: IdentifiedJob): Seen {
  const { status, sub_msg: message, current_running_round: round } = job;
  const { phase, isTerminal } = classifyStatus(status);
  return { status, phase, isTerminal, stage: JSON.stringify([status, round]), message };
}
