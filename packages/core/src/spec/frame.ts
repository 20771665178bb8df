import { eastAsianWidth } from "get-east-asian-width";
import { visibleText } from "../text.ts";

const tabWidth = 4;

/**
 * The source line of a problem with a caret under its column, ready for a terminal:
 *
 * ```text
 * 12 | task_priority: 99
 *    |                ^
 * ```
 *
 * Tabs become spaces, control characters visible, and a long line is cut around the place.
 * @param issue a problem of a spec; without a line there is no frame.
 * @param text the text that was read.
 * @param width most columns of the shown line. @default 100
 */
export function specFrame(
  issue: { line?: number | undefined; column?: number | undefined },
  text: string,
  width = 100,
): string | undefined {
  if (issue.line === undefined) return undefined;
  const line = text.split("\n")[issue.line - 1]?.replace(/\r$/, "");
  if (line === undefined) return undefined;
  const { shown, caret } = cutAround(line, (issue.column ?? 1) - 1, width);
  const gutter = String(issue.line);
  const margin = " ".repeat(gutter.length);
  return `${gutter} | ${shown}\n${margin} | ${" ".repeat(caret)}^`;
}

interface Cell {
  text: string;
  width: number;
}

/** The part of a line around an index, as shown, and the column of the index in it. */
function cutAround(line: string, index: number, width: number) {
  // Far ends are dropped first, so that a file of one huge line costs nothing.
  const from = Math.max(0, index - 4 * width);
  const before = toCells(line.slice(from, index));
  const after = toCells(line.slice(index, index + 4 * width));
  const left = takeLast(before, Math.floor(width * 0.6));
  const caret = widthOf(left);
  const right = takeFirst(after, width - caret);
  const isCutLeft = from > 0 || left.length < before.length;
  const isCutRight = index + 4 * width < line.length || right.length < after.length;
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
