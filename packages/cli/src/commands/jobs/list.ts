import type { JournalView, KnownJob } from "@qizhi/core/journal";
import { isQizhiError, visibleText } from "@qizhi/core";
import { classifyStatus, toPlatformKey } from "@qizhi/core/internal";
import { sayError } from "../../errors/cli-error.ts";
import { findAccess } from "../../access/access.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import type { Connection } from "../../terminal/connection.ts";
import { exitCode, exitCodeOf } from "../../errors/exit-code.ts";
import { bornAt, keepSeen, openHistory, reportDamage } from "../../history/history.ts";
import { printJson, printNote, printResult } from "../../terminal/io.ts";
import type { ListedJob } from "../../jobs/listed-jobs.ts";
import { toListedJson, toListedJob, toListText } from "../../jobs/listed-jobs.ts";
import type { Options } from "../../context/options.ts";
import { fitsFilters, type Filters, readFilters, toListPattern } from "../../jobs/select-jobs.ts";
import { listSweeps } from "../../sweep/show-sweeps.ts";
import { type Poll, mayChange, refreshJobs } from "../../jobs/refresh-jobs.ts";
import { listUnresolved } from "../../history/unresolved.ts";

/** `qizhi list`: the jobs submitted from here, newest first, as they stand now. */
export const list: Run = async (input) => {
  const { options, io } = input;
  const filters = readListFilters(options);
  if (options.flag("sweeps")) return listSweeps(input, filters);
  const journal = openHistory(io);
  const view = journal.read();
  reportDamage(journal, view, io);
  if (options.flag("unresolved")) return listUnresolved(view, input);
  // The sort is stable: after the reversal, the later of two jobs of the same age stands first.
  const wanted = view.jobs
    .toReversed()
    .filter((job) => fitsFilters(job, filters))
    .toSorted((a, b) => bornAt(b) - bornAt(a));
  const { jobs, code } = await (options.flag("offline") ? asSeen : asTheyStand)(
    wanted,
    filters,
    input,
  );
  const matching = jobs.filter(({ phase }) => filters.phases?.has(phase) ?? true);
  const shown = withActive(matching, filters.limit);
  if (options.flag("json")) printJson(io, shown.map(toListedJson));
  else if (shown.length > 0) printResult(io, toListText(shown, view.jobs, io));
  printRest({ shown, matching, view }, input);
  return code;
};

interface ListFilters extends Filters {
  readonly limit: number;
}

function readListFilters(options: Options): ListFilters {
  const filters = readFilters(options);
  const limit = options.flag("all") ? Infinity : (options.integer("limit", 1) ?? 20);
  return { ...filters, name: toListPattern(filters.name), limit };
}

interface Answer {
  readonly jobs: readonly ListedJob[];
  readonly code: number;
}

/** Lists the jobs as last seen, of all platforms unless one is given. */
async function asSeen(
  wanted: readonly KnownJob[],
  _filters: ListFilters,
  { options, io }: CommandInput,
): Promise<Answer> {
  const { baseUrl, baseUrlFrom } = findAccess(options, io);
  const isGiven = baseUrlFrom === "--base-url" || baseUrlFrom === "QIZHI_BASE_URL";
  const platform = toPlatformKey(baseUrl);
  const jobs = wanted.filter((job) => !isGiven || job.platform === platform);
  return { jobs: jobs.map((job) => toListedJob(job, job.seen, false)), code: exitCode.ok };
}

/** Lists the jobs as they stand: polls those that can have changed. */
async function asTheyStand(
  wanted: readonly KnownJob[],
  { phases: chosen, limit }: ListFilters,
  { options, io }: CommandInput,
): Promise<Answer> {
  const connection = await connect(options, io);
  const { baseUrl } = connection.client;
  const platform = toPlatformKey(baseUrl);
  const here = wanted.filter((job) => job.platform === platform);
  const polls = await pollThose(
    connection,
    here,
    chosen === undefined ? limit + mostOlder : Infinity,
  );
  const seen = [...polls.values()].flatMap((poll) => ("seen" in poll ? poll.seen : []));
  keepSeen(connection, seen);
  const errors = [...polls.values()].flatMap((poll) => ("error" in poll ? poll.error : []));
  const [first] = errors;
  if (first !== undefined)
    printNote(io, io.t.history.notAsked(errors.length, sayError(first, io.t).summary));
  const jobs = here.map((job) => {
    const poll = polls.get(job.jobId);
    if (poll === undefined) return toListedJob(job, job.seen, !mayChange(job));
    return "seen" in poll
      ? toListedJob(job, poll.seen, true)
      : toListedJob(job, job.seen, false, poll.error);
  });
  return { jobs, code: isQizhiError(first) ? exitCodeOf(first) : exitCode.ok };
}

const mostOlder = 40;

/**
 * Polls every job that was active at its last poll. Jobs that were never polled follow from the newest on,
 * until so many have ended that the older ones are likely to have ended too.
 */
async function pollThose(
  connection: Connection,
  jobs: readonly KnownJob[],
  mostEnded: number,
): Promise<Map<string, Poll>> {
  const known = jobs.filter((job) => job.seen !== undefined && mayChange(job));
  const unseen = jobs.filter(({ seen }) => seen === undefined);
  const polls = new Map<string, Poll>();
  let left = mostEnded;
  let asked = [...known, ...unseen.splice(0, left)];
  while (asked.length > 0) {
    const ids = asked.map(({ jobId }) => jobId);
    const found = await refreshJobs(connection, ids, { timeoutMs: 30_000 });
    for (const [jobId, poll] of found) polls.set(jobId, poll);
    left -= [...found.values()].filter(
      (poll) => !("seen" in poll) || hasEnded(poll.seen.job),
    ).length;
    asked = unseen.splice(0, Math.max(0, left));
  }
  return polls;
}

function hasEnded({ status }: { status?: string | undefined }): boolean {
  const { isTerminal, holdsNodes } = classifyStatus(status);
  return isTerminal && !holdsNodes;
}

/** Every job that is known to be active or to hold nodes, and the newest of the others. */
function withActive(jobs: readonly ListedJob[], limit: number): ListedJob[] {
  let others = 0;
  return jobs.filter((job) => {
    const isActive = job.status !== undefined && !hasEnded(job);
    return isActive || ++others <= limit;
  });
}

function printRest(
  found: { shown: readonly ListedJob[]; matching: readonly ListedJob[]; view: JournalView },
  { options, io }: CommandInput,
): void {
  const { shown, matching, view } = found;
  const { t } = io;
  const open = view.attempts.filter(({ state }) => state === "unknown").length;
  if (shown.length < matching.length) {
    printNote(io, t.history.more(shown.length, matching.length));
  } else if (shown.length === 0) {
    // A create of unknown outcome was submitted too.
    if (view.jobs.length > 0) printNote(io, t.history.noMatch);
    else if (open === 0) printNote(io, t.history.empty);
    const others = new Set(view.jobs.map((job) => job.platform));
    others.delete(toPlatformKey(findAccess(options, io).baseUrl));
    if (others.size > 0) {
      printNote(io, t.history.elsewhere([...others].map(visibleText).join(", ")));
    }
  }
  if (open > 0) printNote(io, t.history.unresolved(open));
}
