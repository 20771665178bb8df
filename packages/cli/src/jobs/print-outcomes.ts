import type { KnownJob } from "@qizhi/core/journal";
import type { SweepState } from "@qizhi/core/sweep";
import {
  excerpt,
  isLowered,
  jobUrl,
  listFailedNodes,
  sum,
  visibleText,
} from "@qizhi/core/internal";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { exitCodeOf, exitCodeOfPhase, toErrorJson } from "../errors/exit-code.ts";
import type { Outcome } from "./poll-jobs.ts";
import type { EndFacts } from "./wait-settings.ts";
import { toOriginJson, toOriginText } from "../history/origin.ts";
import { findKnownOrNone } from "../history/history.ts";
import type { Io } from "../terminal/io.ts";
import {
  printDocuments,
  printJobErrors,
  printLines,
  printNote,
  printResult,
} from "../terminal/io.ts";
import type { Rows } from "../text/table.ts";
import { type SeenJob, toJobJson, toJobsText } from "../view/job-output.ts";
import type { Messages } from "../messages/en.ts";
import type { Options } from "../context/options.ts";
import { printFailures, readFailures, toFailureJson } from "../logs/failed-nodes.ts";

export function exitCodeOfOutcome({ seen, error }: Outcome): number {
  return seen === undefined ? exitCodeOf(error) : exitCodeOfPhase(seen.report.phase);
}

/**
 * Prints jobs on stdout and errors on stderr; in a document both. Of jobs that failed and keep logs also the
 * last lines of the node that failed first, unless these were printed before.
 */
export async function printOutcomes(
  connection: Connection,
  outcomes: readonly Outcome[],
  how: {
    options: Options;
    io: Io;
    isFollowed?: boolean;
    besides?: readonly unknown[] | undefined;
    /** Ends the reading of the last lines. */
    signal?: AbortSignal;
  },
): Promise<void> {
  const { options, io, isFollowed = false, besides = [], signal } = how;
  printJobErrors(io, outcomes);
  const seen = outcomes.flatMap((outcome) => outcome.seen ?? []);
  const jobIds = seen.map(({ report }) => report.jobId);
  const known = findKnownOrNone(connection, jobIds);
  printJobNotes(connection, seen, known, io);
  const failures = await readFailures(connection, seen, known, { signal });
  if (options.flag("json")) {
    const documents = outcomes.map((outcome) => {
      const job = known.get(outcome.jobId);
      return {
        ...toOutcomeJson(outcome),
        ...(job && toOriginJson(job)),
        ...toFailureJson(failures.get(outcome.jobId)),
      };
    });
    return printDocuments([...documents, ...besides], io);
  }
  const rows = toKnownRows(known, io.t);
  try {
    if (seen.length > 0) printResult(io, toJobsText(connection, seen, io, rows));
  } finally {
    if (!isFollowed) printFailures(failures, connection, io);
  }
}

/** Says what needs a second look: a priority that the platform lowered, and the nodes of a job that failed. */
function printJobNotes(
  connection: Connection,
  seen: readonly SeenJob[],
  known: ReadonlyMap<string, KnownJob>,
  io: Io,
): void {
  for (const { job, report } of seen) {
    const { jobId } = report;
    const asked = job.task_priority || known.get(jobId)?.attempt?.spec["task_priority"];
    if (typeof asked === "number" && isLowered(report, asked)) {
      const { priority = 0, priorityLevel = "" } = report;
      const level = excerpt(priorityLevel, 20);
      printNote(io, io.t.loweredPriority(jobId, asked, priority, level));
    }
    const nodes = connection.keepsJobs ? listFailedNodes(report) : undefined;
    if (nodes === undefined) continue;
    const set = ["--set", `extra.exclude_nodes=${nodes}`];
    printNote(io, io.t.failedNodes(toCommand(connection, "rerun", jobId, ...set)));
  }
}

