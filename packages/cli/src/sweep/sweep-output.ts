import type { ResultRow, RunState, Sweep, SweepLimit } from "@qizhi/core/sweep";
import { toCsv, toMarkdown, toResultRows, totalRows } from "@qizhi/core/sweep";
import {
  excerpt,
  isOver,
  runStates,
  stateOrder,
  toRunJson,
  visibleText,
} from "@qizhi/core/internal";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { inputError } from "../errors/cli-error.ts";
import { exitCode } from "../errors/exit-code.ts";
import { type Io, printError, printJson, printNote, printResult } from "../terminal/io.ts";
import { en, type Messages } from "../messages/en.ts";
import type { Options } from "../context/options.ts";
import { createTheme, type Style, type Theme } from "../terminal/style.ts";
import { type Column, drawTable, numbers } from "../text/table.ts";
import { columnsOf } from "../terminal/streams.ts";
import { findWriteTrouble, toWriteError } from "../spec/write-spec.ts";

/** The colour of a run's state. */
export const stateStyles: Readonly<Record<RunState, Style>> = {
  succeeded: "good",
  failed: "bad",
  refused: "bad",
  lost: "bad",
  ended: "bad",
  stopped: "faint",
  waiting: "faint",
  unknown: "warn",
  queued: "warn",
  starting: "active",
  running: "active",
  active: "active",
};

/** The facts of a sweep that an output shows. */
export type SweepSummary = Pick<Sweep, "id" | "plan" | "runs"> & {
  /** What cut it short. */
  readonly interruption?: { readonly exit_code: number } | undefined;
  /** The limit at which it was left, as a document has it. */
  readonly error?: unknown;
};

/** The requested files and their formats. */
function filesIn(options: Options) {
  const forms = [
    ["csv", toCsv],
    ["markdown", toMarkdown],
  ] as const;
  return forms.flatMap(([flag, toText]) => {
    const file = options.text(flag);
    return file === undefined ? [] : [{ file, toText, given: `--${flag} ${visibleText(file)}` }];
  });
}

/** Checks before anything is sent that the files can be written. @throws {InputError} some cannot, or one is asked for twice. */
export function checkFiles(options: Options): void {
  const files = filesIn(options);
  const [first, other] = files;
  if (first && other && resolve(first.file) === resolve(other.file))
    throw inputError(["flagConflicts", first.given, other.given]);
  const wrong = files.flatMap(({ file }) => {
    const reason = findWriteTrouble(file);
    return reason === undefined ? [] : [[visibleText(file), reason] as const];
  });
  if (wrong.length === 0) return;
  throw inputError((t) => wrong.map((each) => t.write.failed(...each)).join("\n"));
}

/**
 * Prints the runs of a sweep and writes the requested files.
 * @returns whether all files were written; each failure is printed.
 */
export async function printSweep(sweep: SweepSummary, options: Options, io: Io): Promise<boolean> {
  const rows = toResultRows(sweep.runs);
  let isWritten = true;
  for (const { file, toText } of filesIn(options)) {
    try {
      await writeText(file, toText(rows, sweep.plan.variables), io);
    } catch (error) {
      isWritten = false;
      printError(io, error);
    }
  }
  if (options.flag("json")) printJson(io, toSweepJson(sweep, rows));
  else printResult(io, toSweepText(sweep, rows, io));
  return isWritten;
}

/** Writes a file and says so. @throws {InputError} it cannot be written. */
export async function writeText(file: string, text: string, io: Io): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw toWriteError(file, error);
  }
  printNote(io, io.t.sweep.wrote(visibleText(file)));
}

function toSweepText({ id, plan }: SweepSummary, rows: readonly ResultRow[], io: Io): string {
  const { t } = io;
  const theme = createTheme(io.stdout, io.env);
  const width = columnsOf(io.stdout);
  const faint = (title: string) => theme.paint("faint", title);
  const lines = drawTable(rows, toColumns(rows, plan.variables, { t, theme }), width, faint);
  const totals = totalRows(rows);
  const used = totals.gpuHours >= 0.005 ? [t.gpuHours(totals.gpuHours.toFixed(2))] : [];
  const sum = [countStates(rows, t), ...used].join(t.comma);
  return [...lines, `${visibleText(id)}${t.colon}${sum}`].join("\n");
}

