import { isQizhiError, type JobSpec } from "@qizhi/core";
import { readSpec } from "@qizhi/core/sweep";
import {
  type IdentifiedJob,
  jobUrl,
  maskSpec,
  mayTryAgain,
  visibleText,
} from "@qizhi/core/internal";
import type { Outcome } from "../../jobs/follow-jobs.ts";
import { warnOf, warnOfShellLine } from "../../spec/check-spec.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import type { Connection } from "../../terminal/connection.ts";
import { connect } from "../../access/connect.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { type Io, printJson, printNote, printResult } from "../../terminal/io.ts";
import { createTheme } from "../../terminal/style.ts";
import { toJobJson, toSeenJob } from "../../view/job-output.ts";
import type { Options } from "../../context/options.ts";
import { readSource, readSpecOptions } from "../../spec/read-spec.ts";
import { findOrigin, withOrigin } from "../../history/origin.ts";
import { confirmPlan, toPlanOf } from "../../spec/confirm-plan.ts";
import { createJob, type CreateOptions } from "../../history/submit-journal.ts";
import { endDryRun, printOrigins, toDryBody, toOrigins, toShown } from "../../spec/show-spec.ts";
import { followLogs } from "../../logs/follow-logs.ts";
import { nextSteps, printDocuments } from "../../jobs/print-outcomes.ts";
import { readWaitSettings, waitsForOutcome } from "../../jobs/wait-settings.ts";
import { type EndOfWait, waitForJobs, whileCreating } from "../../jobs/wait-for-jobs.ts";
import { endUntried, type FailedTry, isLeft, refuseStopped } from "./try-again.ts";

/** `qizhi submit`: checks a spec, sends one create, and waits when asked. */
export const submit: Run = async (input) => {
  const { args, options, rest, io } = input;
  // A wrong limit is reported before any file is read.
  readWaitSettings(options);
  warnOfShellLine(rest, io);
  const source = await readSource(args[0]!, io);
  const settings = await readSpecOptions(options, rest, io);
  const overrides = { ...settings, matrix: options.list("matrix") };
  const parsed = await readSpec(source, overrides);
  options.checkTerms(parsed.kind);
  if (parsed.kind === "sweep") {
    const { submitSweep } = await import("../../sweep/submit-sweep.ts");
    return submitSweep(parsed, input, settings);
  }
  const read = await warnOf(parsed.check(), io);
  const { spec } = read;
  if (options.flag("dryRun")) {
    printOrigins(toOrigins(read), io);
    return dryRun([spec], options, io);
  }
  const isWanted = await confirmPlan({ plan: toPlanOf(spec), below: settings }, options, io);
  if (!isWanted) return exitCode.usage;
  const [opened, origin] = await Promise.all([
    connect(options, io),
    findOrigin(args[0], options.text("note"), io),
  ]);
  const connection = withOrigin(opened, origin);
  try {
    return await submitTo(connection, spec, input, { allowUnknown: options.flag("allowUnknown") });
  } finally {
    await connection.dispose();
  }
};

/** Prints what would be sent, one body or a list; secrets only with `--show-secrets`. */
export function dryRun(specs: readonly JobSpec[], options: Options, io: Io): number {
  printDocuments(toShown(specs.map(toDryBody), maskSpec, options, io), io);
  return endDryRun(specs, io);
}

/**
 * Sends one create for a checked spec, and waits when asked; with `--retries` once more for each try that failed, by
 * the rule that sweeps have. A create of unknown outcome ends it, as does one that fails: the try before is the result.
 */
export async function submitTo(
  connection: Connection,
  spec: JobSpec,
  input: CommandInput,
  first: Pick<CreateOptions, "allowUnknown" | "before">,
): Promise<number> {
  const { options, io } = input;
  const retries = options.integer("retries", 0) ?? 0;
  const startedAt = connection.client.clock.now();
  let last: FailedTry | undefined;
  for (let tries = 1; ; tries += 1) {
    const nth = { ...first, tries, retries, startedAt, last };
    const ended = await submitTry(connection, spec, input, nth);
    if (typeof ended === "number") return ended;
    last = ended;
    printNote(io, io.t.triesJobAgain(last.job.job_id, tries + 1, retries + 1));
  }
}

