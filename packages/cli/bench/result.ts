/** A number of the suite and the bar it is held to. */
export interface Row {
  readonly what: string;
  /** The number, ready to be read: with its unit, and what it is made of. */
  readonly reached: string;
  /** The bar, ready to be read; none for a number that only informs. */
  readonly bar?: string;
  /** Whether the bar holds; `undefined` where there is none. */
  readonly ok?: boolean;
}

/** A group of numbers and how they were taken. */
export interface Section {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly how: string;
  readonly rows: readonly Row[];
  /** What could not be measured, and why. */
  readonly notes?: readonly string[];
  /** A chart of it. */
  readonly chart?: Chart;
}

/** What a chart shows: bars against a limit, or curves. */
export type Chart = BarChart | CurveChart;

/** Horizontal bars, each with the mark of its bar. */
export interface BarChart {
  readonly kind: "bars";
  readonly file: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly { label: string; value: number; limit?: number }[];
}

/** Curves over a logarithmic axis. */
export interface CurveChart {
  readonly kind: "curves";
  readonly file: string;
  readonly title: string;
  readonly xLabels: readonly string[];
  readonly yLabel: string;
  readonly curves: readonly { label: string; values: readonly number[] }[];
}

/** A row whose number must not be over a limit. */
export function atMost(what: string, value: number, limit: number, unit: string): Row {
  return {
    what,
    reached: `${toNumberText(value)}${unit}`,
    bar: `≤ ${toNumberText(limit)}${unit}`,
    ok: value <= limit,
  };
}

/** A row whose number must not be below a limit. */
export function atLeast(what: string, value: number, limit: number, unit: string): Row {
  return {
    what,
    reached: `${toNumberText(value)}${unit}`,
    bar: `≥ ${toNumberText(limit)}${unit}`,
    ok: value >= limit,
  };
}

/** A row whose number only informs. */
export function inform(what: string, value: number, unit: string): Row {
  return { what, reached: `${toNumberText(value)}${unit}` };
}

/** A number in three digits or so. */
export function toNumberText(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value))
    return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
