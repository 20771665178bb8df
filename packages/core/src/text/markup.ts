import { visibleText } from "./text.ts";

/** Text as HTML text or the value of an attribute in quotes; its lines stay lines. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** {@link escapeHtml} of untrusted text on one line. */
export function toHtml(text: string): string {
  return escapeHtml(visibleText(text));
}

/** The title of a page; bounded, as a text may hold any number of beginnings of one. */
export function readTitle(html: string): string | undefined {
  return /<title[^>]{0,200}>([^<]{1,200})/i.exec(html)?.[1]?.trim() || undefined;
}

/** A link where the address is one of the web, else the text alone. */
export function toHtmlLink(text: string, url: string | undefined): string {
  const isWeb = url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url);
  return isWeb ? `<a href="${toHtml(url)}" rel="noreferrer">${toHtml(text)}</a>` : toHtml(text);
}

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