/** A try of a job, from 1. */
interface Try extends Pick<CreateOptions, "allowUnknown" | "before"> {
  readonly tries: number;
  readonly retries: number;
  /** When the first began. */
  readonly startedAt: number;
  /** The one before it. */
  readonly last: FailedTry | undefined;
}

/** Submits a try, and waits for it when asked. @returns the try where another follows, or the exit code. */
async function submitTry(
  connection: Connection,
  spec: JobSpec,
  input: CommandInput,
  nth: Try,
): Promise<FailedTry | number> {
  const { options, io } = input;
  const { tries, last } = nth;
  // What was checked once is sent as it was, under a name of its own.
  const sent = last === undefined ? spec : { ...spec, name: `${spec.name}-try${tries}` };
  const how = {
    allowUnknown: nth.allowUnknown || last !== undefined,
    again: options.flag("allowDuplicate"),
    before: last === undefined ? nth.before : undefined,
    beforeSend: last && refuseStopped.bind(undefined, connection, last.job),
    isRetry: last !== undefined,
    json: options.flag("json"),
    onSignal: whileCreating(connection, { options, io }),
  };
  const job = await createJob(connection, sent, how, io).catch((error: unknown) => {
    if (last === undefined || !isQizhiError(error)) throw error;
    return endUntried(last, error, io);
  });
  if (typeof job === "number") return job;
  printCreated(connection, sent, job, io);
  if (waitsForOutcome(connection, options)) return waitForTry(connection, sent, job, input, nth);
  return printSubmitted(connection, spec, job, input);
}

/** Waits for a try. @returns the try where another follows, or the exit code. */
async function waitForTry(
  connection: Connection,
  sent: JobSpec,
  job: IdentifiedJob,
  { options, io }: CommandInput,
  { tries, retries, startedAt, last }: Try,
): Promise<FailedTry | number> {
  const { clock } = connection.client;
  const { timeoutMs = Infinity } = readWaitSettings(options).limits;
  const isFollowed = options.flag("follow") || !connection.keepsJobs;
  const follower = isFollowed ? followLogs(connection, job.job_id, { options, io }) : undefined;
  let failedTry: FailedTry | undefined;
  const isTriedAgain = ([outcome]: readonly Outcome[], end: EndOfWait) => {
    const failed = outcome?.seen?.report.phase === "failed" ? "failed" : undefined;
    const isInTime = clock.now() - startedAt < timeoutMs;
    if (!isInTime || !mayTryAgain(failed, { tries, retries })) return false;
    if (isLeft(connection, sent, job, { again: options.flag("allowDuplicate"), io })) return false;
    failedTry = { job, end };
    return true;
  };
  const waiting = { follower, isTriedAgain, ...(last !== undefined && { startedAt }) };
  const code = await waitForJobs(connection, [job.job_id], options, io, waiting);
  return failedTry ?? code;
}

/** Prints that a job was created, and the address of its page, which a terminal that has links makes one. */
export function printCreated(
  { client, keepsJobs }: Connection,
  { name, workspace_id: workspaceId }: JobSpec,
  { job_id: jobId }: IdentifiedJob,
  io: Io,
): void {
  printNote(io, io.t.submitted(visibleText(name), jobId));
  if (!keepsJobs) return;
  const url = jobUrl(client.baseUrl, jobId, workspaceId);
  printNote(io, `  ${createTheme(io.stderr, io.env).link(visibleText(url), url)}`);
}

/** Prints a job that is not waited for. */
function printSubmitted(
  connection: Connection,
  spec: JobSpec,
  job: IdentifiedJob,
  { options, io }: Pick<CommandInput, "options" | "io">,
): number {
  if (options.flag("json")) {
    printJson(io, toJobJson(toSeenJob(connection, { ...spec, ...job })));
  } else {
    printNote(io, nextSteps(connection, [job.job_id], io.t.toWait, io.t));
    printResult(io, job.job_id);
  }
  return exitCode.ok;
}
