import { type JobSpec } from "@qizhi/core";
import { readSpec } from "@qizhi/core/sweep";
import {
  findCreated,
  type IdentifiedJob,
  jobUrl,
  mayTryAgain,
  toPlatformKey,
  visibleText,
} from "@qizhi/core/internal";
import type { Outcome } from "../../jobs/follow-jobs.ts";
import { noteExtra, warnOf, warnOfShellLine } from "../../spec/check-spec.ts";
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
import { noteWrapped, printOrigins, toDryBody, toOrigins, toShown } from "../../spec/show-spec.ts";
import { followLogs } from "../../logs/follow-logs.ts";
import { nextSteps, printDocuments } from "../../jobs/print-outcomes.ts";
import { readWaitSettings, waitsForOutcome } from "../../jobs/wait-settings.ts";
import { waitForJobs, whileCreating } from "../../jobs/wait-for-jobs.ts";

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
  printDocuments(toShown(specs.map(toDryBody), options, io), io);
  noteExtra(specs, io);
  noteWrapped(specs, io);
  printNote(io, io.t.nothingSent);
  return exitCode.ok;
}

/**
 * Sends one create for a checked spec, and waits when asked; with `--retries` once more for each try that failed, by
 * the rule that sweeps have. A create of unknown outcome ends it.
 */
export async function submitTo(
  connection: Connection,
  spec: JobSpec,
  { options, io }: CommandInput,
  { allowUnknown, before }: Pick<CreateOptions, "allowUnknown" | "before">,
): Promise<number> {
  const {
    keepsJobs,
    client: { clock },
  } = connection;
  const [again, json] = [options.flag("allowDuplicate"), options.flag("json")];
  const retries = options.integer("retries", 0) ?? 0;
  const { timeoutMs = Infinity } = readWaitSettings(options).limits;
  const startedAt = clock.now();
  for (let tries = 1; ; tries += 1) {
    const isFirst = tries === 1;
    // What was checked once is sent as it was, under a name of its own.
    const sent = isFirst ? spec : { ...spec, name: `${spec.name}-try${tries}` };
    const onSignal = whileCreating(connection, { options, io });
    const how = {
      allowUnknown: allowUnknown || !isFirst,
      again,
      before: isFirst ? before : undefined,
      json,
      onSignal,
    };
    const job = await createJob(connection, sent, how, io);
    if (typeof job === "number") return job;
    printCreated(connection, sent, job, io);
    if (!waitsForOutcome(connection, options))
      return printSubmitted(connection, spec, job, { options, io });
    const isFollowed = options.flag("follow") || !keepsJobs;
    const follower = isFollowed ? followLogs(connection, job.job_id, { options, io }) : undefined;
    let isAgain = false;
    const isTriedAgain = ([outcome]: readonly Outcome[]) => {
      const failed = outcome?.seen?.report.phase === "failed" ? "failed" : undefined;
      const isInTime = clock.now() - startedAt < timeoutMs;
      if (!isInTime || !mayTryAgain(failed, { tries, retries })) return false;
      isAgain = again || !isSentSince(connection, sent, job);
      if (!isAgain) printNote(io, io.t.triedElsewhere(job.job_id));
      return isAgain;
    };
    const waiting = { follower, isTriedAgain, ...(!isFirst && { startedAt }) };
    const code = await waitForJobs(connection, [job.job_id], options, io, waiting);
    if (!isAgain) return code;
    printNote(io, io.t.triesJobAgain(job.job_id, tries + 1, retries + 1));
  }
}

/** Whether another process has submitted a spec since its job was created, or may have. */
function isSentSince(
  { client: { baseUrl }, journal }: Connection,
  spec: JobSpec,
  { job_id: jobId }: IdentifiedJob,
): boolean {
  const isOpen = journal.index().findOpen(toPlatformKey(baseUrl), spec).length > 0;
  return isOpen || findCreated(journal, baseUrl, spec)?.jobId !== jobId;
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
