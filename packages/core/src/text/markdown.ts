/** A row of a Markdown table; the cells are Markdown already. */
export function toMarkdownRow(cells: readonly (string | undefined)[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** A Markdown table. @param isNumber whether the cells of a column stand at its right. */
export function toMarkdownTable(
  heads: readonly string[],
  rows: readonly (readonly (string | undefined)[])[],
  isNumber: (column: number) => boolean = () => false,
): string {
  const rule = heads.map((_, column) => (isNumber(column) ? "---:" : "---"));
  return [heads, rule, ...rows].map(toMarkdownRow).join("\n");
}
