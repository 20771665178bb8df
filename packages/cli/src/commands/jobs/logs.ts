import { visibleText } from "@qizhi/core";
import { readFailedNode, readLogs, type ReadLogsOptions } from "@qizhi/core/internal";
import { connect } from "../../access/connect.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import type { Options } from "../../context/options.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { keepSeen } from "../../history/history.ts";
import { selectJob } from "../../history/selection.ts";
import { followJobs, type Outcome } from "../../jobs/follow-jobs.ts";
import { exitCodeOfOutcome } from "../../jobs/wait-for-jobs.ts";
import { type JobLogs, openLogs } from "../../logs/open-logs.ts";
import { createJsonPrinter, createLogPrinter, nameOf } from "../../logs/print-logs.ts";
import type { Connection } from "../../terminal/connection.ts";
import { untilInterrupted } from "../../terminal/signals.ts";
import { type Io, printJobErrors, printNote } from "../../terminal/io.ts";
import { toPhaseText } from "../../view/job-output.ts";

/** `qizhi logs`: what the nodes of a job print. */
export const logs: Run = async (input) => {
  const { args, options, io } = input;
  const settings = readSettings(options);
  const connection = await connect(options, io);
  const jobId = selectJob(args[0] ?? "@last", connection, io);
  const found = await openLogs(connection, jobId, { options, io });
  try {
    if (options.flag("follow")) return await follow(connection, jobId, { found, settings }, input);
    const hasLines = await print(jobId, { found, settings }, input);
    if (!hasLines) printNote(io, io.t.logs.notYet);
    await printFailedNode(found, io);
    return exitCode.ok;
  } finally {
    found.source.close();
  }
};

function readSettings(options: Options): ReadLogsOptions {
  const ageMs = options.duration("since");
  return {
    node: options.text("node"),
    tail: options.integer("tail", 0),
    allRounds: options.flag("allRounds"),
    since: ageMs === undefined ? undefined : Date.now() - ageMs,
  };
}

interface Reading {
  readonly found: JobLogs;
  readonly settings: ReadLogsOptions;
}

/** Prints logs until they end, or until nobody reads them. @returns whether there was a line. */
async function print(
  jobId: string,
  { found: { source, isSeveral }, settings }: Reading,
  { options, io }: CommandInput,
): Promise<boolean> {
  const { stdout } = io;
  const hasNames = isSeveral && settings.node === undefined;
  const style = { hasNames, stream: stdout, write: (text: string) => stdout.write(text) };
  const show = options.flag("json") ? createJsonPrinter(jobId, io) : createLogPrinter(style, io);
  let hasLines = false;
  for await (const chunk of readLogs(source, settings)) {
    hasLines = true;
    show(chunk);
    if (stdout.isGone?.()) break;
    await stdout.drain?.();
  }
  return hasLines;
}

/** Names the node that failed first on stderr. */
async function printFailedNode({ source }: JobLogs, io: Io): Promise<void> {
  const failed = await readFailedNode(source, 0);
  if (failed === undefined) return;
  const { run, exitCode: code } = failed;
  const host = visibleText(run.host ?? "");
  printNote(io, io.t.logs.failedNode(nameOf(run.node, io.t), host, code));
}

/** Prints logs until the job has ended. @returns the exit code of its outcome. */
async function follow(
  connection: Connection,
  jobId: string,
  { found, settings }: Reading,
  input: CommandInput,
): Promise<number> {
  const { io } = input;
  return untilInterrupted(
    io,
    async (signal) => {
      const enough = new AbortController();
      const known = new Map<string, Outcome>();
      const limits = { signal: AbortSignal.any([signal, enough.signal]) };
      const ended = followJobs(connection, [jobId], limits, () => {}, known);
      ended.catch(() => {});
      await print(jobId, { found, settings: { ...settings, until: ended, signal } }, input);
      signal.throwIfAborted();
      if (io.stdout.isGone?.()) {
        enough.abort();
        return exitCode.ok;
      }
      const outcomes = await ended;
      keepSeen(
        connection,
        outcomes.flatMap(({ seen }) => seen ?? []),
      );
      printJobErrors(io, outcomes);
      await printFailedNode(found, io);
      const [outcome = { jobId }] = outcomes;
      if (outcome.seen !== undefined) {
        printNote(io, `${visibleText(jobId)}: ${toPhaseText(outcome.seen.report, io.t)}`);
      }
      return exitCodeOfOutcome(outcome);
    },
    () => `${io.t.interrupted(1)}\n${io.t.logs.follows(visibleText(jobId))}`,
  );
}
