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
import { bornAt, keepSeen } from "../history/history.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { ListedJob } from "./listed-jobs.ts";
import { toListedJob } from "./listed-jobs.ts";
import { type Poll, mayChange, refreshJobs } from "./refresh-jobs.ts";

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
  const polls = await pollThose(connection, here, mostEnded, signal);
  const seen = [...polls.values()].flatMap((poll) => ("seen" in poll ? poll.seen : []));
  keepSeen(connection, seen);
  const errors = [...polls.values()].flatMap((poll) => ("error" in poll ? poll.error : []));
  const [first] = errors;
  if (first !== undefined)
    printNote(io, io.t.history.notAsked(errors.length, sayError(first, io.t).summary));
  noteGone(here, polls, io);
  const jobs = here.map((job) => {
    const poll = polls.get(job.jobId);
    if (poll === undefined) return toListedJob(job, job.seen, !mayChange(job));
    return "seen" in poll
      ? toListedJob(job, poll.seen, true)
      : toListedJob(job, job.seen, false, poll.error);
  });
  return { jobs, code: isQizhiError(first) ? exitCodeOf(first) : exitCode.ok };
}

// The platform may not find a job yet that it has just created (wire 5).
const newMs = 60_000;

/** Names the command that takes jobs out of the history that the platform does not find: it would never end. */
function noteGone(jobs: readonly KnownJob[], polls: ReadonlyMap<string, Poll>, io: Io): void {
  const gone = jobs.filter((job) => {
    const poll = polls.get(job.jobId);
    if (poll === undefined || !("error" in poll) || !(poll.error instanceof ApiError)) return false;
    return saysNotFound(poll.error) && Date.now() - bornAt(job) > newMs;
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
): Promise<Map<string, Poll>> {
  const known = jobs.filter((job) => job.seen !== undefined && mayChange(job));
  const unseen = jobs.filter(({ seen }) => seen === undefined);
  const polls = new Map<string, Poll>();
  let left = mostEnded;
  let asked = [...known, ...unseen.splice(0, left)];
  while (asked.length > 0) {
    const ids = asked.map(({ jobId }) => jobId);
    const found = await refreshJobs(connection, ids, { timeoutMs: 30_000, signal });
    for (const [jobId, poll] of found) polls.set(jobId, poll);
    left -= [...found.values()].filter(
      (poll) => !("seen" in poll) || !canChange(poll.seen.report),
    ).length;
    asked = unseen.splice(0, Math.max(0, left));
  }
  return polls;
}

/** Whether a job is known to be active or to hold nodes. */
export function isActive({ status, phase }: ListedJob): boolean {
  const { holdsNodes } = classifyStatus(status);
  return status !== undefined && canChange({ phase, holdsNodes });
}
