import { readLogs, type ReadLogsOptions, visibleText } from "@qizhi/core/internal";
import { connect } from "../../access/connect.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import type { Options } from "../../context/options.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode, exitCodeOf, gravest, joinCodes } from "../../errors/exit-code.ts";
import { selectOfAnyStatus } from "../../jobs/select-jobs.ts";
import {
  followLogsOfJobs,
  type Print,
  printFailedNode,
  printWhyNothing,
  type Reading,
  toErrorOf,
} from "./follow-several.ts";
import {
  createLogOpener,
  type JobLogs,
  type JobsLogs,
  openLogs,
  openLogsOfJobs,
} from "../../logs/open-logs.ts";
import { createJsonPrinter, createLogPrinter } from "../../logs/print-logs.ts";
import { type Io, printJobErrors, printNote } from "../../terminal/io.ts";
import { escapeCommands } from "../../text/unsafe-text.ts";

// Of several jobs, where `--tail` says nothing else.
const tailOfSeveral = 20;
// Each is looked at every second.
const mostFollowed = 50;

/** `qizhi logs`: what the nodes of jobs print. */
export const logs: Run = async (input) => {
  const { options, io } = input;
  const connection = await connect(options, io);
  const { jobIds, count, isSet, code } = await selectOfAnyStatus(connection, input);
  if (jobIds.length === 0) {
    const statuses = visibleText(options.list("status").join(", "));
    if (code === exitCode.ok) printNote(io, io.t.logs.noneOfStatus(count, statuses));
    return code;
  }
  const isFollow = options.flag("follow");
  if (isFollow && jobIds.length > mostFollowed) {
    throw inputError(["logs.tooMany", jobIds.length, mostFollowed], "logs.tooManyHint");
  }
  const settings = readSettings(options, isSet);
  const opener = createLogOpener(options, io);
  try {
    const opened: JobsLogs = isSet
      ? await openLogsOfJobs(connection, jobIds, opener)
      : { jobs: [await openLogs(connection, jobIds[0] ?? "", opener)], failed: [] };
    if (isSet && options.text("tail") === undefined) {
      printNote(io, io.t.logs.tailOfSeveral(tailOfSeveral));
    }
    const print = createPrint(opened.jobs, input);
    const shown = await (isFollow
      ? followLogsOfJobs(connection, opened, { settings, print }, io)
      : show(opened, { settings, print }, io));
    return joinCodes(code, shown);
  } finally {
    opener.close();
  }
};

function readSettings(options: Options, isSet: boolean): ReadLogsOptions {
  const ageMs = options.duration("since");
  return {
    node: options.text("node"),
    tail: options.integer("tail", 0) ?? (isSet ? tailOfSeveral : undefined),
    allRounds: options.flag("allRounds"),
    since: ageMs === undefined ? undefined : Date.now() - ageMs,
  };
}

function createPrint(jobs: readonly JobLogs[], { options, io }: CommandInput): Print {
  const { stdout } = io;
  const isNode = options.text("node") !== undefined;
  const hasNames = jobs.some(({ name, isSeveral }) => name !== undefined || (isSeveral && !isNode));
  const isInCi = io.env["GITHUB_ACTIONS"] === "true";
  const write = (text: string) => stdout.write(isInCi ? escapeCommands(text) : text);
  const asText = createLogPrinter({ hasNames, stream: stdout, write }, io);
  const asJson = options.flag("json") ? createJsonPrinter(io) : undefined;
  return async ({ jobId, name, source }, settings) => {
    let hasLines = false;
    for await (const chunk of readLogs(source, settings)) {
      if (settings.signal?.aborted) break;
      hasLines = true;
      if (asJson === undefined) asText(chunk, name);
      else asJson(chunk, jobId);
      if (stdout.isGone?.()) break;
      await stdout.drain?.();
    }
    return hasLines;
  };
}

/** Prints what there is, job after job. */
async function show({ jobs, failed }: JobsLogs, { settings, print }: Reading, io: Io) {
  const errors = [...failed];
  for (const job of jobs) {
    try {
      const hasLines = await print(job, settings);
      if (io.stdout.isGone?.()) break;
      if (!hasLines) await printWhyNothing(job, settings, io);
      await printFailedNode(job, io);
    } catch (error) {
      errors.push(toErrorOf(job, error));
    }
  }
  printJobErrors(io, [...jobs, ...errors]);
  return gravest([exitCode.ok, ...errors.map(({ error }) => exitCodeOf(error))]);
}
