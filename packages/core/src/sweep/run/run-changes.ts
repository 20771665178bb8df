import { isQizhiError, type KnownError } from "../../errors/errors.ts";
import { excerpt } from "../../text/text.ts";
import { keepEnd } from "../record/keep-end.ts";
import { isStopped } from "../record/owner.ts";
import { Places } from "./places.ts";
import { type HaltReason, haltSweep } from "../record/records.ts";
import type { RunnerParts } from "./run-options.ts";
import {
  endAsBefore,
  makeAgain,
  mayTryAgain,
  type RunOutcome,
  type RunStatus,
} from "../record/run-status.ts";
import { RunWatch } from "./run-watch.ts";
import type { SweepLimits } from "./sweep-limits.ts";
import { UnknownRuns } from "./unknown-runs.ts";

/** The states of a sweep's runs: moves each from state to state, records its end and reports it. */
export class RunChanges {
  readonly places: Places;
  readonly watch: RunWatch;
  readonly unknown: UnknownRuns;
  /** Runs to create, in order. */
  readonly waiting: RunStatus[];
  /** Why no more jobs are created. */
  halted: HaltReason | undefined;
  readonly #parts: RunnerParts;
  #isWriteTold = false;

  constructor(parts: RunnerParts, limits: SweepLimits) {
    const { state, options } = parts;
    this.#parts = parts;
    this.halted = state.halted;
    this.places = new Places(state.settings, options.gpusPerNode ?? new Map());
    this.waiting = state.runs.filter((status) => status.state === "waiting");
    this.watch = new RunWatch(parts, this.places, limits, this.end.bind(this));
    this.unknown = new UnknownRuns(parts, this.#settle.bind(this));
    for (const status of state.runs) {
      if (status.state === "active") this.watch.add(status);
      if (status.state === "unknown") this.places.take(status.attempt ?? "", status);
    }
  }

  /** Creates no more jobs and stops those that there are. */
  halt(reason: HaltReason): void {
    // A person may stop what is left after a halt.
    if (this.halted !== undefined && reason === "stopped") this.watch.stopAll(reason);
    if (this.halted !== undefined) return;
    const { journal, state } = this.#parts;
    this.halted = reason;
    this.#parts.events.push({ type: "halted", reason });
    this.endTried();
    this.watch.stopAll(reason);
    this.#parts.bell.ring();
    this.#writeBeside(() => haltSweep(journal, state.id, reason));
  }

  /** Writes beside the stops of a halt, of which a full disk must not cut off one; that it is full is told once. */
  #writeBeside(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!isQizhiError(error)) throw error;
      if (!this.#isWriteTold) this.#parts.events.push({ type: "trouble", error });
      this.#isWriteTold = true;
    }
  }

  /** Another process has halted the sweep, and stops the jobs that it found; it may fail at that, or be interrupted. */
  haltElsewhere(): void {
    this.halted = "stopped";
    this.#parts.events.push({ type: "halted", reason: this.halted });
    this.endTried();
    void this.watch.stopLeft();
  }

  /** A run waits again, before all others: nothing was sent, or nothing was made. */
  putBack(status: RunStatus): void {
    this.waiting.unshift(status);
    if (this.halted !== undefined) this.endTried();
  }

  /** Whether a person has stopped the last job of a run, so that there is no other. */
  isStopped(status: RunStatus): boolean {
    return isStopped(this.#parts.keeping, status);
  }

  /** What waits for another try has ended where there is none: after a halt, and where a person has stopped its job. */
  endTried(): void {
    for (const status of this.waiting.splice(0)) {
      const isOver = this.halted !== undefined || this.isStopped(status);
      if (status.outcome === undefined || !isOver) this.waiting.push(status);
      else {
        endAsBefore(status);
        this.#parts.events.push({ type: "ended", run: status });
      }
    }
  }

  /** A create was sent: a run has a job. */
  begin(status: RunStatus, attempt: string, jobId: string): void {
    status.tries += 1;
    status.attempt = attempt;
    status.jobId = jobId;
    status.state = "active";
    status.phase = "queued";
    status.reason = undefined;
    this.watch.add(status);
    this.#parts.events.push({ type: "submitted", run: status, jobId });
    if (this.halted !== undefined) this.watch.stop(status);
  }

  /** A create was sent, and a run may have a job. */
  markUnknown(status: RunStatus, attempt: string, error: KnownError): void {
    status.tries += 1;
    status.attempt = attempt;
    status.jobId = undefined;
    status.state = "unknown";
    status.reason = excerpt(error.summary);
    this.places.take(attempt, status);
    this.unknown.add(status);
    this.#parts.events.push({ type: "unknown", run: status });
  }

  /** A run has ended; it is retried where the settings allow that. */
  end(status: RunStatus, outcome: RunOutcome, reason: string | undefined): void {
    const { keeping, state } = this.#parts;
    const { retries, failFast = false } = state.settings;
    const { tries } = status;
    status.state = "ended";
    status.outcome = outcome;
    status.reason = reason ? excerpt(reason) : undefined;
    const isDropped = this.isStopped(status);
    const isAgain =
      mayTryAgain(outcome, { tries, retries }) && this.halted === undefined && !isDropped;
    // A stop of one job says nothing about the others, also where it came just after a failure.
    const isFailure = outcome !== "succeeded" && outcome !== "stopped" && !isDropped;
    const halts = failFast && isFailure && !isAgain;
    const keep = () => keepEnd(keeping, status, outcome);
    if (this.halted !== undefined || halts) this.#writeBeside(keep);
    else keep();
    if (isAgain) {
      makeAgain(status);
      this.waiting.push(status);
      this.#parts.events.push({ type: "retry", run: status });
    } else {
      this.#parts.events.push({ type: "ended", run: status });
      if (halts) this.halt("fail_fast");
    }
    this.#parts.bell.ring();
  }

  /** A person has settled whether a run of unknown outcome has a job. */
  #settle(status: RunStatus, jobId: string | undefined): void {
    this.places.free(status.attempt ?? "");
    status.reason = undefined;
    if (jobId === undefined) {
      status.state = "waiting";
      status.tries -= 1;
      this.putBack(status);
    } else {
      status.state = "active";
      status.jobId = jobId;
      this.watch.add(status);
      if (this.halted !== undefined) this.watch.stop(status);
    }
    this.#parts.events.push({ type: "settled", run: status });
  }
}
