import { pad, widthOf } from "./width.ts";

/** Labels and values in two columns; rows without a value are left out. */
export function toRowsText(rows: readonly (readonly [string, string | undefined])[]): string {
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...shown.map(([label]) => widthOf(label)));
  return shown.map(([label, value]) => `${pad(label, width)}  ${value}`).join("\n");
}
