import { isDoubleError } from "../../client/create-guard.ts";
import { isQizhiError, type KnownError } from "../../errors/errors.ts";
import { sayIssue } from "../../errors/say-error.ts";
import { submitRecorded, type SubmitOutcome } from "../../client/submit-recorded.ts";
import { refuseTakenOver } from "../record/owner.ts";
import type { RunStatus } from "../record/run-status.ts";
import type { RunnerContext } from "./run-options.ts";
import { writeRecord } from "../record/records.ts";

const halted = new Error("the sweep is halted");

// A create under way ends well in that time, so that it does not become one of unknown outcome.
const answerGraceMs = 5_000;

/** What came of the create of a run. */
export type SendOutcome =
  | Exclude<SubmitOutcome, { result: "not_sent" }>
  /** The spec is wrong: nothing was sent, and a later try would not be either. */
  | { result: "invalid"; reason: string }
  /** The platform is out of reach or overloaded, or an equal create is open: it is certain that there is no job. */
  | { result: "unavailable"; error: KnownError }
  /** The sweep is halted, or the last job of the run stopped: nothing was sent. */
  | { result: "halted" };

/** What a create of a run needs. */
interface SendContext extends RunnerContext {
  /** The attempts that were made so far. */
  readonly attempts: Set<string>;
  /** Whether the sweep is halted or the last job of a run stopped, also by another process. */
  readonly isHalted: (status: RunStatus) => boolean;
  /** Ends what comes before the create; one that was sent may be answered for a while. */
  readonly signal: AbortSignal;
}

/**
 * Creates the job of a run, once, with its record.
 * @throws {AuthError} there is no way to log in; nothing was created.
 * @throws {InputError} the journal cannot be written, or another process has taken the sweep over; nothing
 * was sent.
 */
export async function sendRun(
  { client, journal, state, options, attempts, isHalted, signal }: SendContext,
  status: RunStatus,
): Promise<SendOutcome> {
  const { run, tries } = status;
  const number = tries + 1;
  const { name } = run.spec;
  const spec = number === 1 ? run.spec : { ...run.spec, name: `${name}-try${number}` };
  const place = { sweep: state.id, run: run.index, try: number };
  const check = () => {
    if (isHalted(status)) throw halted;
    refuseTakenOver(journal, { ...place, platform: client.baseUrl }, attempts);
  };
  try {
    check();
    const sent = await submitRecorded({ client, journal }, spec, {
      account: options.account,
      again: state.isInsistedOn,
      signal,
      answerGraceMs,
      allowUnknown: true,
      isJournalChecked: true,
      sweepRun: place,
      // A create may wait for minutes for its turn, or in the pause after a refusal.
      beforeSend: check,
      onAttempt: (attempt) => {
        attempts.add(attempt);
        writeRecord(journal, { kind: "sweep:run", ...place, attempt });
        // Whoever halts the sweep or takes it over from now on sees this attempt.
        check();
      },
    });
    return sent.result === "not_sent" ? toUnsent(sent.error) : sent;
  } catch (error) {
    return error === halted ? { result: "halted" } : toUnsent(error);
  }
}

/** @throws an error that a later try would meet again. */
function toUnsent(error: unknown): SendOutcome {
  if (isQizhiError(error) && error.code === "spec") {
    const reason = error.issues.map((issue) => sayIssue(issue)).join("; ");
    return { result: "invalid", reason };
  }
  const isForGood =
    !isQizhiError(error) ||
    error.code === "auth" ||
    (error.code === "input" && !isDoubleError(error));
  if (isForGood) throw error;
  return { result: "unavailable", error };
}

/** Whether a gateway did not know the way to a create: no verdict of the platform, and nothing about the spec. */
export function isRouteAway(error: KnownError): boolean {
  if (error.code === "response") return error.status === 404;
  if (error.code !== "api" || error.status !== 404) return false;
  return error.platformCode === undefined && error.platformErrorName === undefined;
}
