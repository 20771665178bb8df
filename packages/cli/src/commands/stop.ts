import type { QizhiError } from "@qizhi/core";
import { askYesOrNo, canAsk } from "../ask.ts";
import { inputError, sayError } from "../cli-error.ts";
import type { CommandInput, Run } from "../command.ts";
import type { Connection } from "../connect.ts";
import { connect } from "../connect.ts";
import { exitCode, exitCodeOf, gravest } from "../exit-code.ts";
import { keepSeen } from "../history.ts";
import { printJobErrors, printJson, printLines, printNote, printResult } from "../io.ts";
import { toJobsText, toSeenJob } from "../job-output.ts";
import type { SeenJob } from "../job-times.ts";
import { resolveJobs } from "../job-reference.ts";
import { refreshJobs } from "../refresh-jobs.ts";
import type { StoppedJob } from "../stop-jobs.ts";
import { canStop, stopJobs, toStopJson, toStopText } from "../stop-jobs.ts";
import { untilStopped } from "../until-stopped.ts";

/** `qizhi stop`: shows what is active, asks, and stops it; one that has ended is told and left. */
export const stop: Run = async (input) => {
  const { args, options, io } = input;
  const timeoutMs = options.duration("timeout");
  const connection = await connect(options, io);
  const jobIds = resolveJobs(args, connection, io);
  // With --yes each is stopped as soon as it was polled, also where the poll fails.
  const stops = options.flag("yes")
    ? await stopJobs(connection, jobIds, { pollFirst: true })
    : await askAndStop(connection, jobIds, input);
  if (stops === undefined) {
    printNote(io, io.t.stop.left);
    return exitCode.usage;
  }
  const { stops: settled, cutShort } = options.flag("wait")
    ? await untilStopped(connection, stops, timeoutMs, io)
    : { stops, cutShort: undefined };
  const seen = settled.flatMap(({ before, after = before }) => after ?? []);
  keepSeen(
    connection.client.baseUrl,
    seen.map((job) => toSeenJob(connection, job)),
    io,
  );
  report(settled, input);
  if (cutShort !== undefined) return cutShort;
  return gravest(settled.map(({ error }) => (error ? exitCodeOf(error) : exitCode.ok)));
};

/** Stops what a person agrees to; `undefined` where that is nothing. */
async function askAndStop(
  connection: Connection,
  jobIds: readonly string[],
  input: CommandInput,
): Promise<StoppedJob[] | undefined> {
  const polls = await refreshJobs(connection, jobIds);
  const seen = new Map<string, SeenJob>();
  const failed = new Map<string, QizhiError>();
  for (const [jobId, poll] of polls) {
    if ("seen" in poll) seen.set(jobId, poll.seen);
    else failed.set(jobId, poll.error);
  }
  const active = [...seen.values()].filter(({ job }) => canStop(job));
  // A job that cannot be seen may be stopped all the same.
  const unseen = [...failed].filter(([, error]) => mayBeThere(error));
  const count = active.length + unseen.length;
  if (count > 0 && !(await isAllowed(active, unseen, input))) return undefined;
  const ids = [...active.map(({ job }) => job.job_id), ...unseen.map(([jobId]) => jobId)];
  const known = new Map([...seen].map(([jobId, { job }]) => [jobId, job]));
  const stops = await stopJobs(connection, ids, { known });
  return jobIds.map((jobId) => {
    const before = known.get(jobId);
    const left = { jobId, isSent: false, hasEnded: before !== undefined, before };
    return (
      stops.find((stopped) => stopped.jobId === jobId) ?? { ...left, error: failed.get(jobId) }
    );
  });
}

/** Whether a poll failed without saying anything about the job. */
function mayBeThere(error: QizhiError): boolean {
  const isFault = "status" in error && Number(error.status) >= 500;
  return error.code === "connection" || error.code === "response" || isFault;
}

async function isAllowed(
  active: readonly SeenJob[],
  unseen: readonly (readonly [jobId: string, error: QizhiError])[],
  { io }: CommandInput,
): Promise<boolean> {
  const count = active.length + unseen.length;
  if (!canAsk(io))
    throw inputError(
      (say) => say.stop.needsYes(count),
      (say) => say.stop.yesHint,
    );
  if (active.length > 0) printLines(io, toJobsText(active, { ...io, stdout: io.stderr }));
  for (const [jobId, error] of unseen) {
    printNote(io, io.t.stop.cannotSee(jobId, sayError(error, io.t).summary));
  }
  return askYesOrNo(io, io.t.stop.ask(count));
}

function report(stops: readonly StoppedJob[], { options, io }: CommandInput): void {
  printJobErrors(io, stops);
  if (options.flag("json")) {
    const documents = stops.map(toStopJson);
    printJson(io, documents.length === 1 ? documents[0] : documents);
    return;
  }
  const lines = stops.flatMap((each) => toStopText(each, io.t) ?? []);
  if (lines.length > 0) printResult(io, lines.join("\n"));
}
