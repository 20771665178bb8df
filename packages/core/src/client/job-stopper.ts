import { backoff, isReasonOf } from "../async/clock.ts";
import {
  ApiError,
  AuthError,
  ConnectionError,
  isQizhiError,
  type KnownError,
  ResponseError,
} from "../errors/errors.ts";
import { trustId } from "../errors/call-errors.ts";
import { makeCall } from "../calls/call.ts";
import type { CallContext, CallSettings } from "../calls/call-context.ts";
import { hadNoEffect, isPassing, mayHaveHadEffect } from "../calls/retry.ts";
import type { IdentifiedJob } from "../jobs/job-id.ts";
import type { Lane } from "../calls/limiter.ts";
import { operations } from "../calls/operations.ts";
import { canStop, classifyJob, classifyStatus, isStopping } from "../jobs/phase.ts";
import { notFoundGraceMs, saysNotFound } from "../watcher/rules.ts";
import { readLastSeen } from "../watcher/updates.ts";
import type { JobStop, StopOptions, StopResult } from "./client.ts";

/** How a stop reaches the platform. */
export interface StopContext extends CallContext {
  readonly getJob: (jobId: string, settings: CallSettings) => Promise<IdentifiedJob>;
  /** Whether this client has just created a job, which the platform may not know yet. */
  readonly isNew: (jobId: string) => boolean;
}

// A job that is seconds old may refuse to be stopped (wire 5).
const longestRefusalMs = 30_000;
const pauseMs = backoff(400, 8_000);
const shortestTryMs = 500;

/**
 * Stops one job. Each failed try is followed by a poll, which may show what the answer did not: that the stop
 * worked and its answer was lost, or that the job had ended. Another try follows in growing pauses: for half a
 * minute where it is refused while the job is active, as long as the time lasts where the platform cannot be
 * reached, and as often as any call where its answer is none.
 */
export class JobStopper {
  readonly #context: StopContext;
  readonly #jobId: string;
  readonly #options: StopOptions;
  readonly #timeoutMs: number;
  readonly #pollMs: number;
  #deadline: number | undefined;
  #before: IdentifiedJob | undefined;
  #seen: { readonly job: IdentifiedJob; readonly at: number } | undefined;
  #isSent = false;
  #mayHaveWorked = false;
  #refusedSince: number | undefined;
  #failure: KnownError | undefined;

  constructor(context: StopContext, jobId: string, options: StopOptions) {
    this.#context = context;
    this.#jobId = jobId;
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? context.callTimeoutMs;
    // A stop whose answer was lost needs time for a poll.
    this.#pollMs = Math.min(10_000, Math.max(1_000, this.#timeoutMs / 5));
  }

  /** @throws {QizhiError} it could not be stopped in time: the failure of the last try. */
  async run(): Promise<StopResult> {
    try {
      return await this.#run();
    } catch (error) {
      throw this.#seen === undefined ? error : trustId(error);
    }
  }

  /** {@link JobStopper.run} that does not reject. */
  async settle(): Promise<JobStop> {
    try {
      return await this.run();
    } catch (thrown) {
      return {
        jobId: this.#jobId,
        outcome: "failed",
        error: thrown instanceof Error ? thrown : new Error(String(thrown)),
        isSent: this.#isSent,
        mayHaveWorked: this.#mayHaveWorked,
        seen: this.#seen?.job,
        seenAtMs: this.#seen?.at,
      };
    }
  }

