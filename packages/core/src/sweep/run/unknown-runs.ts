import type { Clock } from "../../async/clock.ts";
import { checkJobId } from "../../jobs/job-id.ts";
import type { Journal } from "../../journal/journal.ts";
import type { UnknownAnswer } from "../record/events.ts";
import type { RunStatus } from "../record/run-status.ts";

/** The runs of a sweep whose create has an unknown outcome. */
export interface UnknownRuns {
  /** Adds one. */
  add(status: RunStatus): void;
  /** Asks about the next one, where somebody can be asked; one at a time. */
  askNext(): void;
  /** Takes what a person has settled from elsewhere, such as another terminal. */
  recheck(): void;
  /** Whether an answer is waited for. */
  readonly isAsking: boolean;
}

const recheckMs = 10_000;

/**
 * Keeps the unknown runs until they are settled.
 * @param on told of each that is settled: the id of its job, or that there is none.
 */
export function createUnknownRuns(
  context: {
    readonly clock: Clock;
    readonly journal: Journal;
    readonly ask: ((run: RunStatus) => Promise<UnknownAnswer>) | undefined;
  },
  on: {
    readonly settled: (status: RunStatus, jobId: string | undefined) => void;
    /** Also after an answer that settled nothing. */
    readonly answered: () => void;
  },
): UnknownRuns {
  const { clock, journal, ask } = context;
  const open = new Set<RunStatus>();
  const toAsk: RunStatus[] = [];
  let isAsking = false;
  let checkedAt = clock.now();

  function settle(status: RunStatus, jobId: string | undefined): void {
    if (!open.delete(status)) return;
    on.settled(status, jobId);
  }

  async function askAbout(status: RunStatus): Promise<void> {
    const answer = await ask?.(status);
    const { attempt } = status;
    if (answer === undefined || answer === "later" || attempt === undefined) return;
    if (!open.has(status)) return;
    const jobId = answer === "none" ? undefined : checkJobId(answer.jobId);
    journal.append({ kind: "resolved", attempt, jobId });
    settle(status, jobId);
  }

  function askNext(): void {
    if (isAsking || ask === undefined) return;
    const status = toAsk.find((each) => open.has(each));
    if (status === undefined) return;
    toAsk.splice(0, toAsk.indexOf(status) + 1);
    isAsking = true;
    // An answer that is no job id leaves the run as it is.
    void askAbout(status)
      .catch(() => {})
      .then(() => {
        isAsking = false;
        askNext();
        on.answered();
      });
  }

  return {
    get isAsking() {
      return isAsking;
    },
    add(status) {
      open.add(status);
      toAsk.push(status);
    },
    askNext,
    recheck() {
      if (open.size === 0 || clock.now() - checkedAt < recheckMs) return;
      checkedAt = clock.now();
      const attempts = new Map(journal.read().attempts.map((each) => [each.id, each]));
      for (const status of open) {
        const attempt = attempts.get(status.attempt ?? "");
        if (attempt?.state === "resolved") settle(status, attempt.jobId);
      }
    },
  };
}
