import { ApiError, type QizhiError } from "../errors.ts";
import { createEventQueue, type EventQueue } from "../event-queue.ts";
import { type Bell, createBell } from "../bell.ts";
import type { SweepEvent, SweepResult } from "./events.ts";
import { createGate, type Gate } from "./gate.ts";
import { createHaltCheck, haltCheckMs } from "./halt.ts";
import type { HaltReason } from "./records.ts";
import { RunChanges, type RunnerContext } from "./run-changes.ts";
import type { RunStatus } from "./run-status.ts";
import { sendRun, type Sent } from "./send-run.ts";

const createGraceMs = 5_000;
const allRefusedAfter = 3;

/** Runs one sweep: makes its jobs, one create at a time, and goes on until all have ended. */
export class Runner {
  readonly #context: RunnerContext;
  readonly #events: EventQueue<SweepEvent> = createEventQueue();
  readonly #bell: Bell;
  readonly #gate: Gate;
  readonly #runs: RunChanges;
  readonly #create = new AbortController();
  readonly #end = new AbortController();
  /** Aborts when the sweep is left, and when the looks cannot go on. */
  readonly #signal: AbortSignal;
  /** Refused creates in a row while none was taken. */
  #refusedFirst = 0;
  #unreachableSince: number | undefined;

  constructor(context: RunnerContext) {
    const { client, options } = context;
    this.#context = context;
    this.#signal = AbortSignal.any([options.signal, this.#end.signal]);
    this.#bell = createBell(client.clock, this.#signal);
    this.#gate = createGate(client.clock, options.quotaPauseMs ?? 5_000);
    this.#runs = new RunChanges(context, this.#events, this.#bell);
  }

  /** Why no more jobs are made; `undefined` while they are. */
  get halted(): HaltReason | undefined {
    return this.#runs.halted;
  }

  /** Goes on until all has ended; see `Sweep.events`. */
  async *run(): AsyncGenerator<SweepEvent, SweepResult> {
    const work = this.#drive().then(
      () => this.#events.end(),
      (error: unknown) => this.#events.end(error),
    );
    if (this.halted !== undefined) this.#runs.watch.stopAll();
    try {
      for (;;) {
        const event = await this.#events.next();
        if (event === undefined) break;
        yield event;
      }
      this.#context.options.signal.throwIfAborted();
      return this.#toResult();
    } finally {
      this.#runs.watch.close();
      this.#end.abort(new Error("the sweep has ended"));
      await this.#leave(work);
    }
  }

  /** Makes no more jobs and stops those that there are. */
  halt(reason: HaltReason): void {
    this.#runs.halt(reason);
  }

  /** Makes jobs until none is left to make or to wait for. */
  async #drive(): Promise<void> {
    const { client, journal, state, options } = this.#context;
    const signal = this.#signal;
    const sending = { client, journal, sweep: state.id, account: options.account, signal };
    const checkHalt = createHaltCheck(journal, state.id, client.clock);
    const noteHalt = (how?: { now: boolean }) => {
      const reason = checkHalt(how);
      if (reason !== undefined) this.#runs.haltElsewhere(reason);
    };
    while (!signal.aborted) {
      noteHalt();
      this.#runs.unknown.recheck();
      this.#runs.unknown.askNext();
      const next = this.#pick();
      if (next === "done") return;
      if (typeof next === "number") {
        await this.#bell.wait(Math.min(next, haltCheckMs));
        continue;
      }
      noteHalt({ now: true });
      if (this.halted !== undefined) {
        this.#runs.waiting.unshift(next);
        continue;
      }
      const sent = await sendRun({ ...sending, createSignal: this.#create.signal }, next);
      // Who halted it meanwhile does not know of this job: it is stopped as soon as it is there.
      noteHalt({ now: true });
      this.#take(next, sent);
    }
  }

  /** The run to make now, how long to wait for the next look, or that all is done. */
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
    // Only unknown runs hold places, and only a person can free them.
    if (can === "later") return isIdle ? "done" : Infinity;
    const waitMs = this.#gate.waitMs(places.taken);
    if (waitMs > 0) return waitMs;
    waiting.shift();
    return next;
  }

  #take(status: RunStatus, sent: Sent): void {
    if (sent.is === "not_now") return this.#postpone(status, sent.error);
    this.#unreachableSince = undefined;
    const { waiting, places } = this.#runs;
    if (sent.is === "quota") {
      waiting.unshift(status);
      if (this.#gate.noRoom(places.taken)) this.#events.push({ type: "quota", error: sent.error });
    } else if (sent.is === "refused") {
      this.#runs.end(status, "refused", sent.error.summary);
      this.#refusedFirst += 1;
      // What refuses the first few would refuse the other hundreds, too.
      if (this.#refusedFirst === allRefusedAfter) this.halt("all_refused");
    } else {
      this.#refusedFirst = -Infinity;
      if (sent.is === "created") this.#runs.begin(status, sent.attempt, sent.jobId);
      else this.#runs.doubt(status, sent.attempt, sent.error);
      this.#gate.taken(places.taken);
    }
  }

  #postpone(status: RunStatus, error: QizhiError): void {
    const { client, options } = this.#context;
    const now = client.clock.now();
    this.#runs.waiting.unshift(status);
    this.#gate.notNow(error instanceof ApiError ? error.call.retryAfterMs : undefined);
    if (this.#unreachableSince === undefined) this.#events.push({ type: "trouble", error });
    this.#unreachableSince ??= now;
    if (now - this.#unreachableSince >= (options.errorBudgetMs ?? 600_000)) throw error;
  }

  /** Lets a create under way end, so that it does not become one of unknown outcome. */
  async #leave(work: Promise<void>): Promise<void> {
    const timer = setTimeout(
      () => this.#create.abort(new Error("the sweep was left")),
      createGraceMs,
    );
    await work;
    clearTimeout(timer);
  }

  #toResult(): SweepResult {
    const { id, plan, runs } = this.#context.state;
    const { halted } = this;
    const isBlocked = halted === undefined && this.#runs.waiting.length > 0;
    return { id, name: plan.name, variables: plan.variables, runs, halted, isBlocked };
  }
}
