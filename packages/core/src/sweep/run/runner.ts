import { isQizhiError, type KnownError } from "../../errors/errors.ts";
import { EventQueue, Bell } from "../../async/event-queue.ts";
import { ErrorBudget } from "../../watcher/rules.ts";
import { CreateBackoff } from "./create-backoff.ts";
import type { SweepEvent, SweepResult } from "../record/events.ts";
import { isHalted } from "../record/owner.ts";
import type { HaltReason } from "../record/records.ts";
import { RunChanges } from "./run-changes.ts";
import type { RunnerContext, RunnerParts } from "./run-options.ts";
import type { RunStatus } from "../record/run-status.ts";
import { isRouteAway, sendRun, type SendOutcome } from "./send-run.ts";
import { SweepLimits } from "./sweep-limits.ts";

const allRefusedAfter = 3;
/** The longest time until a runner sees that another process has halted its sweep, in ms. */
const haltCheckMs = 3_000;

/** Runs one sweep: creates its jobs, one at a time, and goes on until all have ended. */
export class Runner {
  readonly #parts: RunnerParts;
  readonly #backoff: CreateBackoff;
  readonly #runs: RunChanges;
  readonly #end = new AbortController();
  /** Aborts when the sweep is left, and when the polls cannot go on. */
  readonly #signal: AbortSignal;
  /** Refused creates in a row while none of the sweep was accepted, be it by an earlier process. */
  #refusedFirst: number;
  #outage: ErrorBudget | undefined;
  readonly #limits: SweepLimits;

  constructor(context: RunnerContext) {
    const { client, journal, options, state } = context;
    this.#refusedFirst = state.runs.some(({ tries }) => tries > 0) ? -Infinity : 0;
    this.#signal = AbortSignal.any([options.signal, this.#end.signal]);
    this.#backoff = new CreateBackoff(client.clock, options.quotaPauseMs ?? 5_000);
    this.#parts = {
      ...context,
      events: new EventQueue(),
      bell: new Bell(client.clock, this.#signal),
      keeping: { journal, platform: client.baseUrl, sweep: state.id },
    };
    this.#limits = new SweepLimits(this.#parts);
    this.#runs = new RunChanges(this.#parts, this.#limits);
  }

  /** Why no more jobs are created; `undefined` while they are. */
  get halted(): HaltReason | undefined {
    return this.#runs.halted;
  }

  /** Whether no more jobs are created until creates of unknown outcome are settled. */
  get isPaused(): boolean {
    return this.#runs.unknown.isPaused;
  }

