import { classifySeen, findCreated, visibleText } from "@qizhi/core/internal";
import { askYesOrNo, canAsk } from "../../terminal/ask.ts";
import { connect } from "../../access/connect.ts";
import type { CommandInput } from "../../context/command.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode, exitCodeOf, gravest, joinCodes } from "../../errors/exit-code.ts";
import { findKnownOrNone, openHistory } from "../../history/history.ts";
import { findOrigin, withOrigin } from "../../history/origin.ts";
import { findDueTries, findLastTries } from "../../history/tries.ts";
import { mayChange, pollToChoose } from "../../jobs/poll-jobs.ts";
import { showToAsk } from "../../jobs/print-outcomes.ts";
import { fitsFilters, readFilters } from "../../history/filters.ts";
import { type Connection, toCommand } from "../../terminal/connection.ts";
import type { Io } from "../../terminal/io.ts";
import { printJson, printNote } from "../../terminal/io.ts";
import type { SeenJob } from "../../view/job-output.ts";
import { type Again, submitAll } from "./send-again.ts";
import { dryRun } from "./submit.ts";
import { submitTo } from "./submit-tries.ts";
import { readSentOf } from "./sent-spec.ts";

/**
 * Submits several jobs of the history again, or with `--failed` those of them that have failed and were not
 * submitted again since. Asks first.
 * @param given ids of jobs; none for all since `--since`.
 */
export async function rerunSeveral(given: readonly string[], input: CommandInput): Promise<number> {
  const { options, io } = input;
  const origin = await findOrigin(undefined, options.text("note"), io);
  const connection = withOrigin(await connect(options, io), origin);
  const wanted = given.length > 0 ? given : jobsSince(connection, input);
  const polls = await pollToSend(connection, wanted, io);
  if (!options.flag("failed")) return sendAgain(connection, wanted, polls, input);
  const ids = onlyFailed(connection, polls.failed, io);
  if (ids.length > 0) return joinCodes(polls.code, await sendAgain(connection, ids, polls, input));
  if (options.flag("json")) printJson(io, []);
  if (polls.code === exitCode.ok) printNote(io, io.t.rerun.noneFailed);
  return polls.code;
}

async function sendAgain(
  connection: Connection,
  ids: readonly string[],
  polls: PolledToSend,
  input: CommandInput,
): Promise<number> {
  const { options, io } = input;
  const ofOne = ["name", "retries"].find((flag) => options.text(flag) !== undefined);
  if (ids.length > 1 && ofOne !== undefined) throw inputError(["rerun.ofOne", `--${ofOne}`]);
  const all: Again[] = [];
  const { client, journal } = connection;
  for (const jobId of ids) {
    const spec = await readSentOf(connection, jobId, input);
    const { id = "none" } = findCreated(journal, client.baseUrl, spec) ?? {};
    // Another terminal may send the same while this one asks.
    all.push({ jobId, spec, ...(options.flag("failed") && { before: id }) });
  }
  if (options.flag("dryRun")) {
    const specs = all.map(({ spec }) => spec);
    return dryRun(specs, options, io);
  }
  const seen = ids.flatMap((jobId) => polls.seen.get(jobId) ?? []);
  if (!options.flag("yes") && !(await ask(connection, seen, ids.length, io))) {
    printNote(io, io.t.nothingSent);
    return exitCode.usage;
  }
  const due = leftToSend(connection, all, input);
  // With --retries there is one.
  if (options.text("retries") === undefined) {
    const code = due.length < all.length ? exitCode.usage : exitCode.ok;
    return joinCodes(code, await submitAll(connection, due, input));
  }
  const { spec, before } = due[0]!;
  return submitTo(connection, spec, input, { allowUnknown: true, before });
}

/** Leaves out what was tried again while a person was asked. @throws {InputError} nothing is left. */
function leftToSend(
  connection: Connection,
  all: readonly Again[],
  { options, io }: CommandInput,
): readonly Again[] {
  if (!options.flag("failed") || options.flag("allowDuplicate")) return all;
  const ids = all.map(({ jobId }) => jobId);
  const failed = new Set(onlyFailed(connection, ids, io));
  const due = all.filter(({ jobId }) => failed.has(jobId));
  const count = all.length - due.length;
  if (due.length === 0) {
    throw inputError((t) => `${t.rerun.sentSince(count)} ${t.nothingSent}`);
  }
  if (count > 0) printNote(io, io.t.rerun.sentSince(count));
  return due;
}

interface PolledToSend {
  readonly seen: ReadonlyMap<string, SeenJob>;
  /** The ids of those that have failed, as far as is known of a job that the platform does not show any more. */
  readonly failed: readonly string[];
  /** The exit code of the polls of those that may have failed since they were seen last. */
  readonly code: number;
}

/** Polls jobs. One that the platform refuses to show is reported, and stands as it was seen last. */
async function pollToSend(
  connection: Connection,
  jobIds: readonly string[],
  io: Io,
): Promise<PolledToSend> {
  const { seen, failed } = await pollToChoose(connection, jobIds, io);
  const known = findKnownOrNone(connection, [...failed.keys()]);
  const phaseOf = (jobId: string) =>
    seen.get(jobId)?.report.phase ?? classifySeen(known.get(jobId)?.seen ?? {}).phase;
  const unsure = [...failed].filter(([jobId]) => mayChange({ seen: known.get(jobId)?.seen }));
  return {
    seen,
    failed: jobIds.filter((jobId) => phaseOf(jobId) === "failed"),
    code: gravest(unsure.map(([, error]) => exitCodeOf(error))),
  };
}

function jobsSince({ client }: Connection, { options, io }: CommandInput): string[] {
  const { baseUrl: platform } = client;
  const filters = { ...readFilters(options), name: undefined };
  return openHistory(io)
    .read()
    .jobs.filter((job) => job.attempt && job.platform === platform && fitsFilters(job, filters))
    .map(({ jobId }) => jobId);
}

/**
 * The jobs that failed in the last try of their run. One that its own sweep tries again, or with a later try that may
 * exist, is left, and reported; one that is not in the history stays.
 */
function onlyFailed(connection: Connection, jobIds: readonly string[], io: Io): string[] {
  const view = openHistory(io).read();
  const { baseUrl: platform } = connection.client;
  const tries = findLastTries(view, platform);
  const due = findDueTries(view, platform);
  const here = view.jobs.filter((job) => job.platform === platform);
  const known = new Set(here.map(({ jobId }) => jobId));
  const failed = jobIds.filter((jobId) => tries.has(jobId) || !known.has(jobId));
  const sweeps = failed.flatMap((jobId) => due.get(jobId) ?? []);
  for (const id of new Set(sweeps)) {
    const count = sweeps.filter((sweep) => sweep === id).length;
    const shown = visibleText(id);
    const rerun = toCommand(connection, "rerun", shown, "--wait");
    printNote(io, io.t.rerun.dueIn(shown, count, rerun));
  }
  const left = failed.filter((jobId) => !due.has(jobId));
  const sure = left.filter((jobId) => tries.get(jobId) === undefined);
  const unsure = left.length - sure.length;
  if (unsure > 0) printNote(io, io.t.history.unresolved(unsure));
  return sure;
}

/** Lists what would be submitted, and asks. @throws {InputError} there is nobody to ask. */
async function ask(
  connection: Connection,
  seen: readonly SeenJob[],
  count: number,
  io: Io,
): Promise<boolean> {
  if (!canAsk(io)) throw inputError(["rerun.needsYes", count], "plan.yesHint");
  return askYesOrNo(io, io.t.rerun.ask(count, showToAsk(connection, seen, io)));
}
