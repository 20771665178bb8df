import { excerpt } from "@qizhi/core";
import { inputError } from "../cli-error.ts";
import { askYesOrNo, canAsk } from "../ask.ts";
import type { CommandInput, Run } from "../command.ts";
import { connect } from "../connect.ts";
import { exitCode, exitCodeOf, gravest } from "../exit-code.ts";
import { keepSeen } from "../history.ts";
import { printError, printJson, printLines, printNote, printResult } from "../io.ts";
import type { SeenJob } from "../job-times.ts";
import { toJobsText } from "../job-output.ts";
import { resolveJobs } from "../job-reference.ts";
import type { Messages } from "../messages/en.ts";
import type { Stop } from "../stop-jobs.ts";
import { canStop, lookBefore, sendStop, untilStopped } from "../stop-jobs.ts";

/** `qizhi stop`: shows what is active, asks, and stops it; one that has ended is told and left. */
export const stop: Run = async (input) => {
  const { args, options, io } = input;
  const timeoutMs = options.duration("timeout");
  const connection = await connect(options, io);
  const jobIds = resolveJobs(args, connection, io);
  const stops = await Promise.all(jobIds.map((jobId) => lookBefore(connection, jobId)));
  const seen = stops.flatMap((each) => each.before ?? []);
  keepSeen(connection.client.baseUrl, seen, io);
  const active = seen.filter(canStop);
  if (active.length > 0 && !(await isAllowed(active, input))) {
    printNote(io, io.t.stop.left);
    return exitCode.usage;
  }
  await Promise.all(stops.map((each) => sendStop(connection, each)));
  const isLate = options.flag("wait") && (await untilStopped(connection, stops, timeoutMs, io));
  report(stops, input);
  if (isLate !== false) return isLate;
  return gravest(stops.map(({ error }) => (error === undefined ? exitCode.ok : exitCodeOf(error))));
};

async function isAllowed(active: readonly SeenJob[], { options, io }: CommandInput) {
  if (options.flag("yes")) return true;
  if (!canAsk(io))
    throw inputError(
      (say) => say.stop.needsYes(active.length),
      (say) => say.stop.yesHint,
    );
  printLines(io, toJobsText(active, { ...io, stdout: io.stderr }));
  return askYesOrNo(io, io.t.stop.ask(active.length));
}

function report(stops: readonly Stop[], { options, io }: CommandInput): void {
  for (const { error } of stops) if (error !== undefined) printError(io, error);
  if (options.flag("json")) {
    const documents = stops.map(toJson);
    printJson(io, documents.length === 1 ? documents[0] : documents);
    return;
  }
  const lines = stops.flatMap((each) => toText(each, io.t) ?? []);
  if (lines.length > 0) printResult(io, lines.join("\n"));
}

function toJson({ jobId, before, isSent, after, error }: Stop): Record<string, unknown> {
  return {
    job_id: jobId,
    stop_sent: isSent,
    status: before?.report.status,
    ...(after !== undefined && { status_after: after }),
    ...(error && { error: { ...error.toJSON(), exit_code: exitCodeOf(error) } }),
  };
}

function toText({ jobId, before, isSent, after }: Stop, t: Messages): string | undefined {
  if (before === undefined) return undefined;
  const raw = excerpt(before.report.status ?? t.noStatus, 60);
  if (after !== undefined) return t.nowIs(jobId, excerpt(after, 60));
  if (isSent) return t.isStopping(jobId, raw);
  return canStop(before) ? undefined : t.hasEnded(jobId, raw);
}
