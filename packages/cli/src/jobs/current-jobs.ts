import { ApiError, AuthError, type KnownError } from "@qizhi/core";
import {
  canChange,
  classifyStatus,
  isTolerable,
  quoteCommand,
  saysNotFound,
  toPlatformKey,
  visibleText,
} from "@qizhi/core/internal";
import type { JournalView, KnownJob } from "@qizhi/core/journal";
import { sayError } from "../errors/cli-error.ts";
import { findAccess } from "../access/access.ts";
import { connect } from "../access/connect.ts";
import type { CommandInput } from "../context/command.ts";
import type { Connection } from "../terminal/connection.ts";
import { exitCode, exitCodeOf } from "../errors/exit-code.ts";
import { bornAt } from "../history/history.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import type { SeenJob } from "../view/job-output.ts";
import { type ListedJob, toListedJob } from "./listed-jobs.ts";
import { type Polls, mayChange, refreshJobs } from "./poll-jobs.ts";

/** Jobs of the history with what is known of them, and the exit code of the polls. */
export interface CurrentJobs {
  readonly jobs: readonly ListedJob[];
  readonly code: number;
  /** What to say of the polls that failed. */
  readonly notes: readonly string[];
  /** Why each later look would fail, too, such as a login that was refused. */
  readonly lasting?: KnownError | undefined;
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
export async function connectToLook(input: CommandInput): Promise<Connection | undefined> {
  const { options, io } = input;
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

/** The jobs as last seen, of all platforms unless one is given or will be asked. */
export function asSeen(
  wanted: readonly KnownJob[],
  { options, io }: CommandInput,
  connection?: Connection,
): CurrentJobs {
  const { baseUrl, baseUrlFrom } = findAccess(options, io);
  const isAny = connection === undefined && ["account", "default"].includes(baseUrlFrom);
  const platform = toPlatformKey(baseUrl);
  const here = wanted.filter((job) => isAny || job.platform === platform);
  return { jobs: here.map((job) => toListedJob(job)), code: exitCode.ok, notes: [] };
}

// At three requests a second they take ten seconds.
const manyUnseen = 30;

/**
 * The jobs as they stand: polls those that can have changed. One that was never polled may be active, however old it is;
 * what a poll shows is kept. Without a connection they are as last seen.
 */
export async function asTheyStand(
  connection: Connection | undefined,
  wanted: readonly KnownJob[],
  input: CommandInput,
  signal?: AbortSignal,
): Promise<CurrentJobs> {
  if (connection === undefined) return asSeen(wanted, input);
  const { io } = input;
  const platform = toPlatformKey(connection.client.baseUrl);
  const here = wanted.filter((job) => job.platform === platform);
  const { seen, failed } = await pollInBatches(connection, here.filter(mayChange), signal, io);
  const [first] = failed.values();
  const jobs = here.map((job) => toListedJob(job, seen.get(job.jobId), failed.get(job.jobId)));
  const code = first ? exitCodeOf(first) : exitCode.ok;
  const lasting = [...failed.values()].find(isLasting);
  return { jobs, code, notes: sayFailed(here, failed, io.t), lasting };
}

// The size of a batch, too: a history of jobs that the platform does not know any more is not asked about for minutes.
const mostGone = 60;

/** Polls jobs; those that were never polled from the newest on, until many of them are gone. */
async function pollInBatches(
  connection: Connection,
  jobs: readonly KnownJob[],
  signal: AbortSignal | undefined,
  io: Io,
): Promise<Polls> {
  const idsOf = (isSeen: boolean) =>
    jobs.flatMap((job) => ((job.seen !== undefined) === isSeen ? job.jobId : []));
  const unseen = idsOf(false);
  if (unseen.length > manyUnseen) printNote(io, io.t.history.askingFirst(unseen.length));
  const seen = new Map<string, SeenJob>();
  const failed = new Map<string, KnownError>();
  let next = [...idsOf(true), ...unseen.splice(0, mostGone)];
  while (next.length > 0) {
    const polls = await refreshJobs(connection, next, { timeoutMs: 30_000, signal });
    for (const [jobId, job] of polls.seen) seen.set(jobId, job);
    for (const [jobId, error] of polls.failed) failed.set(jobId, error);
    const isOver =
      failed.size >= mostGone || [...failed.values()].some(({ code }) => code !== "api");
    next = isOver ? [] : unseen.splice(0, mostGone);
  }
  return { seen, failed };
}

function isLasting(error: KnownError): boolean {
  return (error.code === "auth" || error.code === "connection") && !isTolerable(error, true);
}

const mostNamed = 20;
// The platform may not find a job yet that it has just created (wire 5).
const newMs = 60_000;

/** Says why jobs could not be asked about, and the command that forgets those that the platform does not find. */
function sayFailed(jobs: readonly KnownJob[], failed: Polls["failed"], t: Messages): string[] {
  const [first] = failed.values();
  if (first === undefined) return [];
  const notAsked = t.history.notAsked(failed.size, sayError(first, t).summary);
  const gone = jobs.filter((job) => {
    const error = failed.get(job.jobId);
    return error instanceof ApiError && saysNotFound(error) && Date.now() - bornAt(job) > newMs;
  });
  if (gone.length === 0) return [notAsked];
  const ids = gone.slice(0, mostNamed).map(({ jobId }) => visibleText(jobId));
  return [notAsked, t.history.toForget(quoteCommand(["qizhi", "forget", ...ids]))];
}

/** Whether a job is known to be active or to hold nodes. */
export function isActive({ status, phase }: ListedJob): boolean {
  const { holdsNodes } = classifyStatus(status);
  return status !== undefined && canChange({ phase, holdsNodes });
}
