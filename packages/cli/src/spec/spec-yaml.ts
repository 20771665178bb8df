import { visibleText } from "@qizhi/core/internal";
import { Document, isMap, isScalar, type Pair, parseDocument, type Tags, visit } from "yaml";
import { writeYaml, writeYamlFile } from "../text/yaml-writer.ts";
import type { SpecDraft } from "./spec-draft.ts";

/** The lines around the fields of a written spec. */
export interface SpecFrame {
  /** The schema that editors check it against: a path from the spec's folder. */
  readonly schema?: string;
  /** Comment lines above the fields. */
  readonly header: readonly string[];
  /** Comment lines below the fields. */
  readonly footer: readonly string[];
  /** The comment in the place of each missing field. */
  readonly gap?: string;
}

/** Writes a spec in the form of its file: JSON for `.json`, which has no comments, and YAML else. */
export function toSpecText(file: string, draft: SpecDraft, frame: SpecFrame): string {
  if (!/\.json$/i.test(file)) return toSpecYaml(draft, frame);
  const schema = frame.schema === undefined ? {} : { $schema: frame.schema };
  return `${JSON.stringify({ ...schema, ...draft.fields }, undefined, 2)}\n`;
}

/** Writes a spec as YAML for people: comments, commands as blocks, gaps as comments to fill in. */
export function toSpecYaml(draft: SpecDraft, frame: SpecFrame): string {
  const document = toDocument(draft);
  const text = writeYaml(document);
  const schema =
    frame.schema === undefined ? [] : [`yaml-language-server: $schema=${frame.schema}`];
  return [
    ...[...schema, ...frame.header].map(toComment),
    withGaps(text.replace(/\n$/, ""), draft.missing ?? [], frame.gap),
    ...frame.footer.map(toComment),
    "",
  ].join("\n");
}

function toDocument({ fields, notes }: SpecDraft): Document {
  const document = new Document(fields);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "string" && node.value.includes("\n")) node.type = "BLOCK_LITERAL";
    },
  });
  for (const [path, note] of Object.entries(notes)) comment(document, path, note);
  return document;
}

// Numbers and flags of a text are written as they stand in it: 007 and 1e6, not 7 and 1e+6.
const asWritten = (tags: Tags): Tags =>
  tags.map((tag) => {
    if (typeof tag === "string" || tag.collection || !tag.test) return tag;
    const { stringify } = tag;
    return {
      ...tag,
      stringify: (node, ...rest) => node.source ?? stringify?.(node, ...rest) ?? String(node.value),
    };
  });

/**
 * Puts a profile into the text of a file of defaults, which keeps its comments and its values as they are written.
 * @param text that of the file; empty for a new one.
 * @returns `undefined` where the file has no place for it: it is no mapping, or its `profiles` is none.
 */
export function addProfile(text: string, name: string, draft: SpecDraft): string | undefined {
  const document: Document = parseDocument(text, { customTags: asWritten });
  const { contents } = document;
  const profiles = document.get("profiles", true);
  const isFree = contents === null || isMap(contents);
  if (!isFree || !(profiles === undefined || isMap(profiles))) return undefined;
  if (contents === null) document.contents = document.createNode({});
  if (profiles === undefined) document.set("profiles", document.createNode({}));
  document.setIn(["profiles", name], toDocument(draft).contents);
  return writeYamlFile(document);
}

// Text of the platform in a comment must not end the comment.
function toComment(line: string): string {
  return `# ${visibleText(line)}`.trimEnd();
}

function comment(document: Document, path: string, note: string): void {
  const steps = path.split(/[.[\]]+/).filter(Boolean);
  const keys = steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const parent = document.getIn(keys.slice(0, -1), true) ?? document.contents;
  const within = keys.length === 1 ? document.contents : parent;
  if (!isMap(within)) return;
  const pair = within.items.find(
    (each: Pair) => isScalar(each.key) && each.key.value === keys.at(-1),
  );
  if (pair === undefined) return;
  const shown = ` ${visibleText(note)}`;
  if (isScalar(pair.value)) pair.value.comment = shown;
  else if (isScalar(pair.key)) pair.key.commentBefore = shown;
}

/** Puts a commented line in the place of a required field that is not known. */
function withGaps(text: string, missing: readonly string[], gap = ""): string {
  const line = (path: string) => {
    const isInner = path.includes(".");
    return `${isInner ? "    " : ""}# ${path.split(".").at(-1)}: ${visibleText(gap)}`;
  };
  const top = missing.filter((path) => !path.includes("."));
  const inner = missing.filter((path) => path.includes("."));
  return [...top.map(line), text, ...inner.map(line)].join("\n");
}
