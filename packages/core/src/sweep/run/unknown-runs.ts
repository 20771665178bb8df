import type { Clock } from "../../async/clock.ts";
import { checkJobId } from "../../jobs/job-id.ts";
import type { Journal } from "../../journal/journal.ts";
import type { UnknownAnswer } from "../record/events.ts";
import type { RunStatus } from "../record/run-status.ts";

const recheckMs = 10_000;

/** What the unknown runs of a sweep are settled with. */
export interface UnknownRunsContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly ask: ((run: RunStatus) => Promise<UnknownAnswer>) | undefined;
}

/** What the settling of unknown runs reports. */
export interface UnknownRunsEvents {
  /** A run is settled: the id of its job, or that there is none. */
  readonly settled: (status: RunStatus, jobId: string | undefined) => void;
  /** A person has answered, also without settling the run. */
  readonly answered: () => void;
}

/** The runs of a sweep whose create has an unknown outcome, until they are settled. */
export class UnknownRuns {
  readonly #context: UnknownRunsContext;
  readonly #on: UnknownRunsEvents;
  readonly #open = new Set<RunStatus>();
  readonly #toAsk: RunStatus[] = [];
  #isAsking = false;
  #checkedAt: number;

  constructor(context: UnknownRunsContext, on: UnknownRunsEvents) {
    this.#context = context;
    this.#on = on;
    this.#checkedAt = context.clock.now();
  }

  /** Whether an answer is waited for. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  add(status: RunStatus): void {
    this.#open.add(status);
    this.#toAsk.push(status);
  }

  /** Asks a person about the next run, if that is possible; one at a time. */
  askNext(): void {
    if (this.#isAsking || this.#context.ask === undefined) return;
    const status = this.#toAsk.find((each) => this.#open.has(each));
    if (status === undefined) return;
    this.#toAsk.splice(0, this.#toAsk.indexOf(status) + 1);
    this.#isAsking = true;
    // An answer that is no job id leaves the run as it is.
    void this.#askAbout(status)
      .catch(() => {})
      .then(() => {
        this.#isAsking = false;
        this.askNext();
        this.#on.answered();
      });
  }

  /** Reads what a person has settled elsewhere, such as in another terminal. */
  recheck(): void {
    const { clock, journal } = this.#context;
    if (this.#open.size === 0 || clock.now() - this.#checkedAt < recheckMs) return;
    this.#checkedAt = clock.now();
    const attempts = new Map(journal.read().attempts.map((each) => [each.id, each]));
    for (const status of this.#open) {
      const attempt = attempts.get(status.attempt ?? "");
      if (attempt?.state === "resolved") this.#settle(status, attempt.jobId);
    }
  }

  async #askAbout(status: RunStatus): Promise<void> {
    const { ask, journal } = this.#context;
    const answer = await ask?.(status);
    const { attempt } = status;
    if (answer === undefined || answer === "later" || attempt === undefined) return;
    if (!this.#open.has(status)) return;
    const jobId = answer === "none" ? undefined : checkJobId(answer.jobId);
    journal.append({ kind: "resolved", attempt, jobId });
    this.#settle(status, jobId);
  }

  #settle(status: RunStatus, jobId: string | undefined): void {
    if (this.#open.delete(status)) this.#on.settled(status, jobId);
  }
}
