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
  /** Offset of the value. */
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
  /** The value; meaningless when `broken`. */
  value: unknown;
  problems: TextProblem[];
  /** Whether the value cannot be used, so that problems of fields would only mislead. */
  broken: boolean;
  /** Finds a value by its path, or the nearest thing around it. */
  locate(path: SpecPath): Place | undefined;
}

/** Finds the line of an offset, from 0, in a text that is asked about often. */
export function createLineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
}

/** Line and column of an offset. */
export function toPosition(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}
