import type { Client } from "../client.ts";
import type { QizhiError } from "../errors.ts";
import { createEventQueue, type EventQueue } from "../event-queue.ts";
import type { Journal } from "../journal.ts";
import { excerpt } from "../text.ts";
import { type Bell, createBell } from "./bell.ts";
import type { SweepEvent, SweepResult } from "./events.ts";
import type { SweepState } from "./fold.ts";
import { createGate, type Gate } from "./gate.ts";
import { keepEnd } from "./keep-end.ts";
import { createPlaces, type Places } from "./places.ts";
import type { HaltReason, RunOutcome } from "./records.ts";
import type { RunStatus } from "./run-status.ts";
import { createRunWatch, type RunWatch } from "./run-watch.ts";
import { sendRun, type Sent } from "./send-run.ts";
import type { RunSweepOptions } from "./sweep.ts";
import { createUnknownRuns, type UnknownRuns } from "./unknown-runs.ts";
import { writeRecord } from "./write-record.ts";

const createGraceMs = 5_000;
const allRefusedAfter = 3;

/** What a runner works with. */
export interface RunnerContext {
  readonly client: Client;
  readonly journal: Journal;
  readonly state: SweepState;
  readonly options: Omit<RunSweepOptions, "signal"> & { readonly signal: AbortSignal };
}

/** Runs one sweep: makes its jobs, follows them, and writes down what matters. */
export class Runner {
  readonly #context: RunnerContext;
  readonly #events: EventQueue<SweepEvent> = createEventQueue();
  readonly #bell: Bell;
  readonly #gate: Gate;
  readonly #places: Places;
  readonly #watch: RunWatch;
  readonly #unknown: UnknownRuns;
  readonly #create = new AbortController();
  /** Runs to make, in order. */
  readonly #waiting: RunStatus[];
  #halted: HaltReason | undefined;
  /** Refused creates in a row while none was taken. */
  #refusedFirst = 0;
  #unreachableSince: number | undefined;

  constructor(context: RunnerContext) {
    const { client, journal, state, options } = context;
    const { clock } = client;
    const { signal, errorBudgetMs, minIntervalMs } = options;
    this.#context = context;
    this.#halted = state.halted;
    this.#bell = createBell(clock, signal);
    this.#gate = createGate(clock, options.quotaPauseMs ?? 5_000);
    this.#places = createPlaces(state.settings, options.gpusPerNode ?? new Map());
    this.#waiting = state.runs.filter((status) => status.state === "waiting");
    this.#watch = createRunWatch(
      { client, places: this.#places, signal, errorBudgetMs, minIntervalMs },
      {
        event: this.#events.push,
        ended: (status, outcome, reason) => this.#finish(status, outcome, { reason }),
        changed: this.#bell.ring,
        failed: this.#events.end,
      },
    );
    this.#unknown = createUnknownRuns(
      { clock, journal, ask: options.askUnknown },
      { settled: this.#settle.bind(this), answered: this.#bell.ring },
    );
    for (const status of state.runs) {
      if (status.state === "active") this.#watch.add(status, { isNew: false });
      if (status.state === "unknown") this.#hold(status);
    }
  }

  /** Goes on until all has ended; see `Sweep.events`. */
  async *run(): AsyncGenerator<SweepEvent, SweepResult> {
    const work = this.#drive().then(
      () => this.#events.end(),
      (error: unknown) => this.#events.end(error),
    );
    if (this.#halted !== undefined) this.#watch.stopAll();
    try {
      for (;;) {
        const event = await this.#events.next();
        if (event === undefined) break;
        yield event;
      }
      this.#context.options.signal.throwIfAborted();
      return this.#toResult();
    } finally {
      this.#watch.close();
      await this.#leave(work);
    }
  }

  /** Makes no more jobs and stops those that there are. */
  halt(reason: HaltReason): void {
    if (this.#halted !== undefined) return;
    const { journal, state } = this.#context;
    this.#halted = reason;
    writeRecord(journal, { kind: "sweep:halt", sweep: state.id, reason });
    this.#events.push({ type: "halted", reason });
    this.#watch.stopAll();
    this.#bell.ring();
  }

  /** Makes jobs, one create at a time, until none is left to make or to wait for. */
  async #drive(): Promise<void> {
    const { client, journal, state, options } = this.#context;
    const { signal, account } = options;
    const sending = { client, journal, sweep: state.id, account, signal };
    while (!signal.aborted) {
      this.#unknown.recheck();
      this.#unknown.askNext();
      const next = this.#pick();
      if (next === "done") return;
      if (typeof next === "number") await this.#bell.wait(next);
      else this.#take(next, await sendRun({ ...sending, createSignal: this.#create.signal }, next));
    }
  }

