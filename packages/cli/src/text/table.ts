import { fit, pad, widthOf } from "./width.ts";

/** A column of a table; its cells hold no colours. */
export interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  readonly align?: "end" | "start";
  /** Columns down to which it may be cut. @default its whole width */
  readonly least?: number;
  /** The column with the highest number goes first where there is no room. @default never */
  readonly drop?: number;
  /** Colours a cell that has its final width. */
  readonly paint?: (cell: string, row: number) => string;
}

const gap = "  ";

/** Draws a table: a line of titles and a line for each row, none wider than `width`. */
export function drawTable(
  columns: readonly Column[],
  width = Infinity,
  paintTitle: (title: string) => string = (title) => title,
): string[] {
  const { kept, widths } = makeRoom(columns, width);
  const rows = kept[0]?.cells.length ?? 0;
  const line = (cellOf: (column: Column, width: number, isLast: boolean) => string) =>
    kept
      .map((column, at) => cellOf(column, widths[at]!, at === kept.length - 1))
      .join(gap)
      .trimEnd();
  const cell = (text: string, { align }: Column, cellWidth: number, isLast: boolean) => {
    const cut = fit(text, cellWidth);
    return isLast && align !== "end" ? cut : pad(cut, cellWidth, align === "end" ? "start" : "end");
  };
  const title = line((column, cellWidth, isLast) =>
    paintTitle(cell(column.title, column, cellWidth, isLast)),
  );
  const body = Array.from({ length: rows }, (_, row) =>
    line((column, cellWidth, isLast) => {
      const text = cell(column.cells[row] ?? "", column, cellWidth, isLast);
      return column.paint ? column.paint(text, row) : text;
    }),
  );
  return [title, ...body];
}

// Columns of this rank and above go before any other is cut below its comfort.
const luxury = 6;
const comfort = 16;

function makeRoom(columns: readonly Column[], width: number) {
  let kept = columns.filter(({ cells }) => cells.some((cell) => cell !== ""));
  for (;;) {
    const full = kept.map(({ title, cells }) => Math.max(widthOf(title), ...cells.map(widthOf)));
    const over = sum(full) + gap.length * (kept.length - 1) - width;
    const rank = Math.max(-1, ...kept.map(({ drop = -1 }) => drop));
    const floors = kept.map(({ least = Infinity }) => Math.max(least, rank < luxury ? 0 : comfort));
    const widths = shrink(full, floors, over);
    if (widths || rank < 0) return { kept, widths: widths ?? evenly(full, width) };
    kept = kept.filter(({ drop }) => drop !== rank);
  }
}

/** Cuts what is wider than its floor, the widest first; `undefined` when that is not enough. */
function shrink(full: readonly number[], floors: readonly number[], over: number) {
  const widths = [...full];
  for (let left = over; left > 0; left--) {
    const open = [...widths.keys()].filter((at) => widths[at]! > floors[at]!);
    if (open.length === 0) return undefined;
    const widest = open.reduce((best, at) => (widths[at]! > widths[best]! ? at : best));
    widths[widest]! -= 1;
  }
  return widths;
}

function evenly(full: readonly number[], width: number): number[] {
  const share = Math.floor((width - gap.length * (full.length - 1)) / full.length);
  return full.map((each) => Math.max(1, Math.min(each, share)));
}

/** All numbers together. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Labels and values in two columns; rows without a value are left out. */
export function toRowsText(rows: readonly (readonly [string, string | undefined])[]): string {
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...shown.map(([label]) => widthOf(label)));
  return shown.map(([label, value]) => `${pad(label, width)}  ${value}`).join("\n");
}
