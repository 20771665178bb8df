import type { Nodes, Root, Table } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** What a text is once GitHub-flavoured Markdown is read: all of each kind, in order. */
export type MarkdownFacts = {
  headings: { depth: number; text: string }[];
  /** Cells as visible text. */
  tables: { header: string[]; rows: string[][] }[];
  /** Written, automatic (`www.…`, addresses) and by reference. */
  links: { text: string; url: string }[];
  images: { text: string; url: string }[];
  codeBlocks: { lang: string; value: string }[];
  /** Every raw HTML tag or comment on its own, as written: `<details>`, `<br>`. */
  html: string[];
  /** `@name`, `#12`, `GH-12`, `name/repo#12` in plain text, which GitHub turns into links. */
  mentions: string[];
  /** `$…$` in plain text, which GitHub sets as a formula. */
  formulas: string[];
  /** Kinds of the nodes outside of those above that change the layout: `blockquote`, `footnoteReference` … */
  otherKinds: string[];
  /** The visible text, one line for each heading, paragraph, cell and code block. */
  text: string;
};

const COMMON_KINDS = new Set([
  "root",
  "paragraph",
  "text",
  "inlineCode",
  "code",
  "heading",
  "table",
  "tableRow",
  "tableCell",
  "link",
  "image",
  "html",
  "list",
  "listItem",
  "strong",
  "emphasis",
  "break",
]);
const HTML_PIECE = /<!--[^]*?-->|<[^>]*>?/g;
const MENTION = /(?<![\w/])(?:@[a-z\d][\w/-]*|(?:[\w.-]+\/[\w.-]+)?#\d+|GH-\d+)/gi;
// A backslash keeps GitHub from setting a formula, but not from linking a mention.
const FORMULA = /(?<!\\)\$\$?[^$\s](?:[^$]*[^$\s])?(?<!\\)\$\$?/g;
const LINE_KINDS = new Set(["heading", "paragraph", "tableCell", "code"]);

/** Reads a text as GitHub does, by micromark's CommonMark with its GFM extension. */
export function readMarkdown(markdown: string): MarkdownFacts {
  const root = parse(markdown);
  const nodes = [...walk(root)];
  const plainText = nodes.flatMap((node) => (node.type === "text" ? node.value : []));
  const sources = nodes.flatMap((node) =>
    node.type === "text"
      ? markdown.slice(node.position?.start.offset, node.position?.end.offset)
      : [],
  );
  return {
    headings: nodes.flatMap((node) =>
      node.type === "heading" ? { depth: node.depth, text: textOf(node) } : [],
    ),
    tables: nodes.flatMap((node) => (node.type === "table" ? readTable(node) : [])),
    links: nodes.flatMap((node) =>
      node.type === "link" || node.type === "linkReference"
        ? { text: textOf(node), url: "url" in node ? node.url : urlOf(node.identifier, nodes) }
        : [],
    ),
    images: nodes.flatMap((node) =>
      node.type === "image" || node.type === "imageReference"
        ? { text: node.alt ?? "", url: "url" in node ? node.url : urlOf(node.identifier, nodes) }
        : [],
    ),
    codeBlocks: nodes.flatMap((node) =>
      node.type === "code" ? { lang: node.lang ?? "", value: node.value } : [],
    ),
    html: nodes.flatMap((node) =>
      node.type === "html" ? (node.value.match(HTML_PIECE) ?? []) : [],
    ),
    mentions: plainText.flatMap((text) => text.match(MENTION) ?? []),
    formulas: sources.flatMap((text) => text.match(FORMULA) ?? []),
    otherKinds: [...new Set(nodes.map(({ type }) => type))].filter((t) => !COMMON_KINDS.has(t)),
    text: nodes
      .filter(({ type }) => LINE_KINDS.has(type))
      .map(textOf)
      .join("\n"),
  };
}

/** What a report may hold beside text, headings, tables and code blocks. */
export type AllowedMarkdown = {
  /** Addresses of links, exactly. */
  urls?: readonly string[];
  /** Tags as written, such as `<details>`; none by default. */
  html?: readonly string[];
};

/**
 * Everything in a report that remote text could have put there: other links, images, HTML, mentions,
 * formulas, footnotes, quotes, rules. Empty for a report that is well escaped.
 */
export function findForeignMarkdown(markdown: string, allowed: AllowedMarkdown = {}): string[] {
  const facts = readMarkdown(markdown);
  const { urls = [], html = [] } = allowed;
  return [
    ...facts.links.filter(({ url }) => !urls.includes(url)).map(({ url }) => `link ${url}`),
    ...facts.images.map(({ url }) => `image ${url}`),
    ...facts.html.filter((tag) => !html.includes(tag)).map((tag) => `html ${tag}`),
    ...facts.mentions.map((mention) => `mention ${mention}`),
    ...facts.formulas.map((formula) => `formula ${formula}`),
    ...facts.otherKinds.map((kind) => `kind ${kind}`),
  ];
}

function parse(markdown: string): Root {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

function* walk(node: Nodes): Generator<Nodes> {
  yield node;
  if (!("children" in node)) return;
  for (const child of node.children) yield* walk(child);
}

function textOf(node: Nodes): string {
  if (node.type === "break") return "\n";
  if (node.type === "html") return "";
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(textOf).join("") : "";
}

function urlOf(identifier: string, nodes: readonly Nodes[]): string {
  for (const node of nodes) {
    if (node.type === "definition" && node.identifier === identifier) return node.url;
  }
  return "";
}

function readTable(table: Table): MarkdownFacts["tables"][number] {
  const [header = [], ...rows] = table.children.map((row) => row.children.map(textOf));
  return { header, rows };
}
