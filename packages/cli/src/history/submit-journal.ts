import { ApiError, isQizhiError, type JobSpec } from "@qizhi/core";
import { excerpt, type IdentifiedJob, jobListUrl, visibleText } from "@qizhi/core/internal";
import {
  type Attempt,
  type SubmitOutcome,
  submitRecorded,
  type SubmitRecordedOptions,
} from "@qizhi/core/journal";
import { noteIds, today, wasRefused } from "../access/known-ids.ts";
import { inputError, sayError } from "../errors/cli-error.ts";
import type { Connection } from "../terminal/connection.ts";
import { exitCode } from "../errors/exit-code.ts";
import { Interruption, untilInterrupted } from "../terminal/signals.ts";
import { type Io, printJson, printNote } from "../terminal/io.ts";
import { toAgeText } from "../text/time-text.ts";

export interface CreateOptions extends Pick<
  SubmitRecordedOptions,
  "allowUnknown" | "again" | "before" | "beforeSend"
> {
  /** Whether a try came before, whose job is the result where this one cannot be created. */
  readonly isRetry?: boolean;
  /** Prints a document when a signal ends it. */
  readonly json: boolean;
  /** What a signal does to the job; without it, one that comes in the moment of the answer does nothing. */
  readonly onSignal?: OnSignal | undefined;
}

export interface OnSignal {
  /** Whether the answer to a create under way is waited for, so that its job can be stopped. */
  readonly awaitsAnswer: boolean;
  /**
   * Stops or leaves the job, if there is one, and those that were created before it.
   * @param unsent what a document says of a create without a job.
   * @returns the farewell.
   */
  end(
    job: IdentifiedJob | undefined,
    by: Interruption,
    unsent: readonly unknown[],
  ): Promise<string>;
}

// What kills after a signal gives ten seconds, of which the stop needs some.
const answerGraceMs = 8_000;

/**
 * Creates a job with its record in the journal.
 * @returns the job, or the exit code when a signal ended it.
 * @throws {KnownError} there is no job, or nobody knows of one.
 */
export async function createJob(
  connection: Connection,
  spec: JobSpec,
  { isRetry = false, json, onSignal, ...how }: CreateOptions,
  io: Io,
): Promise<IdentifiedJob | number> {
  const { client, journal, username: account } = connection;
  let unknown: string | undefined;
  let job: IdentifiedJob | undefined;
  const code = await untilInterrupted(
    io,
    async (interrupted) => {
      const options = { account, ...how, ...toEnd(interrupted, onSignal, io) };
      const sending = submitRecorded({ client, journal }, spec, options);
      const sent = await (isRetry ? sending : sending.catch(sayNothingSent));
      noteGroup(connection, spec, sent, io);
      if (sent.result === "created") {
        job = sent.job;
        if (sent.twin !== undefined) reportTwin(sent.twin, io);
        if (sent.notWritten !== undefined) reportNotWritten(sent.notWritten, io);
        if (onSignal) interrupted.throwIfAborted();
        return exitCode.ok;
      }
      const { cause } = sent.error;
      if (sent.result !== "unknown" || !(cause instanceof Interruption)) throw sent.error;
      unknown = sent.attempt;
      throw cause;
    },
    async (by) => {
      const created = job;
      job = undefined;
      const interruption = { exit_code: by.exitCode };
      const unsent = { job_id: null, attempt: unknown ?? null, interruption };
      if (created === undefined) {
        if (json) printJson(io, unsent);
        const url = visibleText(jobListUrl(client.baseUrl, spec.workspace_id));
        const { interruptedBefore, interruptedDuring } = io.t.journal;
        const name = excerpt(spec.name, 100);
        printNote(io, unknown === undefined ? interruptedBefore : interruptedDuring(name, url));
      }
      return onSignal?.end(created, by, created === undefined ? [unsent] : []) ?? "";
    },
  );
  return job ?? code;
}

/** What ends a create early: a signal, or the end of the call that it is part of, whose answer is awaited a while. */
function toEnd(interrupted: AbortSignal, onSignal: OnSignal | undefined, io: Io) {
  const { signal: ended } = io;
  const signal = ended ? AbortSignal.any([interrupted, ended]) : interrupted;
  if (!onSignal?.awaitsAnswer) return { signal, answerGraceMs: ended && answerGraceMs };
  const onAnswerAwaited = () => printNote(io, io.t.journal.interruptedAwaits);
  return { signal, answerGraceMs, onAnswerAwaited };
}

// No refusal that names a group is known word for word (wire 5).
const aboutGroup = /group|lcg-|计算组/i;

/** Notes that the platform refused a group, or takes jobs for it again: groups are replaced from time to time. */
function noteGroup(
  { client: { baseUrl }, keepsJobs }: Connection,
  { logic_compute_group_id: id }: JobSpec,
  sent: SubmitOutcome,
  io: Io,
): void {
  if (!keepsJobs) return;
  const isRefused =
    sent.result === "refused" &&
    sent.error instanceof ApiError &&
    aboutGroup.test(sent.error.platformMessage);
  if (isRefused) noteIds(baseUrl, [{ kind: "group", id, refusedOn: today() }], io);
  if (sent.result === "created" && wasRefused(baseUrl, id, io)) {
    noteIds(baseUrl, [{ kind: "group", id, refusedOn: "" }], io);
  }
}

/** Adds that nothing was sent where the journal cannot be written. */
function sayNothingSent(error: unknown): never {
  if (!isQizhiError(error) || error.rule !== "state_file") throw error;
  throw inputError(
    (say) => `${sayError(error, say).summary} ${say.nothingSent}`,
    "journal.folderHint",
  );
}

function reportTwin({ time, jobId = "" }: Attempt, io: Io): void {
  printNote(io, io.t.journal.twin(visibleText(jobId), toAgeText(Date.parse(time), io.t)));
}

/** Says why the outcome is not recorded: the job exists, and the journal treats its attempt as unknown. */
function reportNotWritten(error: unknown, io: Io): void {
  const why = isQizhiError(error) ? sayError(error, io.t).summary : "";
  printNote(io, io.t.journal.outcomeLost(why));
}
