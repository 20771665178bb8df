import type { KnownError } from "@qizhi/core";
import { canStop, isUnderWay, visibleText } from "@qizhi/core/internal";
import { askYesOrNo, canAsk } from "../../terminal/ask.ts";
import { inputError, sayError } from "../../errors/cli-error.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import type { Connection } from "../../terminal/connection.ts";
import { connect } from "../../access/connect.ts";
import { exitCode, exitCodeOf, gravest } from "../../errors/exit-code.ts";
import type { Attempt } from "@qizhi/core/journal";
import { reportUnresolved, unresolvedOf } from "../../history/unresolved.ts";
import { keepSeen, openHistory } from "../../history/history.ts";
import { recordStops } from "../../history/tries.ts";
import {
  type Io,
  printDocuments,
  printJobErrors,
  printNote,
  printResult,
} from "../../terminal/io.ts";
import { toSeenJob } from "../../view/job-output.ts";
import { type Polls, refreshJobs } from "../../jobs/poll-jobs.ts";
import type { Targets } from "../../history/selection.ts";
import { showToAsk } from "../../jobs/print-outcomes.ts";
import { reportNothing, selectSet } from "../../jobs/select-jobs.ts";
import {
  activeJobs,
  awaitCreates,
  describeSweeps,
  type Halted,
  haltSweeps,
  reportHalted,
  toHaltJson,
} from "../../sweep/halt-sweeps.ts";
import type { StoppedJob } from "../../jobs/stop-jobs.ts";
import { stopJobs, toStandText, toStopJson, toStopText } from "../../jobs/stop-jobs.ts";
import { untilStopped } from "../../jobs/after-stop.ts";

/**
 * `qizhi stop`: shows the active jobs, asks, and stops them; a job that has ended is reported and left. Of a
 * sweep it stops the jobs, and no more are submitted, whichever process runs it.
 */
export const stop: Run = async (input) => {
  const { options, io } = input;
  const timeoutMs = options.duration("timeout");
  requireTargets(input);
  const connection = await connect(options, io);
  const targets = await selectSet(connection, input, { isFinal: options.flag("yes"), halts: true });
  const { meant, sweeps: chosen } = targets;
  if (targets.jobIds.length + chosen.length === 0) {
    return gravest([targets.code, recordStops(connection, meant, io), reportNothing(input)]);
  }
  const asked = options.flag("yes") ? undefined : await ask(connection, targets, input);
  if (asked === "no") {
    printNote(io, io.t.stop.left);
    return exitCode.usage;
  }
  io.signal?.throwIfAborted();
  // Before the jobs are asked about: one that has failed by then may be about to be tried again.
  const recorded = recordStops(connection, meant, io);
  const { stops, sweeps: halted, failed } = await haltAndStop(connection, targets, asked, io);
  const { stops: settled, cutShort } = options.flag("wait")
    ? await untilStopped(connection, stops, timeoutMs, io, halted)
    : { stops, cutShort: undefined };
  const seen = settled.flatMap(({ before, after = before }) => after ?? []);
  keepSeen(
    connection,
    seen.map((job) => toSeenJob(connection, job)),
  );
  const open = report(connection, settled, { sweeps: halted, failed }, input);
  if (cutShort !== undefined) return cutShort;
  const errors = [...settled.map(({ error }) => error), ...failed.values()];
  const failures = errors.map((error) => (error ? exitCodeOf(error) : exitCode.ok));
  const codes = [targets.code, recorded, ...failures];
  return gravest(open.length > 0 ? [...codes, exitCode.unknownOutcome] : codes);
};

/** The jobs that targets name, as far as they are known before a halt. */
export function namedJobs({ jobIds, sweeps }: Targets): string[] {
  return [...new Set([...jobIds, ...sweeps.flatMap(activeJobs)])];
}

/**
 * Halts the sweeps and stops all jobs: also those that the sweeps had submitted by then, and those whose creates were
 * under way.
 */
async function haltAndStop(
  connection: Connection,
  targets: Targets,
  asked: Polled | undefined,
  io: Io,
): Promise<Halted & { readonly stops: readonly StoppedJob[] }> {
  // The halt comes first: every job that the sweep has submitted is known afterwards.
  const { sweeps: halted, failed } = haltSweeps(targets.sweeps, io);
  const jobIds = [...new Set([...namedJobs(targets), ...halted.flatMap(activeJobs)])];
  // With --yes each job is stopped right after its own poll, also when the poll fails.
  const { signal } = io;
  const stopNow = (ids: readonly string[]) =>
    stopJobs(connection, ids, { pollFirst: true, signal });
  const first = asked ? stopAsked(connection, jobIds, asked) : stopNow(jobIds);
  const stops = await noteIfSlow(io, first);
  const sweeps = await awaitCreates(halted, connection, io);
  const late = sweeps.flatMap(activeJobs).filter((jobId) => !jobIds.includes(jobId));
  if (late.length === 0) return { sweeps, failed, stops };
  return { sweeps, failed, stops: [...stops, ...(await noteIfSlow(io, stopNow(late)))] };
}

