import { fit, pad, widthOf } from "./width.ts";

/** A column of a table; its cells hold no colours. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: "end" | "start";
  /** Columns down to which it may be cut. @default its whole width */
  readonly least?: number;
  /** The column with the highest number goes first where there is no room. @default never */
  readonly drop?: number;
  /** Colours a cell that has its final width. */
  readonly paint?: (cell: string, row: Row) => string;
}

/** A column of numbers. */
export function numbers<Row>(title: string, drop: number, cell: Column<Row>["cell"]): Column<Row> {
  return { title, cell, align: "end", drop };
}

const gap = "  ";

/** Draws a table: a line of titles and a line for each row, none wider than `width`. */
export function drawTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  paintTitle: (title: string) => string = (title) => title,
): string[] {
  const filled = columns.map((column) => ({
    ...column,
    cells: rows.map((row) => column.cell(row)),
  }));
  const { kept, widths } = makeRoom(filled, width);
  const line = (cellOf: (column: Filled<Row>, text: (value: string) => string) => string) =>
    kept
      .map((column, at) => {
        const isEnd = column.align === "end";
        const isLast = at === kept.length - 1;
        const toText = (value: string) => {
          const cut = fit(value, widths[at]!);
          return isLast && !isEnd ? cut : pad(cut, widths[at]!, isEnd ? "start" : "end");
        };
        return cellOf(column, toText);
      })
      .join(gap)
      .trimEnd();
  const body = rows.map((row, at) =>
    line(({ cells, paint = (cell) => cell }, toText) => paint(toText(cells[at]!), row)),
  );
  return [line(({ title }, toText) => paintTitle(toText(title))), ...body];
}

interface Filled<Row> extends Column<Row> {
  readonly cells: readonly string[];
}

// Columns of this rank and above go before any other is cut below its comfort.
const luxury = 6;
const comfort = 16;

function makeRoom<Row>(columns: readonly Filled<Row>[], width: number) {
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
export function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

/** Labels and values. */
export type Rows = readonly (readonly [string, string | undefined])[];

/** Rows in two columns, of which that of the labels has `least` or more; those without a value are left out. */
export function toRowsText(rows: Rows, least = 0): string {
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(least, ...shown.map(([label]) => widthOf(label)));
  return shown.map(([label, value]) => `${pad(label, width)}  ${value}`).join("\n");
}
