import type {
  AttemptOutcome,
  Attempt,
  IdentifiedJob,
  InputError,
  Journal,
  JobSpec,
} from "@qizhi/core";
import {
  excerpt,
  isQizhiError,
  jobListUrl,
  specFingerprint,
  SubmissionUnknownError,
  toFailedOutcome,
  visibleText,
} from "@qizhi/core";
import { inputError, sayError } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { exitCode } from "./exit-code.ts";
import { openHistory } from "./history.ts";
import { untilInterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { printJson, printNote } from "./io.ts";
import { toMomentText } from "./time-text.ts";

/** How to create a job. */
export interface CreateOptions {
  /** Lets unknown keys of the spec through. */
  readonly allowUnknown: boolean;
  /** Sends also what was sent before with an unknown outcome. */
  readonly again: boolean;
  /** Prints a document when a signal ends it. */
  readonly json: boolean;
}

/**
 * Creates a job so that every crash leaves a trace: the journal has the attempt on the disk before it is
 * sent, and its outcome afterwards. A local platform of this command leaves none, as its jobs end with it.
 * @returns the job, or the exit code when a signal ended it.
 * @throws {InputError} an equal attempt has an unknown outcome or is under way, or the journal cannot be
 * written.
 */
export async function createJob(
  connection: Connection,
  spec: JobSpec,
  options: CreateOptions,
  io: Io,
): Promise<IdentifiedJob | number> {
  const { client, local } = connection;
  const journal = local === undefined ? openHistory(io) : undefined;
  if (journal && !options.again) refuseDoubled(journal, connection, spec);
  let attempt: string | undefined;
  let job: IdentifiedJob | undefined;
  const code = await untilInterrupted(
    io,
    async (signal) => {
      // First, so that the time between the attempt's line and the create is short.
      await client.authenticate({ signal });
      attempt = journal && writeAttempt(journal, connection, spec);
      try {
        if (journal && !options.again) giveWay(journal, connection, spec, attempt);
        job = await client.createJob(spec, { allowUnknown: options.allowUnknown, signal });
        const { job_id: jobId, workspace_id: workspaceId } = job;
        writeOutcome(journal, attempt, { result: "created", jobId, workspaceId }, io);
        return exitCode.ok;
      } catch (error) {
        writeOutcome(journal, attempt, toFailedOutcome(error), io);
        const isInterrupted = error instanceof SubmissionUnknownError && signal.aborted;
        throw isInterrupted ? error.cause : error;
      }
    },
    (by) => {
      if (options.json) {
        const interruption = { exit_code: by.exitCode };
        printJson(io, { job_id: null, attempt: attempt ?? null, interruption });
      }
      if (attempt === undefined) return io.t.journal.interruptedBefore;
      const url = visibleText(jobListUrl(client.baseUrl, spec.workspace_id));
      return io.t.journal.interruptedDuring(excerpt(spec.name, 100), url);
    },
  );
  return job ?? code;
}

/** The attempts of this spec on this platform that have no certain outcome, in their order. */
function findOpen(journal: Journal, { client }: Connection, spec: JobSpec): Attempt[] {
  const fingerprint = specFingerprint(spec);
  return journal.unresolved({ platform: client.baseUrl, fingerprint, inFlight: true });
}

/** Of two that send the same at the same moment, the one that wrote first goes on. */
function giveWay(
  journal: Journal,
  connection: Connection,
  spec: JobSpec,
  own: string | undefined,
): void {
  const [first] = findOpen(journal, connection, spec);
  if (first !== undefined && first.id !== own) throw beingSent(first);
}

function beingSent({ name, process: { pid } }: Attempt): InputError {
  return inputError(
    (say) => say.journal.beingSent(excerpt(name, 100), pid),
    (say) => say.journal.beingSentHint,
  );
}

function refuseDoubled(journal: Journal, connection: Connection, spec: JobSpec): void {
  const open = findOpen(journal, connection, spec).at(-1);
  if (open === undefined) return;
  if (open.state === "in_flight") throw beingSent(open);
  const sentAt = Date.parse(open.time);
  const why = excerpt(open.reason ?? "", 300);
  throw inputError(
    (say) =>
      say.journal.doubled(excerpt(open.name, 100), toMomentText(sentAt, say), say.journal.why(why)),
    (say) => say.journal.doubledHint(attemptUrl(open), shortAttempt(open.id)),
  );
}

/** Page of the web console that would list the job of an attempt. */
export function attemptUrl({ platform, spec }: Attempt): string {
  const workspace = spec["workspace_id"];
  return visibleText(jobListUrl(platform, typeof workspace === "string" ? workspace : undefined));
}

/** The part of an attempt's id that people type. */
export function shortAttempt(id: string): string {
  return id.slice(0, 8);
}

function writeAttempt(journal: Journal, { client, username }: Connection, spec: JobSpec): string {
  try {
    return journal.attempt({ platform: client.baseUrl, account: username, spec });
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    throw inputError(
      (say) => `${sayError(error, say).summary} ${say.nothingSent}`,
      (say) => say.journal.folderHint,
    );
  }
}

function writeOutcome(
  journal: Journal | undefined,
  attempt: string | undefined,
  outcome: AttemptOutcome,
  io: Io,
): void {
  if (journal === undefined || attempt === undefined) return;
  try {
    journal.outcome(attempt, outcome);
  } catch (error) {
    // The job is there all the same; the journal calls the attempt unknown from now on.
    printNote(
      io,
      io.t.journal.outcomeLost(isQizhiError(error) ? sayError(error, io.t).summary : ""),
    );
  }
}
