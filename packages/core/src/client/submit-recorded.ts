import type { AnswerGrace } from "../async/deadline.ts";
import { isReasonOf } from "../async/clock.ts";
import { type CallOptions, callOptionKinds, type Client } from "./client.ts";
import { classifyCreateError, toFailedOutcome } from "./submission.ts";
import {
  acceptDamage,
  findCreated,
  giveWay,
  refuseDamaged,
  refuseNewer,
  refuseOpen,
} from "./create-guard.ts";
import { checkOptions, type OptionKinds } from "../errors/input-errors.ts";
import { toUnknownOutcome } from "../calls/call.ts";
import { operations } from "../calls/operations.ts";
import {
  isQizhiError,
  type KnownError,
  ResponseError,
  type SubmissionUnknownError,
} from "../errors/errors.ts";
import type { IdentifiedJob } from "../jobs/job-id.ts";
import type { Journal } from "../journal/journal.ts";
import { toPlatformKey } from "../journal/platform-key.ts";
import type { Attempt } from "../journal/attempts.ts";
import type { SweepRunReference } from "../journal/records.ts";
import type { JobSpec } from "../schemas/job-spec.ts";
import { parseJobSpec } from "../spec/parse.ts";

/** Where a create is sent and written down. */
export interface SubmitContext {
  readonly client: Client;
  /** Without one nothing is written down, and nothing is refused for what was sent before. */
  readonly journal: Journal | undefined;
}

/** How a create is sent and written down. */
export interface SubmitRecordedOptions extends CallOptions, AnswerGrace {
  /** Login name, for the journal. */
  account?: string | undefined;
  /** Sends also what may have been sent already, and takes the journal's damage for known. @default false */
  again?: boolean | undefined;
  /** Sends keys that this version does not know. @default false */
  allowUnknown?: boolean | undefined;
  /** Called right before each send; what it throws keeps the create from being sent. */
  beforeSend?: (() => void) | undefined;
  /** The run that it is for, in a sweep. */
  sweepRun?: SweepRunReference | undefined;
  /** The journal was checked for damage before, or that was accepted. @default false */
  isJournalChecked?: boolean | undefined;
  /**
   * Id of the attempt that created the last job of an equal spec when a person was asked, or `none`: where a newer one
   * was created since, nothing is sent. @default not checked
   */
  before?: string | undefined;
  /** Called with the id of the attempt once its record is written. */
  onAttempt?: ((attempt: string) => void) | undefined;
}

const submitOptionKinds: OptionKinds<SubmitRecordedOptions> = {
  ...callOptionKinds,
  account: "text",
  again: "any",
  allowUnknown: "any",
  answerGraceMs: "number",
  onAnswerAwaited: "any",
  beforeSend: "any",
  sweepRun: "any",
  isJournalChecked: "any",
  before: "text",
  onAttempt: "any",
};

/** What came of a create that was written down. */
export type SubmitOutcome =
  /** The platform created the job. */
  | {
      result: "created";
      attempt: string;
      job: IdentifiedJob;
      /** An equal job that was created within the last minute. */
      twin: Attempt | undefined;
      /** Why the journal does not know the job: it could not be written. */
      notWritten: unknown;
    }
  /** There may be a job. */
  | { result: "unknown"; attempt: string; error: SubmissionUnknownError }
  /** There is no job: the platform said no, for its quota or for good. */
  | { result: "quota" | "refused"; attempt: string; error: KnownError }
  /** There is no job: nothing arrived, or an equal create is under way. */
  | { result: "not_sent"; attempt: string; error: KnownError };

const twinMs = 60_000;

/**
 * Creates a job so that every crash leaves a trace: the journal has the attempt on the disk before it is sent,
 * and its outcome afterwards. What may have been sent already is refused.
 * @returns what came of it, once there is an attempt.
 * @throws {SpecError} the spec is wrong; nothing was written or sent.
 * @throws {InputError} an option is wrong, an equal create may have created a job or is under way, or the journal cannot
 * be written or has lost lines; nothing was sent.
 * @throws {AuthError} there is no way to log in; nothing was sent.
 * @throws the signal's reason when it aborts before a byte of the create has left, or what `beforeSend` throws.
 */
