import { eastAsianWidth } from "get-east-asian-width";
import { visibleText } from "../../text/text.ts";
import { findLineSecrets, isInSecret } from "./line-secrets.ts";
import { maskSpans } from "../../text/looks-secret.ts";
import type { Span } from "../../text/secret-forms.ts";

const tabWidth = 4;

/**
 * The source line of a problem with a caret under its column, ready for a terminal:
 *
 * ```text
 * 12 | task_priority: 99
 *    |                ^
 * ```
 *
 * Tabs become spaces, control characters visible, what looks like a secret `***`, and a long line is cut
 * around the place.
 * @param issue a problem of a spec; without a line there is no frame.
 * @param text the text that was read.
 * @param width most columns of the shown line. @default 100
 * @param options `showSecrets` leaves the line as it is.
 */
export function specFrame(
  issue: { line?: number | undefined; column?: number | undefined },
  text: string,
  width = 100,
  { showSecrets = false }: { showSecrets?: boolean } = {},
): string | undefined {
  if (issue.line === undefined) return undefined;
  const around = Math.max(2000, 5 * width);
  const index = (issue.column ?? 1) - 1;
  const all = text.split("\n");
  const lines = all.slice(Math.max(0, issue.line - 3), issue.line + 2);
  const at = Math.min(issue.line, 3) - 1;
  const line = lines[at]?.replace(/\r$/, "");
  if (line === undefined) return undefined;
  // Far ends are dropped first, so that a file of one huge line costs nothing.
  const from = Math.max(0, index - around);
  const near = lines
    .map((each) => each.slice(0, around))
    .with(at, line.slice(from, index + around));
  const isSecret = !showSecrets && isInSecret(all, issue.line - 1);
  const spans = showSecrets ? [] : findLineSecrets(near, at, isSecret);
  const { shown, caret } = cutAround(near[at]!, index - from, { spans, width });
  const gutter = String(issue.line);
  const margin = " ".repeat(gutter.length);
  return `${gutter} | ${shown}\n${margin} | ${" ".repeat(caret)}^`;
}

interface Cell {
  text: string;
  width: number;
}

/** The part of a line around an index, as shown, and the column of the index in it. */
function cutAround(
  line: string,
  index: number,
  { spans, width }: { spans: readonly Span[]; width: number },
) {
  const masked = maskSpans(line, spans);
  // A span that holds the index counts whole.
  const from = spans.find(({ start, end }) => start < index && index < end)?.start ?? index;
  const ahead = spans.filter(({ end }) => end <= from);
  const place = maskSpans(line.slice(0, from), ahead).length;
  const before = toCells(masked.slice(0, place));
  const after = toCells(masked.slice(place));
  const left = takeLast(before, Math.floor(width * 0.6));
  const caret = widthOf(left);
  const right = takeFirst(after, width - caret);
  const isCutLeft = left.length < before.length;
  const isCutRight = right.length < after.length;
  const shown = [...left, ...right].map((cell) => cell.text).join("");
  return {
    shown: `${isCutLeft ? "…" : ""}${shown}${isCutRight ? "…" : ""}`.trimEnd(),
    caret: caret + (isCutLeft ? 1 : 0),
  };
}

function toCells(part: string): Cell[] {
  let column = 0;
  return Array.from(part, (char) => {
    const text = char === "\t" ? " ".repeat(tabWidth - (column % tabWidth)) : visibleText(char);
    const width = text === char ? charWidth(char) : text.length;
    column += width;
    return { text, width };
  });
}

function charWidth(char: string): number {
  return /^\p{M}$/u.test(char) ? 0 : eastAsianWidth(char.codePointAt(0) ?? 32);
}

function widthOf(cells: Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}

function takeFirst(cells: Cell[], width: number): Cell[] {
  let left = width;
  const end = cells.findIndex((cell) => (left -= cell.width) < 0);
  return end < 0 ? cells : cells.slice(0, end);
}

function takeLast(cells: Cell[], width: number): Cell[] {
  return takeFirst(cells.toReversed(), width).toReversed();
}
