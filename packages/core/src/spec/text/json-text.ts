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

const colon = /[ \t\n\r]*:/y;

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
    problems: countKeysIn(text) > countKeysOf(value) ? findDoubleKeys(read()) : [],
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
function countKeysIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    do at = text.indexOf('"', at + 1);
    while (isEscaped(text, at));
    colon.lastIndex = at + 1;
    if (colon.test(text)) count += 1;
  }
  return count;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charAt(at - slashes - 1) === "\\") slashes += 1;
  return slashes % 2 === 1;
}

/** How many keys a value has, at all depths. */
function countKeysOf(value: unknown): number {
  let count = 0;
  // A stack and not recursion: depth is the file's choice.
  const open: unknown[] = [value];
  while (open.length > 0) {
    const held = open.pop();
    if (typeof held !== "object" || held === null) continue;
    const inner = Object.values(held);
    if (!Array.isArray(held)) count += inner.length;
    for (const each of inner) if (typeof each === "object") open.push(each);
  }
  return count;
}
