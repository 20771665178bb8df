import type { KnownError } from "@qizhi/core";
import type { KnownJob } from "@qizhi/core/journal";
import { isQizhiError } from "@qizhi/core";
import { canChange, classifySeen, trustId } from "@qizhi/core/internal";
import type { Connection } from "../terminal/connection.ts";
import { type Io, printJobErrors } from "../terminal/io.ts";
import { createSeenKeeper, findKnownOrNone } from "../history/history.ts";
import type { SeenJob } from "../view/job-output.ts";
import { toSeenJob } from "../view/job-output.ts";

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
  const { seen, failed } = await refreshJobs(connection, jobIds);
  const grave = [...failed.values()].find(({ code }) => code !== "api");
  if (grave !== undefined) throw grave;
  printJobErrors(
    io,
    [...failed].map(([jobId, error]) => ({ jobId, error })),
  );
  return { seen, failed };
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
  const known = findKnownOrNone(connection, jobIds);
  const keep = createSeenKeeper(connection, known);

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
