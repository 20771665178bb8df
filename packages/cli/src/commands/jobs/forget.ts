import { findSweep, readSweeps, type SweepState } from "@qizhi/core/sweep";
import type { Journal, JournalView } from "@qizhi/core/journal";
import { excerpt, forgetSweeps, isUnderWay, shortAttempt, visibleText } from "@qizhi/core/internal";
import { findPlatform, givenAccess } from "../../access/access.ts";
import { askYesOrNo, canAsk } from "../../terminal/ask.ts";
import { inputError } from "../../errors/cli-error.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { reportUnresolved, toUnresolvedJson, unresolvedOf } from "../../history/unresolved.ts";
import { openHistory } from "../../history/history.ts";
import { noteLast, refuseJobless, refuseSeveral } from "../../history/say-reference.ts";
import {
  findAttempts,
  findJobs,
  findSubmission,
  findSweeps,
  type Last,
  toPlace,
} from "../../history/references.ts";
import { printJson, printNote } from "../../terminal/io.ts";
import { pickAttempt } from "./track.ts";

/**
 * `qizhi forget`: drops jobs from the history, or settles attempts with an unknown outcome as having created
 * no job. Nothing is sent; jobs go on.
 */
export const forget: Run = async ({ args, options, io }) => {
  const { t } = io;
  const journal = openHistory(io);
  const view = journal.read();
  const places = new Map(args.flatMap((word) => findPlace(word, view, { options, io })));
  const isFinal = !canAsk(io);
  const unsure = [...places].filter(([word, found]) => noteLast(word, found, io, { isFinal }));
  const isUnsure = unsure.length > 0;
  if (isUnsure && !isFinal && !(await askYesOrNo(io, t.history.askForget))) {
    printNote(io, t.history.left);
    return exitCode.usage;
  }
  // Other processes go on while a person is asked.
  const now = isUnsure ? journal.read() : view;
  // A reference that is wrong must drop nothing.
  const found = args.map((reference) => {
    const last = places.get(reference)?.last;
    return last === undefined ? find(reference, now) : takeLast(last, reference, now);
  });
  drop(journal, found);
  const settled = new Set(found.map(({ attempt }) => attempt?.id));
  const openOf = (sweep: SweepState) =>
    unresolvedOf(sweep, now).filter(({ id }) => !settled.has(id));
  if (options.flag("json")) {
    const forgot = found.map(({ job, attempt, sweep }) => {
      if (job !== undefined) return { job_id: job.jobId };
      if (sweep === undefined) return { attempt: attempt?.id };
      return { sweep: sweep.id, unresolved: openOf(sweep).map(toUnresolvedJson) };
    });
    printJson(io, { forgot });
    return exitCode.ok;
  }
  for (const { job, attempt, sweep } of found) {
    if (job !== undefined) printNote(io, t.history.forgot(visibleText(job.jobId), false));
    if (sweep !== undefined) {
      printNote(io, t.history.forgot(visibleText(sweep.id), true));
      reportUnresolved(openOf(sweep), { flags: givenAccess(options) }, io);
    }
    if (attempt !== undefined) {
      const name = excerpt(attempt.name, 100);
      printNote(io, t.history.settledAsNone(shortAttempt(attempt.id), name));
    }
  }
  return exitCode.ok;
};

/** Drops all that was found, or nothing where a process runs one of the sweeps. */
function drop(journal: Journal, found: readonly Last[]): void {
  const sweeps = found.flatMap(({ sweep }) => sweep ?? []);
  forgetSweeps(journal, sweeps);
  for (const { job, attempt } of found) {
    if (attempt !== undefined) journal.append({ kind: "resolved", attempt: attempt.id });
    if (job !== undefined) {
      journal.append({ kind: "forget", platform: job.platform, jobId: job.jobId });
    }
  }
}

/** What `@last` and the like are, on the platform that all commands take these from. */
function findPlace(
  word: string,
  view: JournalView,
  { options, io }: Pick<CommandInput, "options" | "io">,
) {
  const place = toPlace(word);
  if (place === undefined) return [];
  const platform = findPlatform(options, io);
  const found = findSubmission(view, { platform, place });
  return found ? [[word, found] as const] : [];
}

function takeLast({ sweep, job, attempt }: Last, reference: string, view: JournalView): Last {
  if (sweep !== undefined) return { sweep: findSweep(view, sweep.id) ?? sweep };
  return job === undefined ? refuseJobless({ attempt }, reference) : { job };
}

function find(reference: string, view: JournalView): Last {
  const { jobs, attempts } = view;
  const sweeps = findSweeps(reference, readSweeps(view));
  const open = attempts.filter((each) => each.state === "unknown" && !isUnderWay(each));
  const foundJobs = findJobs(reference, jobs);
  if (sweeps.length + foundJobs.length > 1) refuseSeveral(reference, { jobs: foundJobs, sweeps });
  if (sweeps[0] !== undefined) return { sweep: sweeps[0] };
  const foundAttempts = findAttempts(reference, open);
  const shown = visibleText(reference);
  if (foundJobs.length > 0 && foundAttempts.length > 0) {
    throw inputError(["history.both", shown], "reference.ambiguousHint");
  }
  if (foundAttempts.length > 0) return { attempt: pickAttempt(reference, foundAttempts) };
  if (foundJobs[0] !== undefined) return { job: foundJobs[0] };
  const [sending] = findAttempts(reference, attempts.filter(isUnderWay));
  if (sending === undefined)
    throw inputError(["history.nothingToForget", shown], "history.listAll");
  const { pid, host } = sending.process;
  const facts = [shortAttempt(sending.id), pid, visibleText(host)] as const;
  throw inputError(["history.underWay", ...facts], "history.waitForOutcome");
}
