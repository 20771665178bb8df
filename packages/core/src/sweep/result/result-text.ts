import { toMarkdownTable } from "../../text/markup.ts";
import { formatDuration } from "../../text/time-text.ts";
import { excerpt, visibleText } from "../../text/text.ts";
import type { ResultRow } from "./result-rows.ts";

/** The columns of a CSV behind those of the variables. */
const columns: readonly [name: string, of: (row: ResultRow) => string | number | undefined][] = [
  ["state", ({ state }) => state],
  ["tries", ({ tries }) => tries],
  ["job_id", ({ jobId }) => jobId],
  ["queue_ms", ({ queueMs }) => queueMs],
  ["prepare_ms", ({ prepareMs }) => prepareMs],
  ["run_ms", ({ runMs }) => runMs],
  ["gpus", ({ gpus }) => gpus],
  ["gpu_hours", ({ gpuHours }) => gpuHours],
  ["cost", ({ cost }) => cost],
  ["reason", ({ reason }) => reason],
  ["url", ({ url }) => url],
];

/**
 * Runs as CSV (RFC 4180, UTF-8, one line for each run); a variable has the column `matrix.NAME`. A text that
 * a spreadsheet would read as a formula gets a `'` before it.
 */
export function toCsv(rows: readonly ResultRow[], variables: readonly string[]): string {
  const names = [...variables.map((name) => `matrix.${name}`), ...columns.map(([name]) => name)];
  const lines = rows.map((row) => [
    row.index,
    row.name,
    ...variables.map((name) => row.parameters[name]),
    ...columns.map(([, of]) => of(row)),
  ]);
  return [["index", "name", ...names], ...lines]
    .map((cells) => `${cells.map(toCsvCell).join(",")}\r\n`)
    .join("");
}

function toCsvCell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const isNumber = value.trim() !== "" && Number.isFinite(Number(value));
  const isFormula = /^[=+\-@\t\r]/.test(value) && !isNumber;
  const text = (isFormula ? "'" : "") + visibleText(value);
  return /[",]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Runs as a Markdown table for a summary; nothing in a name or reason works as Markdown or HTML. */
export function toMarkdown(rows: readonly ResultRow[], variables: readonly string[]): string {
  const head = [
    "run",
    ...variables.map(toCell),
    "outcome",
    "queue",
    "run time",
    "GPU-h",
    "cost",
    "reason",
  ];
  const lines = rows.map((row) => [
    row.jobId && row.url && /^https?:\/\//.test(row.url)
      ? `[${toCell(row.name)}](<${toAddress(row.url)}>)`
      : toCell(row.name),
    ...variables.map((name) => toCell(row.parameters[name] ?? "")),
    row.tries > 1 ? `${row.state} (try ${row.tries})` : row.state,
    toTime(row.queueMs),
    toTime(row.runMs),
    row.gpuHours?.toFixed(2) ?? "",
    row.cost?.toFixed(2) ?? "",
    toCell(row.reason ?? ""),
  ]);
  // Queue, run time, GPU-hours and cost, behind the variables.
  const isNumber = (column: number) =>
    column >= variables.length + 2 && column <= variables.length + 5;
  return `${toMarkdownTable(head, lines, isNumber)}\n`;
}

function toTime(ms: number | undefined): string {
  return ms === undefined ? "" : formatDuration(ms);
}

/** Escapes every character with a meaning in Markdown or HTML as its number. */
function toCell(text: string): string {
  return excerpt(text, 200).replaceAll(
    /(?!(?<=\d)\.(?=\d))[^\p{L}\p{N}\p{M} ,;=…-]/gu,
    (sign) => `&#${sign.codePointAt(0)};`,
  );
}

function toAddress(url: string): string {
  return encodeURI(visibleText(url)).replaceAll(
    /[<>|]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
}
