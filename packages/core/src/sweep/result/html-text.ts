import { visibleText } from "../../text/text.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Untrusted text as HTML text or the value of an attribute in quotes. */
export function toHtml(text: string): string {
  return visibleText(text).replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

/** A link where the address is one of the web, else the text alone. */
export function toHtmlLink(text: string, url: string | undefined): string {
  const isWeb = url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url);
  return isWeb ? `<a href="${toHtml(url)}" rel="noreferrer">${toHtml(text)}</a>` : toHtml(text);
}
