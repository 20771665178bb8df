import type { Attempt, JournalView, KnownJob } from "@qizhi/core";
import { excerpt, shortAttempt, visibleText } from "@qizhi/core";
import { inputError } from "../cli-error.ts";
import type { Run } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { openHistory } from "../history.ts";
import { printJson, printNote } from "../io.ts";
import { findAttempts, findJobs, pickOne } from "../job-reference.ts";
import { pickAttempt } from "./track.ts";

/**
 * `qizhi forget`: drops jobs from the history, or settles attempts with an unknown outcome as having made
 * no job. Nothing is sent; jobs go on.
 */
export const forget: Run = async ({ args, options, io }) => {
  const { t } = io;
  const journal = openHistory(io);
  const view = journal.read();
  // All are found before any is dropped.
  const found = args.map((reference) => find(reference, view));
  for (const { job, attempt } of found) {
    if (attempt !== undefined) journal.append({ kind: "resolved", attempt: attempt.id });
    if (job !== undefined) {
      journal.append({ kind: "forget", platform: job.platform, jobId: job.jobId });
    }
  }
  if (options.flag("json")) {
    const documents = found.map(({ job, attempt }) =>
      job === undefined ? { attempt: attempt?.id } : { job_id: job.jobId },
    );
    printJson(io, { forgot: documents });
    return exitCode.ok;
  }
  for (const { job, attempt } of found) {
    if (job !== undefined) printNote(io, t.history.forgot(visibleText(job.jobId)));
    if (attempt !== undefined) {
      const name = excerpt(attempt.name, 100);
      printNote(io, t.history.settledAsNone(shortAttempt(attempt.id), name));
    }
  }
  return exitCode.ok;
};

interface Found {
  readonly job?: KnownJob;
  readonly attempt?: Attempt;
}

function find(reference: string, { jobs, attempts }: JournalView): Found {
  const open = attempts.filter(({ state }) => state === "unknown");
  const foundJobs = findJobs(reference, jobs);
  const foundAttempts = findAttempts(reference, open);
  const shown = visibleText(reference);
  if (foundJobs.length > 0 && foundAttempts.length > 0) {
    throw inputError(
      (say) => say.history.both(shown),
      (say) => say.reference.ambiguousHint,
    );
  }
  if (foundAttempts.length > 0) return { attempt: pickAttempt(reference, foundAttempts) };
  if (foundJobs.length > 0) return { job: pickOne(reference, foundJobs) };
  throw inputError(
    (say) => say.history.nothingToForget(shown),
    (say) => say.history.listAll,
  );
}