function toColumns(
  rows: readonly ResultRow[],
  variables: readonly string[],
  { t, theme }: { readonly t: Messages; readonly theme: Theme },
): Column<ResultRow>[] {
  const { columns, states } = t.sweep;
  const isVaried = (name: string) => new Set(rows.map((row) => row.parameters[name])).size > 1;
  const varied = variables.filter(isVaried);
  const time = (ms: number | undefined) => (ms === undefined ? "" : t.span(ms));
  const amount = (value: number | undefined) => value?.toFixed(2) ?? "";
  return [
    // Where there is no room for all, the values that tell the runs apart stay, and the names go.
    {
      title: columns.run,
      cell: ({ name }) => excerpt(name, 100),
      ...(varied.length > 0 ? {} : { least: 16 }),
      drop: 6,
    },
    ...varied.map((name): Column<ResultRow> => {
      const cell = ({ parameters }: ResultRow) => excerpt(parameters[name] ?? "", 60);
      return { title: excerpt(name, 40), cell, least: 6 };
    }),
    {
      title: columns.state,
      cell: ({ state }) => states[state],
      paint: (cell, { state }) => theme.paint(stateStyles[state], cell),
    },
    numbers(columns.queue, 2, ({ queueMs }) => time(queueMs)),
    numbers(columns.runTime, 1, ({ runMs }) => time(runMs)),
    numbers(columns.gpuHours, 3, ({ gpuHours }) => amount(gpuHours)),
    numbers(columns.cost, 4, ({ cost }) => amount(cost || undefined)),
    {
      title: columns.reason,
      // The reason of a run that goes on is that of an earlier try.
      cell: (row) => (isOver(row) ? excerpt(row.reason ?? "", 200) : ""),
      least: 12,
      drop: 5,
    },
  ];
}

/** How many runs are in which state, in words. */
export function countStates(rows: readonly ResultRow[], t: Messages): string {
  const { counts } = totalRows(rows);
  const words = stateOrder.flatMap((state) =>
    counts[state] ? t.countOf(counts[state], t.sweep.states[state]) : [],
  );
  return words.join(t.comma);
}

/** A sweep as `--json` gives it; times in ms, GPUs in total. */
export function toSweepJson(sweep: SweepSummary, rows = toResultRows(sweep.runs)): unknown {
  const { gpuHours, cost, counts } = totalRows(rows);
  return {
    sweep: sweep.id,
    name: sweep.plan.name,
    counts,
    gpu_hours: gpuHours,
    cost,
    interruption: sweep.interruption,
    error: sweep.error,
    runs: rows.map((row) => toRunJson(row)),
  };
}

/** The exit code of a sweep: that of its worst run. */
export function exitCodeOfSweep({ runs }: SweepSummary): number {
  const states = toResultRows(runs).map(({ state }) => state);
  if (states.includes("unknown")) return exitCode.unknownOutcome;
  if (states.some((state) => runStates[state].isBad)) return exitCode.jobFailed;
  return states.every((state) => state === "succeeded") ? exitCode.ok : exitCode.stillActive;
}

/** Which limit was reached, in words. */
export function sayLimit({ limitMs, run }: SweepLimit, { sweep: t, duration }: Messages): string {
  const after = duration(limitMs);
  return run === undefined ? t.overTime(after) : t.overQueue(excerpt(run.run.name, 100), after);
}

/** A limit as an error of a document, with the facts of a `WaitTimeoutError`. */
export function toLimitJson(reached: SweepLimit, code: number): object {
  const { limit, limitMs, run } = reached;
  return {
    code: "wait_timeout",
    summary: sayLimit(reached, en),
    job_id: run?.jobId,
    limit,
    limit_ms: limitMs,
    exit_code: code,
  };
}
