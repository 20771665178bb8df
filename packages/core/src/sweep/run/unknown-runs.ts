import { isUnsettled, refuseOwnedJob } from "../../client/create-guard.ts";
import { isOpenAttempt } from "../../journal/attempts.ts";
import { checkJobId } from "../../jobs/job-id.ts";
import type { RunnerParts } from "./run-options.ts";
import type { RunStatus } from "../record/run-status.ts";

const recheckMs = 10_000;
// A gateway that loses one answer may lose every other, too.
const mostInARow = 3;

/** Told when a run is settled: the id of its job, or that there is none. */
type OnSettled = (status: RunStatus, jobId: string | undefined) => void;

/** The runs of a sweep whose create has an unknown outcome, until they are settled. */
export class UnknownRuns {
  readonly #parts: RunnerParts;
  readonly #onSettled: OnSettled;
  readonly #open = new Set<RunStatus>();
  readonly #toAsk: RunStatus[] = [];
  /** Those whose creates came one after the other, also the settled ones among them. */
  #inARow: RunStatus[] = [];
  /** Whether an answer is waited for. */
  isAsking = false;
  #checkedAt: number;

  constructor(parts: RunnerParts, onSettled: OnSettled) {
    this.#parts = parts;
    this.#onSettled = onSettled;
    this.#checkedAt = parts.client.clock.now();
    for (const run of parts.state.runs) if (run.state === "unknown") this.add(run);
    // Where some are left of an earlier process, a single create is a probe.
    this.#inARow = this.#inARow.slice(1 - mostInARow);
  }

  /** How many creates in a row had an unknown outcome and are not settled. */
  get streak(): number {
    return this.#inARow.filter((run) => this.#open.has(run)).length;
  }

  /** Whether these are so many that no more creates are sent until some are settled. */
  get isPaused(): boolean {
    return this.streak >= mostInARow;
  }

  /** A create had a certain outcome. */
  endStreak(): void {
    this.#inARow = [];
  }

  /** A create had an unknown outcome. */
  add(status: RunStatus): void {
    this.#open.add(status);
    this.#toAsk.push(status);
    this.#inARow.push(status);
  }

  /** Asks a person about the next run, if that is possible; one at a time. */
  askNext(): void {
    if (this.isAsking || this.#parts.options.askUnknown === undefined) return;
    const status = this.#toAsk.find((each) => this.#open.has(each));
    if (status === undefined) return;
    this.#toAsk.splice(0, this.#toAsk.indexOf(status) + 1);
    this.isAsking = true;
    // An answer that is no job id, or that of another run, leaves the run as it is.
    void this.#askAbout(status)
      .catch(() => {})
      .then(() => {
        this.isAsking = false;
        this.askNext();
        this.#parts.bell.ring();
      });
  }

  /**
   * Reads what was settled elsewhere: by a person, such as in another terminal, or by the answer to the create of a process
   * that this one has taken the sweep from. It reads the journal once in a while unless `now` is set.
   * @returns whether that has settled a run.
   */
  recheck({ now = false } = {}): boolean {
    const { client, journal } = this.#parts;
    const { clock } = client;
    const open = this.#open.size;
    if (open === 0 || (!now && clock.now() - this.#checkedAt < recheckMs)) return false;
    this.#checkedAt = clock.now();
    const attempts = new Map(journal.read().attempts.map((each) => [each.id, each]));
    for (const status of this.#open) {
      const attempt = attempts.get(status.attempt ?? "");
      if (attempt !== undefined && !isOpenAttempt(attempt)) this.#settle(status, attempt.jobId);
    }
    return this.#open.size < open;
  }

  async #askAbout(status: RunStatus): Promise<void> {
    const { client, options, journal } = this.#parts;
    const answer = await options.askUnknown?.(status);
    const { attempt } = status;
    if (answer === undefined || answer === "later" || attempt === undefined) return;
    if (!this.#open.has(status)) return;
    // It has come to something while the question stood.
    if (!isUnsettled(journal, attempt)) return void this.recheck({ now: true });
    const jobId = answer === "none" ? undefined : checkJobId(answer.jobId);
    if (jobId !== undefined) refuseOwnedJob(journal, client.baseUrl, jobId, attempt);
    journal.append({ kind: "resolved", attempt, jobId });
    this.#settle(status, jobId);
  }

  #settle(status: RunStatus, jobId: string | undefined): void {
    if (this.#open.delete(status)) this.#onSettled(status, jobId);
  }
}