  /** Goes on until all has ended; see `Sweep.events`. */
  async *run(): AsyncGenerator<SweepEvent, SweepResult> {
    const { options, events, bell } = this.#parts;
    const work = this.#drive().then(
      () => events.end(),
      (error: unknown) => events.end(error),
    );
    if (this.halted !== undefined) this.#runs.watch.stopAll(this.halted);
    void this.#limits.watchTotal();
    // Records of other processes are read in time, whatever the runner waits for.
    const checks = setInterval(() => bell.ring(), haltCheckMs);
    try {
      for (;;) {
        const event = await events.next();
        if (event === undefined) break;
        yield event;
      }
      options.signal.throwIfAborted();
      return this.#toResult();
    } finally {
      this.#limits.lift();
      clearInterval(checks);
      this.#runs.watch.close();
      this.#end.abort(new Error("the sweep has ended"));
      // A create under way has its job, or is known to be one of unknown outcome.
      await work;
      await this.#runs.watch.stops.untilSent();
    }
  }

  /** Creates no more jobs and stops those that there are. */
  halt(reason: HaltReason): void {
    // A person who asked for a stop waits for it without a limit.
    if (reason === "stopped") this.#limits.lift();
    this.#runs.halt(reason);
  }

  /** Creates jobs until none is left to create or to wait for. */
  async #drive(): Promise<void> {
    const signal = this.#signal;
    const isOff = (status: RunStatus) => this.#noteHalt() || this.#runs.isStopped(status);
    const sending = { ...this.#parts, attempts: new Set<string>(), isHalted: isOff, signal };
    while (!signal.aborted) {
      this.#noteHalt();
      this.#runs.endTried();
      this.#runs.unknown.recheck();
      this.#runs.unknown.askNext();
      const next = this.#pick();
      if (next === "done") {
        if (this.#runs.unknown.recheck({ now: true })) continue;
        return;
      }
      if (typeof next === "number") {
        await this.#parts.bell.wait(next);
        continue;
      }
      const sent = await sendRun(sending, next).catch((error: unknown) => this.#toHalted(error));
      // A process that halted the sweep meanwhile does not know of this job, which is stopped at once.
      this.#noteHalt();
      this.#accept(next, sent);
    }
  }

  /** Whether the sweep is halted, be it by another process. */
  #noteHalt(): boolean {
    const { journal, state } = this.#parts;
    if (this.halted === undefined && isHalted(journal, state.id)) this.#runs.haltElsewhere();
    return this.halted !== undefined;
  }

  /** A create that fails for good cuts off no stop of a halted sweep. */
  #toHalted(error: unknown): SendOutcome {
    if (this.halted === undefined || !isQizhiError(error)) throw error;
    this.#parts.events.push({ type: "trouble", error });
    return { result: "halted" };
  }

  /** The run to create now, how long to wait until the next try, or that all is done. */
  #pick(): RunStatus | number | "done" {
    const { waiting, watch, unknown, places } = this.#runs;
    const isIdle = watch.size === 0 && !unknown.isAsking;
    const next = this.halted === undefined ? waiting[0] : undefined;
    if (next === undefined) return isIdle ? "done" : Infinity;
    const can = places.canTake(next);
    if (can === "never") {
      waiting.shift();
      this.#runs.end(next, "refused", "it needs more GPUs than the sweep may use");
      return 0;
    }
    // Only a person can settle unknown runs, be it that they hold places or that they are too many.
    if (can === "later" || this.isPaused) return isIdle ? "done" : Infinity;
    const waitMs = this.#backoff.waitMs(places.taken);
    if (waitMs > 0) return waitMs;
    waiting.shift();
    return next;
  }

  #accept(status: RunStatus, sent: SendOutcome): void {
    if (sent.result === "halted") return void this.#runs.putBack(status);
    const wasAccepted = this.#refusedFirst < 0;
    const isAway =
      sent.result === "unavailable" ||
      (sent.result === "refused" && wasAccepted && isRouteAway(sent.error));
    if (isAway) return this.#postpone(status, sent.error);
    // It says nothing about the other runs, so it does not count towards a halt.
    if (sent.result === "invalid") return this.#runs.end(status, "refused", sent.reason);
    this.#outage = undefined;
    if (sent.result === "unknown") return this.#markUnknown(status, sent.attempt, sent.error);
    const { places, unknown } = this.#runs;
    unknown.endStreak();
    if (sent.result === "created") {
      this.#refusedFirst = -Infinity;
      this.#runs.begin(status, sent.attempt, sent.job.job_id);
      this.#backoff.accepted(places.taken);
    } else if (sent.result === "quota") {
      this.#runs.putBack(status);
      const isNews = this.#backoff.quotaRefused(places.taken);
      if (isNews) this.#parts.events.push({ type: "quota", error: sent.error });
    } else {
      this.#runs.end(status, "refused", sent.error.summary);
      this.#refusedFirst += 1;
      // A reason that refuses the first few runs would refuse the other hundreds, too.
      if (this.#refusedFirst === allRefusedAfter) this.halt("all_refused");
    }
  }

  #markUnknown(status: RunStatus, attempt: string, error: KnownError): void {
    this.#refusedFirst = -Infinity;
    this.#runs.markUnknown(status, attempt, error);
    this.#backoff.accepted(this.#runs.places.taken);
    const { isPaused, streak } = this.#runs.unknown;
    if (isPaused) this.#parts.events.push({ type: "paused", unknown: streak });
  }

  #postpone(status: RunStatus, error: KnownError): void {
    const { client, options, events } = this.#parts;
    const { clock } = client;
    this.#runs.putBack(status);
    if (this.#outage === undefined) events.push({ type: "trouble", error });
    this.#outage ??= new ErrorBudget({ clock, options }, clock.now());
    const isOver = this.#outage.spend(error);
    this.#backoff.unavailable(error);
    if (isOver && this.halted === undefined) throw error;
  }

  #toResult(): SweepResult {
    const { id, plan, runs } = this.#parts.state;
    const { halted, isPaused } = this;
    const limit = this.#limits.reached;
    const isLeft = this.#runs.waiting.length > 0;
    const isBlocked = halted === undefined && limit === undefined && isLeft;
    const { name, variables } = plan;
    return { id, name, variables, runs, halted, isBlocked, isPaused: isPaused && isLeft, limit };
  }
}
