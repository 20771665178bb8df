import type { KnownError } from "@qizhi/core";
import type { JournalView, KnownJob } from "@qizhi/core/journal";
import { ApiError, AuthError, isQizhiError } from "@qizhi/core";
import {
  canChange,
  classifyStatus,
  quoteCommand,
  saysNotFound,
  toPlatformKey,
  visibleText,
} from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import { findAccess } from "../access/access.ts";
import { connect } from "../access/connect.ts";
import type { CommandInput } from "../context/command.ts";
import type { Connection } from "../terminal/connection.ts";
import { exitCode, exitCodeOf } from "../errors/exit-code.ts";
import { bornAt } from "../history/history.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { SeenJob } from "../view/job-output.ts";
import type { ListedJob } from "./listed-jobs.ts";
import { toListedJob } from "./listed-jobs.ts";
import { type Polls, mayChange, refreshJobs } from "./refresh-jobs.ts";

/** Jobs of the history with what is known of them, and the exit code of the polls. */
export interface CurrentJobs {
  readonly jobs: readonly ListedJob[];
  readonly code: number;
}

/** The jobs of a history that fit, the newest first. */
export function newestFirst(
  { jobs }: JournalView,
  fits: (job: KnownJob) => boolean,
): readonly KnownJob[] {
  // The sort is stable: after the reversal, the later of two jobs of the same age stands first.
  return jobs
    .toReversed()
    .filter(fits)
    .toSorted((a, b) => bornAt(b) - bornAt(a));
}

/** The connection of a look; none with `--offline`, or without a login, which is reported. */
export async function connectToLook({
  options,
  io,
}: CommandInput): Promise<Connection | undefined> {
  if (options.flag("offline")) return undefined;
  try {
    return await connect(options, io);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { summary, hint } = sayError(error, io.t);
    printNote(io, [summary, hint ?? "", io.t.history.asLastSeen].filter(Boolean).join("\n"));
    return undefined;
  }
}

/** The jobs as last seen, of all platforms unless one is given. */
export function asSeen(wanted: readonly KnownJob[], { options, io }: CommandInput): CurrentJobs {
  const { baseUrl, baseUrlFrom } = findAccess(options, io);
  const isGiven = baseUrlFrom === "--base-url" || baseUrlFrom === "QIZHI_BASE_URL";
  const platform = toPlatformKey(baseUrl);
  const jobs = wanted.filter((job) => !isGiven || job.platform === platform);
  // An end does not change any more.
  const toListed = (job: KnownJob) => toListedJob(job, job.seen, !mayChange(job));
  return { jobs: jobs.map(toListed), code: exitCode.ok };
}

/**
 * The jobs as they stand: polls those that can have changed.
 * @param how.mostEnded of those that were never polled, so many that have ended.
 */
export async function asTheyStand(
  connection: Connection,
  wanted: readonly KnownJob[],
  { mostEnded, signal }: { readonly mostEnded: number; readonly signal?: AbortSignal | undefined },
  { io }: CommandInput,
): Promise<CurrentJobs> {
  const platform = toPlatformKey(connection.client.baseUrl);
  const here = wanted.filter((job) => job.platform === platform);
  const { seen, failed } = await pollThose(connection, here, mostEnded, signal);
  const [first] = failed.values();
  if (first !== undefined)
    printNote(io, io.t.history.notAsked(failed.size, sayError(first, io.t).summary));
  noteGone(here, failed, io);
  const jobs = here.map((job) => {
    const error = failed.get(job.jobId);
    if (error !== undefined) return toListedJob(job, job.seen, false, error);
    const now = seen.get(job.jobId);
    return toListedJob(job, now ?? job.seen, now !== undefined || !mayChange(job));
  });
  return { jobs, code: isQizhiError(first) ? exitCodeOf(first) : exitCode.ok };
}

// The platform may not find a job yet that it has just created (wire 5).
const newMs = 60_000;

/** Names the command that takes jobs out of the history that the platform does not find: it would never end. */
function noteGone(jobs: readonly KnownJob[], failed: Polls["failed"], io: Io): void {
  const gone = jobs.filter((job) => {
    const error = failed.get(job.jobId);
    return error instanceof ApiError && saysNotFound(error) && Date.now() - bornAt(job) > newMs;
  });
  if (gone.length === 0) return;
  const ids = gone.map(({ jobId }) => visibleText(jobId));
  printNote(io, io.t.history.toForget(quoteCommand(["qizhi", "forget", ...ids])));
}

/**
 * Polls every job that was active at its last poll. Jobs that were never polled follow from the newest on,
 * until so many have ended that the older ones are likely to have ended too.
 */
async function pollThose(
  connection: Connection,
  jobs: readonly KnownJob[],
  mostEnded: number,
  signal: AbortSignal | undefined,
): Promise<Polls> {
  const known = jobs.filter((job) => job.seen !== undefined && mayChange(job));
  const unseen = jobs.filter(({ seen }) => seen === undefined);
  const seen = new Map<string, SeenJob>();
  const failed = new Map<string, KnownError>();
  let left = mostEnded;
  let asked = [...known, ...unseen.splice(0, left)];
  while (asked.length > 0) {
    const ids = asked.map(({ jobId }) => jobId);
    const found = await refreshJobs(connection, ids, { timeoutMs: 30_000, signal });
    for (const [jobId, job] of found.seen) seen.set(jobId, job);
    for (const [jobId, error] of found.failed) failed.set(jobId, error);
    const ended = [...found.seen.values()].filter(({ report }) => !canChange(report));
    left -= ended.length + found.failed.size;
    asked = unseen.splice(0, Math.max(0, left));
  }
  return { seen, failed };
}

/** Whether a job is known to be active or to hold nodes. */
export function isActive({ status, phase }: ListedJob): boolean {
  const { holdsNodes } = classifyStatus(status);
  return status !== undefined && canChange({ phase, holdsNodes });
}
