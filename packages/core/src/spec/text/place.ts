import type { SpecFinding } from "../../errors/rules/spec-rules.ts";

/** The text of a job spec and what to call it in messages. */
export interface SpecSource {
  /** Path of the file, `-` for stdin. */
  name: string;
  /** The text, without a byte order mark. */
  text: string;
}

/** Keys and indexes from the top of a spec. */
export type SpecPath = readonly (string | number)[];

/** A place in a text, both counted from 1; columns are UTF-16 units, as editors count them. */
export interface Position {
  /** Line, from 1. */
  line: number;
  /** Column, from 1. */
  column: number;
  /** The file, where it is not the spec's own: one of defaults. */
  file?: string | undefined;
}

/** Where a value of a spec stands in its text, as offsets. */
export interface Place {
  /** Offset of its key; none for an entry of a list. */
  key: number | undefined;
  value: number;
  /** The value as written, when it is a bare number or word (not quoted text). */
  raw: string | undefined;
  /** Whether the whole path was found; if not, this is the nearest thing around it. */
  exact: boolean;
  /** The text that it stands in, where that is not the spec's own. */
  source?: SpecSource | undefined;
}

/** A problem of the text itself, found before any field is checked. */
export type TextProblem = SpecFinding & {
  /** Where, as an offset. */
  offset: number;
  /** The text that it stands in, where that is not the spec's own. */
  source?: SpecSource | undefined;
  /** The option that brought it in, in the place of a text. */
  override?: string | undefined;
};

/** A text of JSON or YAML, parsed. */
export interface ParsedText {
  /** The value; when `broken` no more than a part of it, or none at all. */
  value: unknown;
  problems: TextProblem[];
  /** Whether the value cannot be used, so that problems of fields would only mislead. */
  broken: boolean;
  /** Finds a value by its path, or the nearest thing around it. */
  locate(path: SpecPath): Place | undefined;
}

/** The text of a spec or of defaults, parsed. */
export interface SpecText {
  readonly source: SpecSource;
  readonly parsed: ParsedText;
}

/** How many words and signs a text may have; more would take long to read and to check. */
export const mostTokens = 200_000;

/** A text of which no value can be used. */
export function brokenText(...problems: TextProblem[]): ParsedText {
  return { value: undefined, problems, broken: true, locate: () => undefined };
}

/** A bare number or word letter for letter, any other value as it is. @param path its place. */
export function asWritten(held: unknown, path: SpecPath, parsed: ParsedText): unknown {
  const isBare = typeof held === "number" || typeof held === "boolean";
  return isBare ? (parsed.locate(path)?.raw ?? String(held)) : held;
}

/** Line and column of an offset. */
export function toPosition(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

/** The place of a part of a text that stands in a file: its own line, where that is written as it is. */
export function placeInside(held: string, offset: number, start: Position, text: string): Position {
  const lineStart = held.lastIndexOf("\n", offset - 1) + 1;
  const [line = ""] = held.slice(lineStart).split(/\r?\n/);
  if (line.trim() === "") return start;
  const rows = text.split("\n");
  // Below the sign of a block, each line of the text is a line of the file.
  const row = start.line + held.slice(0, lineStart).split("\n").length - 1;
  const indent = (rows[row]?.search(/\S/) ?? 0) - line.search(/\S/);
  if (indent >= 0 && rows[row]?.startsWith(line, indent)) {
    return { ...start, line: row + 1, column: indent + offset - lineStart + 1 };
  }
  const from = rows.slice(0, start.line - 1).join("\n").length;
  const found = text.indexOf(line, from);
  return found < 0 ? start : { ...start, ...toPosition(text, found + offset - lineStart) };
}
