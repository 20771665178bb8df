import { parseDocument } from "yaml";
import { finding } from "../../errors/rules/spec-rules.ts";
import { excerpt } from "../../text/text.ts";
import { findJsonSlip } from "./json-slip.ts";
import type { ParsedText, TextProblem } from "./place.ts";
import { findDoubleKeys, findTooMuch, locate, type YamlDocument } from "./yaml-places.ts";

const options = {
  schema: "json",
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
} as const;

const deepest = 500;

/**
 * Reads JSON: the value, what is wrong with the text in JSON's own words, and where each value stands.
 * JSON.parse alone says what is JSON. It gives no places and hides keys given twice; where these are asked
 * for, the same text is read as YAML, which it is, too.
 */
export function parseJsonText(text: string): ParsedText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { offset, wanted } = findJsonSlip(text);
    const char = text.codePointAt(offset);
    const found = char === undefined ? undefined : excerpt(String.fromCodePoint(char));
    return broken({ offset, ...finding("json_syntax", { wanted, found }) });
  }
  const tooMuch = findTooMuch(text) ?? findTooDeep(text);
  if (tooMuch !== undefined) return broken(tooMuch);
  let document: YamlDocument | undefined;
  // A carriage return alone is a blank of JSON, and text of YAML.
  const read = () => (document ??= parseDocument(text.replaceAll(/\r(?!\n)/g, " "), options));
  return {
    value,
    problems: countKeys(text) > countKeys(JSON.stringify(value)) ? findDoubleKeys(read()) : [],
    broken: false,
    locate: (path) => locate(read(), path),
  };
}

function broken(problem: TextProblem): ParsedText {
  return { value: undefined, problems: [problem], broken: true, locate: () => undefined };
}

/** Where JSON is nested so deeply that what works on it by recursion would end. */
function findTooDeep(text: string): TextProblem | undefined {
  let depth = 0;
  // A string as a whole, or one bracket.
  for (const { 0: part, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g)) {
    if (part === "[" || part === "{") depth += 1;
    else if (part === "]" || part === "}") depth -= 1;
    if (depth > deepest) return { offset: index, ...finding("yaml_too_deep") };
  }
  return undefined;
}

/** How many keys a JSON text writes: strings before a colon. */
function countKeys(text: string): number {
  const strings = text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g);
  return [...strings].filter(([, colon]) => colon !== undefined).length;
}
