import {
  isQizhiError,
  type JobsUpdate,
  type KnownError,
  WaitLostError,
  type WaitOptions,
  WaitTimeoutError,
} from "@qizhi/core";
import { canChange, classifySeen, excerpt, trustId, visibleText } from "@qizhi/core/internal";
import type { KnownJob } from "@qizhi/core/journal";
import { keepWords } from "../errors/cli-error.ts";
import { createSeenKeeper } from "../history/history.ts";
import { en, type Messages } from "../messages/en.ts";
import type { Connection } from "../terminal/connection.ts";
import { type Io, printJobErrors } from "../terminal/io.ts";
import { type SeenJob, toSeenJob } from "../view/job-output.ts";

/** One poll of each of some jobs, by their ids: each is in one of the two. */
export interface Polls {
  readonly seen: ReadonlyMap<string, SeenJob>;
  readonly failed: ReadonlyMap<string, KnownError>;
}

/** Whether a job can still change; one that ended and holds no nodes never does. */
export function mayChange({ seen }: Pick<KnownJob, "seen">): boolean {
  return canChange(classifySeen(seen ?? {}));
}

/**
 * {@link refreshJobs} where what was seen before says nothing: a refusal of one job is reported.
 * @throws {KnownError} the platform could not be asked.
 */
export async function pollToChoose(
  connection: Connection,
  jobIds: readonly string[],
  io: Io,
): Promise<Polls> {
  const polls = await refreshJobs(connection, jobIds);
  const grave = [...polls.failed.values()].find(({ code }) => code !== "api");
  if (grave !== undefined) throw grave;
  const errors = [...polls.failed].map(([jobId, error]) => ({ jobId, error }));
  printJobErrors(io, errors);
  return polls;
}

/**
 * Polls jobs, at the rate of the client, and records in the history what each poll shows. When the platform cannot be
 * reached for one, the others are not polled and have the same error.
 */
export async function refreshJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<Polls> {
  const lost = new AbortController();
  const { signal: given, ...limits } = options;
  const signal = given ? AbortSignal.any([lost.signal, given]) : lost.signal;
  const { known, keep } = createSeenKeeper(connection, jobIds);

  async function poll(jobId: string): Promise<SeenJob | KnownError> {
    try {
      const job = await connection.client.getJob(jobId, { ...limits, signal });
      const seen = toSeenJob(connection, job);
      keep(seen);
      return seen;
    } catch (error) {
      if (!isQizhiError(error)) throw error;
      if (error.code !== "api") lost.abort(error);
      return known.has(jobId) ? trustId(error) : error;
    }
  }

  const polls = await Promise.all(jobIds.map(poll));
  const seen = new Map<string, SeenJob>();
  const failed = new Map<string, KnownError>();
  for (const [at, jobId] of jobIds.entries()) {
    const result = polls[at]!;
    if (result instanceof Error) failed.set(jobId, result);
    else seen.set(jobId, result);
  }
  return { seen, failed };
}

/** The result of a poll of a job or of a wait for it. */
export interface Outcome {
  readonly jobId: string;
  readonly seen?: SeenJob | undefined;
  readonly error?: KnownError | undefined;
  /** The last poll of a job that was not seen to end. */
  readonly last?: SeenJob | undefined;
}

/** Whether a job has ended for certain; one that was given up may go on. */
export function isOver({ seen, error }: Partial<Outcome> = {}): boolean {
  if (seen !== undefined || error?.code === "job_ended") return true;
  return error?.code === "job_gone" && error.hasEnded === true;
}

/**
 * Follows jobs to their ends, and records in the history what is seen as it is seen: a wait may be killed.
 * @param outcomes what is known of each, while it is followed, too.
 * @returns an outcome for each, in order. @throws the signal's own reason.
 */
export async function followJobs(
  connection: Connection,
  jobIds: readonly string[],
  options: WaitOptions & { signal: AbortSignal },
  onUpdate: (update: JobsUpdate) => void,
  outcomes = new Map<string, Outcome>(),
): Promise<Outcome[]> {
  let failure: KnownError | undefined;
  const { lastSeen, keep } = createSeenKeeper(connection, jobIds);
  const watch = { ...options, lastSeen, everyPoll: true };
  try {
    for await (const update of connection.client.watchJobs(jobIds, watch)) {
      if (update.type === "lost") {
        const { jobId, error: lost } = update;
        const endsHere = lost instanceof WaitTimeoutError && !connection.keepsJobs;
        const error = endsHere ? toLocalLimit(lost) : lost;
        outcomes.set(jobId, { ...outcomes.get(jobId), jobId, error });
        // The error of a single job is printed at the end.
        if (jobIds.length > 1) onUpdate({ ...update, error });
        continue;
      }
      if (update.type === "job") {
        const { jobId, job, report, isLast } = update;
        keep(update);
        outcomes.set(jobId, { jobId, [isLast ? "seen" : "last"]: { job, report } });
      }
      onUpdate(update);
    }
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    failure = error;
  }
  return jobIds.map((jobId) => {
    const outcome = outcomes.get(jobId);
    if (outcome?.seen !== undefined || outcome?.error !== undefined) return outcome;
    return { ...outcome, jobId, error: ownError(jobId, failure) };
  });
}

/** What ended the wait for all, as the error of one of them. */
function ownError(jobId: string, failure: KnownError | undefined): KnownError | undefined {
  if (!(failure instanceof WaitLostError) || !isQizhiError(failure.cause)) return failure;
  return new WaitLostError(jobId, failure.forText, failure.cause);
}

/** The error of a wait that reached its limit, of a job that ends with its platform. */
function toLocalLimit(reached: WaitTimeoutError): WaitTimeoutError {
  const { jobId, limit, limitMs, status } = reached;
  const words = (t: Messages) => {
    const seen = status === undefined ? t.phases.unknown : excerpt(status, 60);
    return t.localTimeout[limit](visibleText(jobId), t.duration(limitMs), seen);
  };
  const summary = words(en);
  const error = new WaitTimeoutError({ jobId, limit, limitMs, status });
  return keepWords(Object.assign(error, { summary, hint: undefined, message: summary }), words);
}
