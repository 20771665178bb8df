import { Document, isCollection, visit } from "yaml";
import { escapeControls, escapeUnsafe, hasCommand, isUnsafe } from "./unsafe-text.ts";

// A module of its own: a bundler keeps all of a package that is imported on demand.

/** Writes a value as YAML, with every character that could move a terminal escaped. */
export function toYaml(value: unknown): string {
  return writeYaml(new Document(value));
}

// A block loses blanks before its first word.
const startsBlank = /^\s/;

const blank = String.raw`[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]`;
// Outside quotes, these are refused as a mistyped sign of YAML.
const mistyped = new RegExp(
  `^(?:-?${blank}|[“”＂‘’＇：，｜＞［｛－]|[\\w.$-]+ *：)|:${blank}|${blank}$`,
);
const mistypedInFlow = /[：，]/;

/** Writes a document so that no text in it moves a terminal, and no line is a command for a runner. */
export function writeYaml(document: Document): string {
  return escapeUnsafe(toText(document));
}

/** {@link writeYaml} for a file, whose comments stay comments: none of its lines reaches a runner. */
export function writeYamlFile(document: Document): string {
  return escapeControls(toText(document));
}

function toText(document: Document): string {
  visit(document, {
    Scalar(_key, node, path) {
      const { value } = node;
      if (typeof value !== "string") return;
      const isFlow = path.some((each) => isCollection(each) && each.flow === true);
      const isMistyped = mistyped.test(value) || (isFlow && mistypedInFlow.test(value));
      if (isMistyped || isUnsafe(value) || hasCommand(value) || startsBlank.test(value)) {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  return document.toString({
    lineWidth: 0,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    flowCollectionPadding: false,
  });
}
