import { type ErrorFacts, unknownRules } from "../errors/rules/sentences.ts";
import { mayStillSend, mayStillSendElsewhere } from "./process-mark.ts";
import type { AttemptOutcome, AttemptRecord, KnownRecord } from "./records.ts";

/**
 * Where an attempt stands: `in_flight` while its process may be sending it, `unknown` when there may be a job
 * that nobody has seen, `resolved` when a person has settled an unknown one, else its outcome.
 */
export type AttemptState =
  | "in_flight"
  | "unknown"
  | "created"
  | "refused"
  | "not_sent"
  | "resolved";

/**
 * A create that was or may have been sent. Where its own record is damaged, `platform`, `name` and
 * `fingerprint` are what its outcome says of them, or empty, and `spec` is empty.
 */
export interface Attempt extends Omit<AttemptRecord, "kind" | "v"> {
  /** Its state. */
  state: AttemptState;
  /** The outcome that its process recorded; none if that died before. */
  outcome: AttemptOutcome | undefined;
  /** The job, when there is one. */
  jobId: string | undefined;
  /** Why the outcome of an `unknown` attempt is not known, in English. */
  reason: string | undefined;
  /** The facts of that reason, for other languages; none from earlier versions. */
  cause?: ErrorFacts | undefined;
}

/** Whether a create is under way or of unknown outcome. */
export function isOpenAttempt({ state }: Pick<Attempt, "state">): boolean {
  return state === "unknown" || state === "in_flight";
}

/** Whether an attempt has created a job, or may have, or may do so yet. */
export function mayHaveJob({ state, jobId }: Pick<Attempt, "state" | "jobId">): boolean {
  return state === "resolved" ? jobId !== undefined : state !== "refused" && state !== "not_sent";
}

/** The attempts of a journal, put together from its records, in whatever order they come. */
export class Attempts {
  readonly #byId = new Map<string, Attempt>();

  add(record: KnownRecord): void {
    if (record.kind === "attempt") {
      const { kind: _kind, v: _v, ...identity } = record;
      const { state, outcome, jobId, reason, cause } = this.#byId.get(record.id) ?? open;
      this.#byId.set(record.id, { ...identity, state, outcome, jobId, reason, cause });
    } else if (record.kind === "outcome") {
      Object.assign(this.#find(record), {
        outcome: record.outcome,
        state: record.outcome.result,
        jobId: record.outcome.result === "created" ? record.outcome.jobId : undefined,
        reason: record.outcome.result === "unknown" ? record.outcome.reason : undefined,
        cause: record.outcome.result === "unknown" ? record.outcome.cause : undefined,
      });
    } else if (record.kind === "resolved") {
      const { jobId } = record;
      const attempt = this.#find(record);
      const { outcome } = attempt;
      // Whoever found none looked before the answer was written down.
      if (jobId === undefined && outcome?.result === "created") return;
      Object.assign(attempt, { ...open, state: "resolved", outcome, jobId });
    }
  }

  get(id: string): Attempt | undefined {
    return this.#byId.get(id);
  }

  /** The attempts that fit, oldest first, with their current state. */
  find(fits: (attempt: Attempt) => boolean): Attempt[] {
    return [...this.#byId.values()].filter(fits).map((attempt) => {
      if (attempt.outcome || attempt.state !== "unknown") return attempt;
      const isSending = mayStillSend(attempt);
      const state = isSending ? "in_flight" : "unknown";
      const mayStill = isSending || mayStillSendElsewhere(attempt);
      const code = mayStill ? "under_way" : "process_ended";
      return { ...attempt, state, reason: unknownRules[code](), cause: { code } };
    });
  }

  /** The attempt of an outcome, also where its own record is damaged or follows later. */
  #find(record: Extract<KnownRecord, { attempt: string }>): Attempt {
    const known = this.#byId.get(record.attempt);
    if (known !== undefined) return known;
    const {
      platform = "",
      name = "",
      fingerprint = "",
      sweepRun,
    } = record.kind === "outcome" ? (record.about ?? {}) : {};
    const attempt: Attempt = {
      ...open,
      id: record.attempt,
      time: record.time,
      platform,
      name,
      fingerprint,
      sweepRun,
      spec: {},
      process: { pid: 0, host: "" },
    };
    this.#byId.set(record.attempt, attempt);
    return attempt;
  }
}

const open = {
  state: "unknown",
  outcome: undefined,
  jobId: undefined,
  reason: undefined,
  cause: undefined,
} as const;