export async function submitRecorded(
  { client, journal }: SubmitContext,
  spec: JobSpec,
  options: SubmitRecordedOptions = {},
): Promise<SubmitOutcome> {
  checkOptions("submitRecorded", options, submitOptionKinds);
  // A create that cannot be sent leaves no attempt behind.
  parseJobSpec(spec, { allowUnknown: true });
  const { account, again = false, sweepRun, timeoutMs = client.callTimeoutMs } = options;
  const { allowUnknown, signal, answerGraceMs, onAnswerAwaited, beforeSend } = options;
  const { baseUrl: platform } = client;
  if (journal && !options.isJournalChecked) (again ? acceptDamage : refuseDamaged)(journal);
  if (journal && !again) {
    refuseOpen(journal, platform, spec);
    if (options.before !== undefined) refuseNewer(journal, platform, spec, options.before);
  }
  const before = journal && findCreated(journal, platform, spec);
  // The login comes first, so that the time between the attempt's record and the create is short.
  await client.authenticate({ signal, timeoutMs });
  await client.limiter.take({ lane: "urgent", signal });
  const attempt = crypto.randomUUID();
  const twin = journal && toTwin(findCreated(journal, platform, spec));
  journal?.attempt({ platform, account, spec, id: attempt, sweepRun, timeoutMs });
  try {
    options.onAttempt?.(attempt);
    const how = {
      allowUnknown,
      signal,
      answerGraceMs,
      onAnswerAwaited,
      beforeSend() {
        // Before a later send, too: a person may have settled it meanwhile, and sent it again from another machine.
        if (journal && !again) giveWay(journal, platform, spec, { attempt, before });
        beforeSend?.();
      },
      timeoutMs,
      runId: attempt,
      turn: "prepaid",
    } as const;
    const job = await client.createJob(spec, how);
    const { job_id: jobId, workspace_id: workspaceId } = job;
    if (journal) refuseKnownJob(client, journal, { spec, jobId, attempt });
    const outcome = { result: "created", jobId, workspaceId } as const;
    const notWritten = tryTo(() => journal?.outcome(attempt, outcome));
    return { result: "created", attempt, job, twin, notWritten };
  } catch (error) {
    // Of a create that was sent the reason of an abort is only the cause.
    const isUnsent = isReasonOf(signal, error);
    // Without its record the attempt counts as unknown, which is safe.
    tryTo(() => journal?.outcome(attempt, toFailedOutcome(isUnsent ? undefined : error)));
    if (isUnsent) throw error;
    return toFailure(attempt, error);
  }
}

/** What came of an attempt by its error. @throws the error where it is not of this library. */
function toFailure(attempt: string, error: unknown): SubmitOutcome {
  if (!isQizhiError(error)) throw error;
  if (error.code === "submission_unknown") return { result: "unknown", attempt, error };
  const result = classifyCreateError(error);
  if (result === "unknown") throw error;
  // TypeScript does not split the union by itself.
  return result === "not_sent" ? { result, attempt, error } : { result, attempt, error };
}

/** An equal job of a moment ago: a caller cut off before its answer may not mean to create another. */
function toTwin(twin: Attempt | undefined): Attempt | undefined {
  const ageMs = twin === undefined ? Infinity : Date.now() - Date.parse(twin.time);
  return ageMs < twinMs ? twin : undefined;
}

/** @throws {SubmissionUnknownError} the platform gave one id for two creates: one of them has no job. */
function refuseKnownJob(
  { baseUrl }: Client,
  journal: Journal,
  { spec, jobId, attempt }: { spec: JobSpec; jobId: string; attempt: string },
): void {
  let owner: Attempt | undefined;
  // A journal that cannot be read any more hides no job.
  tryTo(() => (owner = journal.index().findOwner(toPlatformKey(baseUrl), jobId, attempt)));
  if (owner === undefined) return;
  const call = { operation: "create", host: new URL(baseUrl).host, attempts: 1 };
  const cause = new ResponseError(call, 200, { rule: "job_id_known", params: { jobId } });
  throw toUnknownOutcome({ baseUrl }, operations.create, { body: spec, sentAt: new Date() }, cause);
}

/** Runs work that may fail. @returns its error. */
function tryTo(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
