import { isQizhiError, type JobSpec } from "@qizhi/core";
import {
  type IdentifiedJob,
  isDoubleError,
  jobUrl,
  quoteCommand,
  toPlatformKey,
  visibleText,
} from "@qizhi/core/internal";
import { askYesOrNo, canAsk } from "../../terminal/ask.ts";
import { connect } from "../../access/connect.ts";
import type { CommandInput } from "../../context/command.ts";
import { toFlag } from "../../context/options.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode, exitCodeOf, gravest } from "../../errors/exit-code.ts";
import { openHistory } from "../../history/history.ts";
import { findOrigin, withOrigin } from "../../history/origin.ts";
import { findDueTries, findLastTries } from "../../history/last-tries.ts";
import { createJob } from "../../history/submit-journal.ts";
import { refreshJobs } from "../../jobs/refresh-jobs.ts";
import { fitsFilters, readFilters } from "../../jobs/select-jobs.ts";
import { nextSteps, waitForJobs, whileCreating } from "../../jobs/wait-for-jobs.ts";
import type { Connection } from "../../terminal/connection.ts";
import type { Io } from "../../terminal/io.ts";
import { printError, printJson, printLines, printNote, printResult } from "../../terminal/io.ts";
import { type SeenJob, toJobJson, toJobsText, toSeenJob } from "../../view/job-output.ts";
import { dryRun, printLink, submitTo } from "./submit.ts";
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
  const polls = await refreshJobs(connection, wanted);
  const polled = wanted.flatMap((jobId) => {
    const error = polls.failed.get(jobId);
    if (error !== undefined) throw error;
    return polls.seen.get(jobId) ?? [];
  });
  const seen = options.flag("failed") ? onlyFailed(connection, polled, io) : polled;
  if (seen.length === 0) {
    printNote(io, io.t.rerun.noneFailed);
    return exitCode.ok;
  }
  const ofOne = ["name", "retries"].find((flag) => options.text(flag) !== undefined);
  if (seen.length > 1 && ofOne !== undefined) throw inputError(["rerun.ofOne", `--${ofOne}`]);
  const all: Again[] = [];
  for (const { report } of seen) {
    const { jobId } = report;
    all.push({ jobId, spec: await readSentOf(connection, jobId, input) });
  }
  if (options.flag("dryRun")) {
    const specs = all.map(({ spec }) => spec);
    return dryRun(specs, options, io);
  }
  if (!options.flag("yes") && !(await ask(connection, seen, io))) {
    printNote(io, io.t.nothingSent);
    return exitCode.usage;
  }
  // With --retries there is one.
  if (options.text("retries") === undefined) return submitAll(connection, all, input);
  return submitTo(connection, all[0]!.spec, input, { allowUnknown: true });
}

function jobsSince({ client }: Connection, { options, io }: CommandInput): string[] {
  const platform = toPlatformKey(client.baseUrl);
  const filters = { ...readFilters(options), name: undefined };
  return openHistory(io)
    .read()
    .jobs.filter((job) => job.attempt && job.platform === platform && fitsFilters(job, filters))
    .map(({ jobId }) => jobId);
}

/**
 * The jobs that failed in the last try of their run. One that its own sweep tries again, or with a later try that may
 * exist, is left, and reported.
 */
function onlyFailed({ client }: Connection, polled: readonly SeenJob[], io: Io): SeenJob[] {
  const view = openHistory(io).read();
  const platform = toPlatformKey(client.baseUrl);
  const tries = findLastTries(view, platform);
  const due = findDueTries(view, platform);
  const failed = polled.filter(
    ({ report: { phase, jobId } }) => phase === "failed" && tries.has(jobId),
  );
  const sweeps = failed.flatMap(({ report }) => due.get(report.jobId) ?? []);
  for (const id of new Set(sweeps)) {
    const count = sweeps.filter((sweep) => sweep === id).length;
    printNote(io, io.t.rerun.dueIn(visibleText(id), count));
  }
  const left = failed.filter(({ report }) => !due.has(report.jobId));
  const sure = left.filter(({ report }) => tries.get(report.jobId) === undefined);
  const unsure = left.length - sure.length;
  if (unsure > 0) printNote(io, io.t.history.unresolved(unsure));
  return sure;
}