/** @throws {InputError} nothing says what to stop; `@last` has to be typed. */
function requireTargets({ args, options }: CommandInput): void {
  const isGiven = ["name", "status", "since"].some((flag) => options.list(flag).length > 0);
  if (args.length === 0 && !isGiven && !options.flag("all")) {
    throw inputError("stop.needsTargets", ["seeHelp", "stop"]);
  }
}

const slowMs = 10_000;

/** Says after a while that a stop is still tried, so that nobody takes it for a hang. */
async function noteIfSlow<Result>(io: Io, stopping: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => printNote(io, io.t.stop.goesOn), slowMs);
  try {
    return await stopping;
  } finally {
    clearTimeout(timer);
  }
}

interface Polled extends Polls {
  readonly at: number;
}

/** Polls jobs and asks a person. @returns the polls, or "no". */
async function ask(
  connection: Connection,
  targets: Targets,
  { io }: CommandInput,
): Promise<Polled | "no"> {
  const { sweeps } = targets;
  const { seen, failed } = await refreshJobs(connection, namedJobs(targets));
  const at = Date.now();
  const active = [...seen.values()].filter(({ job }) => canStop(job.status));
  // A job whose poll fails can be stopped all the same.
  const unseen = [...failed].filter(([, error]) => canTry(error));
  const lines = describeSweeps(sweeps, io);
  const count = active.length + unseen.length;
  if (count + lines.length === 0) return { at, seen, failed };
  if (!canAsk(io)) throw inputError(["stop.needsYes", count], "stop.yesHint");
  const gpus = showToAsk(connection, active, io);
  for (const line of lines) printNote(io, line);
  for (const [jobId, error] of unseen) {
    printNote(io, io.t.stop.cannotSee(jobId, sayError(error, io.t).summary));
  }
  return (await askYesOrNo(io, io.t.stop.ask(count, gpus))) ? { at, seen, failed } : "no";
}

/** Stops the active jobs, those whose poll failed, and those submitted since. */
async function stopAsked(
  connection: Connection,
  jobIds: readonly string[],
  { at, seen, failed }: Polled,
): Promise<StoppedJob[]> {
  const known = new Map([...seen].map(([jobId, { job }]) => [jobId, job]));
  const isLeft = (jobId: string) => {
    const [job, error] = [known.get(jobId), failed.get(jobId)];
    return job ? !canStop(job.status) : error !== undefined && !canTry(error);
  };
  const ids = jobIds.filter((jobId) => !isLeft(jobId));
  const stops = await stopJobs(connection, ids, { known, knownAt: at });
  const toLeft = (jobId: string): StoppedJob => {
    const before = known.get(jobId);
    const hasEnded = before !== undefined;
    return { jobId, answer: undefined, hasEnded, before, error: failed.get(jobId) };
  };
  return jobIds.map((jobId) => stops.find((each) => each.jobId === jobId) ?? toLeft(jobId));
}

/** Whether a stop may work after a poll that failed: also where the platform says that there is no such job. */
function canTry(error: KnownError): boolean {
  return error.code === "connection" || error.code === "response" || error.code === "api";
}

/** Prints what became of the stops. @returns the creates of sweeps of which nobody knows whether they made a job. */
function report(
  connection: Connection,
  stops: readonly StoppedJob[],
  { sweeps, failed }: Halted,
  { options, io }: CommandInput,
): Attempt[] {
  const isJson = options.flag("json");
  if (!isJson) reportHalted({ sweeps, failed }, io);
  const view = sweeps.length > 0 && openHistory(io).read();
  const open = view ? sweeps.map((sweep) => unresolvedOf(sweep, view)) : [];
  printJobErrors(io, stops);
  for (const each of stops) {
    const stands = each.error && toStandText(each, io.t);
    if (stands !== undefined) printNote(io, stands);
  }
  if (isJson) {
    const halts = sweeps.map((sweep, at) => toHaltJson(sweep, open[at]!, failed.get(sweep.id)));
    printDocuments([...halts, ...stops.map(toStopJson)], io);
    return open.flat();
  }
  const lines = stops.flatMap((each) => toStopText(each, io.t) ?? []);
  if (lines.length > 0) printResult(io, lines.join("\n"));
  reportUnresolved(open.flat(), connection, io);
  const sending = open.flat().find(isUnderWay)?.sweepRun;
  if (sending !== undefined) printNote(io, io.t.stop.underWay(visibleText(sending.sweep)));
  return open.flat();
}