  async #run(): Promise<StopResult> {
    const { pollFirst = false } = this.#options;
    if (pollFirst) {
      const { job } = await this.#poll("usual");
      this.#before = job;
      if (job && isStopping(job.status)) return this.#toResult("stopping", false);
      if (job && !canStop(job.status)) return this.#toResult("ended", false);
    }
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#send();
      if (failure === undefined) return this.#accepted();
      // A stop that was one request too many did nothing, and its poll would take the turn of another stop.
      const isTooMany = !this.#mayHaveWorked && failure instanceof ApiError && hadNoEffect(failure);
      const { job, error } = isTooMany ? {} : await this.#poll("urgent");
      const result = job && this.#readFailed(job);
      if (result) return result;
      await this.#pause(attempt, failure, error);
    }
  }

  /** @returns why the stop failed. @throws where another try cannot help. */
  async #send(): Promise<KnownError | undefined> {
    const { clock } = this.#context;
    const leftMs = this.#leftMs();
    const timeoutMs = Math.max(shortestTryMs, Math.min(leftMs, this.#timeoutMs) - this.#pollMs);
    const attemptTimeoutMs = Math.max(shortestTryMs, this.#timeoutMs * 0.4);
    const { signal } = this.#options;
    let isUnderWay = false;
    try {
      const body = { job_id: this.#jobId };
      await makeCall(this.#context, operations.stop, body, {
        signal,
        turn: "urgent",
        turnTimeoutMs: leftMs,
        timeoutMs,
        attemptTimeoutMs,
        maxAttempts: 1,
        beforeSend: () => {
          isUnderWay = true;
          this.#deadline ??= clock.now() + this.#timeoutMs;
        },
      });
      return undefined;
    } catch (error) {
      // Where no login was possible, nothing was sent that the time could count from.
      this.#deadline ??= clock.now() + this.#timeoutMs;
      if (isReasonOf(signal, error)) {
        // What was under way may have arrived.
        this.#isSent ||= isUnderWay;
        this.#mayHaveWorked ||= isUnderWay;
        throw error;
      }
      this.#isSent ||= hasReached(error);
      if (!isQizhiError(error)) throw error;
      this.#mayHaveWorked ||= mayHaveHadEffect(error, operations.stop.name);
      if (!isWorthATry(error)) throw error;
      // A try that was not sent, or had less than its whole time, says less than the try before.
      const isCut = timeoutMs < attemptTimeoutMs;
      const saysLess =
        error instanceof ConnectionError && (!error.sent || (error.reason === "TIMEOUT" && isCut));
      this.#failure = saysLess ? (this.#failure ?? error) : error;
      return this.#failure;
    }
  }

  /** Polls the job once; a stop does not wait for a platform that answers late. */
  async #poll(turn: Lane): Promise<{ job?: IdentifiedJob; error?: unknown }> {
    const { signal } = this.#options;
    try {
      const job = await this.#context.getJob(this.#jobId, {
        signal,
        turn,
        turnTimeoutMs: Math.max(this.#pollMs, this.#leftMs()),
        timeoutMs: this.#pollMs,
        maxAttempts: 1,
      });
      this.#seen = { job, at: Date.now() };
      return { job };
    } catch (error) {
      signal?.throwIfAborted();
      return { error };
    }
  }

  /** The platform took the stop. A poll reads the state of a job that could not be seen before. */
  async #accepted(): Promise<StopResult> {
    if (this.#before !== undefined || !this.#options.pollFirst) {
      const hasEnded = this.#before && classifyJob(this.#before).phase === "ended";
      return this.#toResult(hasEnded ? "ended" : "stopping", true);
    }
    const { job } = await this.#poll("urgent");
    const { phase, isTerminal } = classifyStatus(job?.status);
    const outcome = phase === "stopped" ? "stopped" : isTerminal ? "ended" : "stopping";
    return this.#toResult(outcome, true, job);
  }

  /** What a job's state says about a stop whose answer was no success; nothing while the job is active. */
  #readFailed(job: IdentifiedJob): StopResult | undefined {
    const isSent = this.#mayHaveWorked;
    if (isStopping(job.status)) return this.#toResult("stopping", isSent, job);
    if (canStop(job.status) && classifyJob(job).phase !== "ended") return undefined;
    const isStopped = isSent && classifyStatus(job.status).phase === "stopped";
    return this.#toResult(isStopped ? "stopped" : "ended", isStopped, job);
  }

  /** Sleeps before the next try. @throws the failure, where there is no other try. */
  async #pause(attempt: number, failure: KnownError, pollError: unknown): Promise<void> {
    const { clock, onEvent, maxAttempts } = this.#context;
    const now = clock.now();
    const delayMs = pauseMs(attempt);
    if (this.#leftMs() < delayMs + shortestTryMs + 1_000) throw failure;
    if (isBrokenAnswer(failure) && attempt >= maxAttempts) throw failure;
    if (!isPassing(failure)) {
      this.#refusedSince ??= now;
      const isLate = now + delayMs >= this.#refusedSince + longestRefusalMs;
      if (isLate || this.#saysNotFound(pollError)) throw failure;
    }
    onEvent({ type: "retry", operation: operations.stop.name, attempt, delayMs, error: failure });
    await clock.sleep(delayMs, this.#options.signal);
  }

  /** The rest of the time, which counts from the first try. */
  #leftMs(): number {
    return (this.#deadline ?? Infinity) - this.#context.clock.now();
  }

  #saysNotFound(error: unknown): boolean {
    if (!(error instanceof ApiError) || !saysNotFound(error)) return false;
    return this.#seen === undefined && !this.#isYoung();
  }

  #isYoung(): boolean {
    if (this.#context.isNew(this.#jobId)) return true;
    const { atMs } = readLastSeen(this.#options, this.#jobId) ?? {};
    return atMs !== undefined && Date.now() - atMs < notFoundGraceMs;
  }

  #toResult(
    outcome: StopResult["outcome"],
    isSent: boolean,
    after?: IdentifiedJob | undefined,
  ): StopResult {
    return { jobId: this.#jobId, outcome, isSent, before: this.#before, after };
  }
}

/** Whether a stop that failed was sent, as far as it is known. */
function hasReached(error: unknown): boolean {
  if (error instanceof AuthError) return error.reason === "token_refused";
  if (!isQizhiError(error) || !("call" in error)) return false;
  const isUnsent = error instanceof ConnectionError && !error.sent;
  return error.call.operation === operations.stop.name && !isUnsent;
}

/** A redirect, a page or cut-off JSON where an answer should be: no outage that passes with time. */
function isBrokenAnswer(error: KnownError): boolean {
  return error instanceof ResponseError && error.status < 400;
}

/** Whether a poll and another try may help: not where the way to the platform or the login is wrong. */
function isWorthATry(error: KnownError): boolean {
  return error instanceof ApiError || error instanceof ResponseError || isPassing(error);
}