  /** The run to make now, how long to wait for the next look, or that all is done. */
  #pick(): RunStatus | number | "done" {
    const isIdle = this.#watch.size === 0 && !this.#unknown.isAsking;
    const next = this.#halted === undefined ? this.#waiting[0] : undefined;
    if (next === undefined) return isIdle ? "done" : Infinity;
    const can = this.#places.canTake(next);
    if (can === "never") {
      this.#waiting.shift();
      this.#finish(next, "refused", { reason: "it needs more GPUs than the sweep may use" });
      return 0;
    }
    // Only unknown runs hold places, and only a person can free them.
    if (can === "later") return isIdle ? "done" : Infinity;
    const waitMs = this.#gate.waitMs(this.#places.taken);
    if (waitMs > 0) return waitMs;
    this.#waiting.shift();
    return next;
  }

  #take(status: RunStatus, sent: Sent): void {
    if (sent.is === "not_now") return this.#postpone(status, sent.error);
    this.#unreachableSince = undefined;
    if (sent.is === "quota") {
      this.#waiting.unshift(status);
      if (this.#gate.noRoom(this.#places.taken)) {
        this.#events.push({ type: "quota", error: sent.error });
      }
    } else if (sent.is === "refused") {
      this.#finish(status, "refused", { reason: sent.error.summary });
      this.#refusedFirst += 1;
      // What refuses the first few would refuse the other hundreds, too.
      if (this.#refusedFirst === allRefusedAfter) this.halt("all_refused");
    } else {
      this.#refusedFirst = -Infinity;
      status.tries += 1;
      status.attempt = sent.attempt;
      if (sent.is === "created") this.#begin(status, sent.jobId);
      else {
        status.state = "unknown";
        status.reason = excerpt(sent.error.summary);
        this.#hold(status);
        this.#events.push({ type: "unknown", run: status });
      }
      this.#gate.taken(this.#places.taken);
    }
  }

  #postpone(status: RunStatus, error: QizhiError): void {
    const { client, options } = this.#context;
    const now = client.clock.now();
    this.#waiting.unshift(status);
    this.#gate.notNow();
    if (this.#unreachableSince === undefined) this.#events.push({ type: "trouble", error });
    this.#unreachableSince ??= now;
    if (now - this.#unreachableSince >= (options.errorBudgetMs ?? 600_000)) throw error;
  }

  #begin(status: RunStatus, jobId: string): void {
    status.state = "active";
    status.jobId = jobId;
    status.phase = "queued";
    this.#watch.add(status, { isNew: true });
    this.#events.push({ type: "submitted", run: status, jobId });
    if (this.#halted !== undefined) this.#watch.stop(status);
  }

  #hold(status: RunStatus): void {
    this.#places.take(status.attempt ?? "", status);
    this.#unknown.add(status);
  }

  #settle(status: RunStatus, jobId: string | undefined): void {
    this.#places.free(status.attempt ?? "");
    status.reason = undefined;
    if (jobId === undefined) {
      status.state = "waiting";
      status.tries -= 1;
      this.#waiting.unshift(status);
    } else {
      status.state = "active";
      status.jobId = jobId;
      this.#watch.add(status, { isNew: false });
      if (this.#halted !== undefined) this.#watch.stop(status);
    }
    this.#events.push({ type: "settled", run: status });
  }

  #finish(
    status: RunStatus,
    outcome: RunOutcome,
    { reason }: { reason: string | undefined },
  ): void {
    const { client, journal, state } = this.#context;
    const { retries = 0, failFast = false } = state.settings;
    status.state = "ended";
    status.outcome = outcome;
    status.reason = reason ? excerpt(reason) : undefined;
    keepEnd({ journal, platform: client.baseUrl, sweep: state.id }, status, outcome);
    if (outcome === "failed" && status.tries <= retries && this.#halted === undefined) {
      status.state = "waiting";
      this.#waiting.push(status);
      this.#events.push({ type: "retry", run: status });
    } else {
      this.#events.push({ type: "ended", run: status });
      const isFailure = outcome !== "succeeded" && outcome !== "stopped";
      if (isFailure && failFast) this.halt("fail_fast");
    }
    this.#bell.ring();
  }

  /** Lets a create under way end, so that it does not become one of unknown outcome. */
  async #leave(work: Promise<void>): Promise<void> {
    const timer = setTimeout(
      () => this.#create.abort(new Error("the sweep was left")),
      createGraceMs,
    );
    this.#bell.ring();
    await work;
    clearTimeout(timer);
  }

  #toResult(): SweepResult {
    const { id, plan, runs } = this.#context.state;
    const isBlocked = this.#halted === undefined && this.#waiting.length > 0;
    return {
      id,
      name: plan.name,
      variables: plan.variables,
      runs,
      halted: this.#halted,
      isBlocked,
    };
  }
}
