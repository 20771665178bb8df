import { type ClientEvent, type JobReport, type KnownError, WaitTimeoutError } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { leftMs as toLeftMs } from "../inputs/inputs.ts";
import { seenAt } from "./stop.ts";
import { createProgress, type LastSeen } from "./progress.ts";
import type { FoundJob, JobParts } from "./find-job.ts";

// Core's jitter takes something off a pause; the promised interval is the least.
const jitterShare = 0.9;
// A last poll of a silent platform must not hold the step.
const lastPollMs = 4_000;

interface WaitParts extends JobParts {
  readonly lastSeen: LastSeen;
  readonly guard: LoginGuard;
  readonly onJob: (job: IdentifiedJob, report: JobReport) => void;
}

/**
 * Waits for the job's end and logs how it goes.
 * @throws {WaitTimeoutError} a limit was reached, also by a platform that never answers.
 * @throws {KnownError} the platform refuses every new token, or was out of reach for too long.
 * @throws the cancel's reason when the run is cancelled.
 */
export async function waitForEnd(
  { job: { job_id: jobId }, createdAtMs }: FoundJob,
  parts: WaitParts,
): Promise<IdentifiedJob> {
  const { client, inputs, cancel, secrets, log, guard } = parts;
  const leftMs = Math.max(1, toLeftMs(parts));
  const late = new AbortController();
  const lateMs = leftMs + lastPollMs;
  // A timer takes 24.8 days at most; a wait without a limit has none.
  const lateTimer = lateMs < 2 ** 31 ? setTimeout(() => late.abort(), lateMs) : undefined;
  const progress = createProgress({
    print: log.line,
    now: () => performance.now(),
    heartbeatMs: inputs.heartbeatMs,
    lastSeen: parts.lastSeen,
  });
  const heart = setInterval(progress.tick, Math.min(1_000, inputs.heartbeatMs));
  let status: string | undefined;
  let trouble: KnownError | undefined;
  try {
    return await client.waitForJob(jobId, {
      timeoutMs: Number.isFinite(leftMs) ? leftMs : undefined,
      queueTimeoutMs: inputs.queueTimeoutMs,
      errorBudgetMs: inputs.errorBudgetMs,
      minIntervalMs: inputs.pollIntervalMs / jitterShare,
      everyPoll: true,
      lastSeen: seenAt(createdAtMs),
      signal: AbortSignal.any([cancel.signal, late.signal, guard.signal]),
      onUpdate(update) {
        if (update.type === "trouble") trouble = update.error;
        if (update.type !== "job") return progress.update(update);
        guard.noteAnswer();
        const job = secrets.redactAll(update.job);
        const { phase, stages } = update.report;
        const report = { ...secrets.redactAll(update.report), phase, stages };
        status = job.status;
        parts.onJob(job, report);
        progress.update({ ...update, report });
      },
    });
  } catch (error) {
    if (cancel.signal.aborted) throw error;
    if (guard.signal.aborted && trouble !== undefined) throw trouble;
    if (!late.signal.aborted) throw error;
    throw new WaitTimeoutError({ jobId, limit: "total", limitMs: leftMs, status });
  } finally {
    clearInterval(heart);
    clearTimeout(lateTimer);
  }
}

// One login renews a token that expired, a second and a third allow for bad luck.
const mostLogins = 3;

/** Ends a wait whose every new token is refused: logging in all day helps nobody. */
export type LoginGuard = ReturnType<typeof createLoginGuard>;

export function createLoginGuard() {
  const controller = new AbortController();
  let logins = 0;
  return {
    /** Aborts after {@link mostLogins} logins without an answer in between. */
    signal: controller.signal,
    /** To be told of every event of the client. */
    note(event: ClientEvent): void {
      if (event.type !== "login") return;
      logins += 1;
      if (logins > mostLogins) controller.abort();
    },
    /** To be told of every poll that was answered. */
    noteAnswer(): void {
      logins = 0;
    },
  };
}