/** Lists what would be submitted, and asks. @throws {InputError} there is nobody to ask. */
async function ask(connection: Connection, seen: readonly SeenJob[], io: Io): Promise<boolean> {
  const { length: count } = seen;
  if (!canAsk(io)) throw inputError(["rerun.needsYes", count], "rerun.yesHint");
  printLines(io, toJobsText(connection, seen, { ...io, stdout: io.stderr }));
  const gpus = seen.reduce((sum, { report: { gpus: all = 0 } }) => sum + all, 0);
  return askYesOrNo(io, io.t.rerun.ask(count, gpus));
}

/** The spec that is sent again for a job of the history. */
interface Again {
  readonly jobId: string;
  readonly spec: JobSpec;
}

/** What was created, and the exit codes of the creates that failed. */
interface Sent {
  readonly created: IdentifiedJob[];
  readonly codes: number[];
}

/** Sends the creates, and prints the jobs or waits for them. */
async function submitAll(
  connection: Connection,
  all: readonly Again[],
  input: CommandInput,
): Promise<number> {
  const { options, io } = input;
  const sent = await sendAll(connection, all, input);
  if (typeof sent === "number") return sent;
  const { created, codes } = sent;
  if (created.length > 0 && options.flag("wait")) {
    codes.push(await waitForJobs(connection, toIds(created), options, io));
  } else printCreated(connection, created, input);
  return gravest(codes);
}

function printCreated(
  connection: Connection,
  created: readonly IdentifiedJob[],
  { options, io }: CommandInput,
): void {
  if (options.flag("json")) {
    const documents = created.map((job) => toJobJson(toSeenJob(connection, job)));
    printJson(io, documents);
  } else if (created.length > 0) {
    const ids = toIds(created);
    printNote(io, nextSteps(ids, io.t.toWait, io.t));
    printResult(io, ids.join("\n"));
  }
}

function toIds(jobs: readonly IdentifiedJob[]): string[] {
  return jobs.map(({ job_id: jobId }) => jobId);
}

/**
 * Sends one create after the other. After one that may not be known, or that the platform cannot take, no more.
 * @returns the exit code when a signal ended it.
 */
async function sendAll(
  connection: Connection,
  all: readonly Again[],
  input: CommandInput,
): Promise<Sent | number> {
  const { options, io } = input;
  const json = options.flag("json");
  const again = options.flag("allowDuplicate");
  const sent: Sent = { created: [], codes: [] };
  for (const [at, { spec }] of all.entries()) {
    try {
      const before = toIds(sent.created);
      const printAll = async (last: IdentifiedJob | undefined) => {
        const created = last ? [...sent.created, { ...spec, ...last }] : sent.created;
        if (created.length > 0) printCreated(connection, created, input);
        return "";
      };
      const onSignal = whileCreating(connection, { options, io, before }) ?? {
        awaitsAnswer: false,
        end: printAll,
      };
      const how = { allowUnknown: true, again, json: json && before.length === 0, onSignal };
      const job = await createJob(connection, spec, how, io);
      if (typeof job === "number") return job;
      sent.created.push({ ...spec, ...job });
      printNote(io, io.t.submitted(visibleText(spec.name), job.job_id));
      const url = jobUrl(connection.client.baseUrl, job.job_id, spec.workspace_id);
      printLink(url, io);
    } catch (error) {
      printError(io, error);
      sent.codes.push(exitCodeOf(error));
      const left = all.slice(at + 1);
      if (concernsOneSpec(error) || left.length === 0) continue;
      printLeft(left, input);
      break;
    }
  }
  return sent;
}

function concernsOneSpec(error: unknown): boolean {
  return isQizhiError(error) && (error.code === "api" || isDoubleError(error));
}

/** Prints the command that sends the rest alone: the command line as it was would send all again. */
function printLeft(left: readonly Again[], { options, rest, io }: CommandInput): void {
  // The values of variables may be secrets, so the changes are named without them.
  const flags = ["set", "env", "logDir", "note"].filter((name) => options.list(name).length > 0);
  const changes = [...flags.map(toFlag), ...(rest.length > 0 ? ["-- …"] : [])].join(", ");
  const ids = left.map(({ jobId }) => visibleText(jobId));
  const several = left.length > 1 ? ["--yes"] : [];
  const command = quoteCommand(["qizhi", "rerun", ...ids, ...several]);
  printNote(io, io.t.rerun.left(left.length, command, changes));
}