/** What the history knows of a job besides what the platform said; of several it is in `--json` alone. */
function toKnownRows(known: ReadonlyMap<string, KnownJob>, t: Messages): Rows {
  const [job] = known.values();
  if (job === undefined || known.size > 1) return [];
  return [
    [t.labels.from, toOriginText(job, t)],
    [t.labels.note, job.note && excerpt(job.note, 300)],
  ];
}

/** Shows jobs that a person is asked about on stderr. @returns their GPUs, as far as they are known. */
export function showToAsk(connection: Connection, seen: readonly SeenJob[], io: Io): number {
  if (seen.length > 0) printLines(io, toJobsText(connection, seen, { ...io, stdout: io.stderr }));
  return sum(seen.map(({ report }) => report.gpus)) ?? 0;
}

export function toOutcomeJson({ jobId, seen, error }: Outcome): Record<string, unknown> {
  if (seen !== undefined) return toJobJson(seen);
  return { job_id: jobId, error: error && toErrorJson(error) };
}

/** The facts of the jobs of a wait, in their order; of one that has not ended as it was polled last. */
export function toEndFacts(
  outcomes: readonly Outcome[],
  { code, baseUrl, t }: { code: number; baseUrl: string; t: Io["t"] },
): EndFacts {
  const ends = outcomes.map(({ jobId, last, seen = last, error }) => {
    const phase = fates.get(error?.code ?? "") ?? seen?.report.phase ?? "unknown";
    const { url = jobUrl(baseUrl, jobId), name = jobId, runTimeMs } = seen?.report ?? {};
    return { jobId, phase, url, name, runTimeMs };
  });
  const join = (values: readonly (number | string)[]) =>
    cutToBytes(values.map((value) => visibleText(String(value))));
  const said = ends.map(({ name, phase }) => {
    return `${excerpt(name, 60)}${t.colon}${phase === "gone" ? t.gone : t.phases[phase]}`;
  });
  return {
    text: said.slice(0, 3).join(t.comma),
    variables: {
      QIZHI_JOB_ID: join(ends.map(({ jobId }) => jobId)),
      QIZHI_JOB_NAME: join(ends.map(({ name }) => name)),
      QIZHI_JOB_STATUS: join(ends.map(({ phase }) => phase)),
      QIZHI_JOB_URL: join(ends.map(({ url }) => url)),
      QIZHI_JOB_SECONDS: join(ends.map(({ runTimeMs = 0 }) => Math.round(runTimeMs / 1_000))),
      QIZHI_EXIT_CODE: String(code),
    },
  };
}

const fates: ReadonlyMap<string, "ended" | "gone"> = new Map([
  ["job_ended", "ended"],
  ["job_gone", "gone"],
]);

// Linux starts no command with a variable of 128 KiB.
const mostBytes = 100_000;

/** Texts in one line, and `…` in the place of those that do not fit. */
function cutToBytes(texts: readonly string[]): string {
  let left = mostBytes;
  const over = texts.findIndex((text) => (left -= Buffer.byteLength(text) + 1) < 0);
  return (over < 0 ? texts : [...texts.slice(0, over), "…"]).join(" ");
}

/**
 * The two commands that make sense for jobs that go on.
 * @param sweeps those that were named as a whole: each stands in the place of its jobs.
 */
export function nextSteps(
  connection: Connection,
  jobIds: readonly string[],
  wait: string,
  t: Messages,
  sweeps: readonly SweepState[] = [],
): string {
  const isOf = (jobId: string) => (sweep: SweepState) =>
    sweep.runs.some((run) => run.jobId === jobId);
  const targets = new Set(jobIds.map((jobId) => sweeps.find(isOf(jobId))?.id ?? jobId));
  const say = (what: string, command: string) =>
    `  ${what}${t.colon}${toCommand(connection, command, ...targets)}`;
  return `${say(wait, "wait")}\n${say(t.toStop, "stop")}`;
}
