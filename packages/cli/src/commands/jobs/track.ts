import type { Attempt } from "@qizhi/core/journal";
import {
  excerpt,
  ownSession,
  refuseOwnedJob,
  shortAttempt,
  toPlatformKey,
  visibleText,
} from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { findKnown, openHistory, toSeenEntry } from "../../history/history.ts";
import { toCommand } from "../../terminal/connection.ts";
import { printJson, printNote } from "../../terminal/io.ts";
import { findAttempts } from "../../history/references.ts";
import { selectJob } from "../../history/selection.ts";
import { toJobJson, toSeenJob } from "../../view/job-output.ts";
import { findAccess } from "../../access/access.ts";
import { refuseElsewhere } from "../../history/say-reference.ts";

/**
 * `qizhi track`: polls a job that was created elsewhere and takes it into the history. With `--for` the job
 * is the one that an attempt with an unknown outcome created.
 */
export const track: Run = async ({ args, options, io }) => {
  const { t } = io;
  const connection = await connect(options, io);
  const { client, journal } = connection;
  const { baseUrl: platform } = client;
  const reference = options.text("for");
  const open = journal.unresolved();
  const attempt = reference === undefined ? undefined : pickAttempt(reference, open);
  if (attempt !== undefined && attempt.platform !== platform) {
    const id = shortAttempt(attempt.id);
    throw inputError(["history.attemptElsewhere", id, visibleText(attempt.platform)]);
  }
  const jobId = selectJob(args[0] ?? "", connection, io);
  const job = await client.getJob(jobId);
  const seen = toSeenJob(connection, job);
  const isKnown = findKnown(connection, [jobId]).has(jobId);
  if (attempt !== undefined) {
    refuseOwnedJob(journal, platform, jobId, attempt.id);
    journal.append({ kind: "resolved", attempt: attempt.id, jobId });
  } else if (!isKnown) {
    const { name, workspace_id: workspaceId } = job;
    const session = ownSession();
    journal.append({ kind: "track", platform, jobId, name, workspaceId, session });
  }
  journal.append(toSeenEntry(platform, seen));
  if (options.flag("json")) {
    printJson(io, toJobJson(seen));
    return exitCode.ok;
  }
  if (attempt !== undefined) printNote(io, t.history.settledAs(shortAttempt(attempt.id), jobId));
  else if (isKnown) printNote(io, t.history.isTracked(jobId));
  else printNote(io, t.history.tracked(jobId, excerpt(job.name ?? "", 60)));
  const isNew = attempt === undefined && !isKnown;
  const same = open.filter((each) => isNew && each.platform === platform && each.name === job.name);
  for (const { id } of same) {
    const short = shortAttempt(id);
    printNote(io, t.history.mayBe(short, toCommand(connection, "track", jobId, "--for", short)));
  }
  return exitCode.ok;
};

/** The only attempt that a reference means. @throws {InputError} there is none, or several. */
export function pickAttempt(reference: string, attempts: readonly Attempt[]): Attempt {
  const found = findAttempts(reference, attempts);
  const [only] = found;
  const shown = visibleText(reference);
  if (only === undefined) throw inputError(["history.noAttempt", shown], "history.listOpen");
  if (found.length === 1) return only;
  const ids = found.map(({ id }) => shortAttempt(id)).join(", ");
  throw inputError(["history.severalAttempts", shown, ids], "reference.ambiguousHint");
}

/** `qizhi note`: keeps a text with a job of the history. Nothing is sent. */
export const note: Run = async ({ args, options, io }) => {
  const [reference = "", text] = args;
  if (text === undefined)
    throw inputError(["needsArgument", "note", "<text>"], ["seeHelp", "note"]);
  const client = findAccess(options, io);
  const jobId = selectJob(reference, { client }, io);
  const journal = openHistory(io);
  const platform = toPlatformKey(client.baseUrl);
  if (!findKnown({ client, journal }, [jobId]).has(jobId)) {
    refuseElsewhere(reference, journal.read([jobId]), platform);
    throw inputError(["reference.none", visibleText(reference)], "reference.noneHint");
  }
  journal.append({ kind: "job:note", platform, jobId, text });
  printNote(io, text === "" ? io.t.history.noteGone(jobId) : io.t.history.noted(jobId));
  return exitCode.ok;
};
