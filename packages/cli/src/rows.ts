import stringWidth from "string-width";

/** Labels and values in two columns; rows without a value are left out. */
export function toRowsText(rows: readonly (readonly [string, string | undefined])[]): string {
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...shown.map(([label]) => stringWidth(label)));
  return shown.map(([label, value]) => `${padEnd(label, width)}  ${value}`).join("\n");
}

/** Cells in columns two spaces apart, as wide as a terminal shows them; no space at the ends of lines. */
export function toTableText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, stringWidth(cell));
    }
  }
  const lines = rows.map((row) => row.map((cell, index) => padEnd(cell, widths[index] ?? 0)));
  return lines.map((cells) => cells.join("  ").trimEnd()).join("\n");
}

/** Text followed by spaces up to a width in terminal columns. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
