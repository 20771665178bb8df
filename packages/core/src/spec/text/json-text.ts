import { finding } from "../../errors/rules/spec-rules.ts";
import { excerpt } from "../../text/text.ts";
import { maskedExcerpt } from "../../text/masked-text.ts";
import { brokenText, mostTokens, type ParsedText, type Place, type SpecPath } from "./place.ts";
import type { JsonWant } from "../../errors/rules/text-rules.ts";

/**
 * Reads JSON: the value, what is wrong with the text in JSON's own words, and where each value stands.
 * JSON.parse alone says what is JSON; it gives no places and hides keys given twice.
 */
export function parseJsonText(text: string): ParsedText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { offset, wanted } = new JsonScanner(text).scan();
    const char = text.codePointAt(offset);
    const found = char === undefined ? undefined : excerpt(String.fromCodePoint(char));
    return brokenText({ offset, ...finding("json_syntax", { wanted, found }) });
  }
  return { value, ...readJsonPlaces(text) };
}

/** Where a value stands, and the values in it by their keys or indexes. */
interface JsonNode {
  readonly place: Place;
  readonly within: Map<string, JsonNode> | undefined;
}

/** A quoted text, which a colon makes a key, a bracket, or a bare word or number. */
const token = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{}]|[^\s[\]{}:,"]+/g;
const deepest = 500;

/** Where the values of a text stand that JSON.parse has read, and the keys that it hid. */
function readJsonPlaces(text: string): Omit<ParsedText, "value"> {
  const top = new Map<string, JsonNode>();
  const open = [top];
  const problems: ParsedText["problems"] = [];
  let key: { readonly name: string; readonly offset: number } | undefined;
  let count = 0;
  for (const { 0: part, 1: quoted, 2: colon, index } of text.matchAll(token)) {
    count += 1;
    if (count > mostTokens)
      return brokenText({ offset: 0, ...finding("too_many_tokens", { most: mostTokens }) });
    if (part === "]" || part === "}") open.pop();
    else if (quoted !== undefined && colon !== undefined) {
      key = { name: String(JSON.parse(quoted)), offset: index };
    } else {
      const siblings = open.at(-1) ?? top;
      if (key !== undefined && siblings.has(key.name)) {
        const name = maskedExcerpt(key.name, 60);
        problems.push({ offset: key.offset, ...finding("given_twice", { name }) });
      }
      const within = part === "[" || part === "{" ? new Map<string, JsonNode>() : undefined;
      const raw = quoted === undefined && within === undefined ? part : undefined;
      const place = { key: key?.offset, value: index, raw, exact: true };
      siblings.set(key?.name ?? String(siblings.size), { place, within });
      key = undefined;
      if (within !== undefined) open.push(within);
      // What works on it by recursion would end.
      if (open.length > deepest + 1)
        return brokenText({ offset: index, ...finding("yaml_too_deep") });
    }
  }
  return { problems, broken: false, locate: (path) => locate(top.get("0"), path) };
}

function locate(top: JsonNode | undefined, path: SpecPath): Place | undefined {
  let node = top;
  for (const step of path) {
    const next = node?.within?.get(String(step));
    if (next === undefined) return node && { ...node.place, raw: undefined, exact: false };
    node = next;
  }
  return node?.place;
}

type Expected = "value" | "item or end" | "key" | "key or end" | "colon" | "comma or end";

const space = /[ \t\n\r]*/y;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)\b/y;
const plain = /(?:[^"\\\p{Cc}]+|[\u007f-\u009f]+)*/uy;
const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Finds where a text that JSON.parse refused stops being JSON. */
class JsonScanner {
  readonly #text: string;
  // A stack and not recursion: depth is the file's choice.
  readonly #open: ("{" | "[")[] = [];
  #expected: Expected = "value";
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where it stops, and what JSON wants there. */
  scan(): { readonly offset: number; readonly wanted: JsonWant } {
    for (;;) {
      const wanted = this.#step();
      if (wanted !== undefined) return { offset: this.#at, wanted };
    }
  }

  get #char(): string {
    return this.#text.charAt(this.#at);
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const isThere = pattern.test(this.#text);
    if (isThere) this.#at = pattern.lastIndex;
    return isThere;
  }

  /** Takes one character and the next thing to expect. */
  #take(expected: Expected): undefined {
    this.#at += 1;
    this.#expected = expected;
  }

  /** Takes one part of the text. @returns what is wanted where it goes wrong. */
  #step(): JsonWant | undefined {
    this.#skip(space);
    const inner = this.#open.at(-1);
    const end = inner === "{" ? "}" : "]";
    if (this.#expected.endsWith("end") && inner !== undefined && this.#char === end) {
      this.#open.pop();
      return this.#take("comma or end");
    }
    switch (this.#expected) {
      case "comma or end":
        return this.#stepOverComma(inner, end);
      case "colon":
        return this.#char === ":" ? this.#take("value") : "colon";
      case "key":
      case "key or end":
        return this.#char === '"' ? this.#skipString("colon") : "key";
      default:
        return this.#stepIntoValue();
    }
  }

  #stepOverComma(inner: "{" | "[" | undefined, end: string): JsonWant | undefined {
    if (inner === undefined) return "end_of_file";
    if (this.#char !== ",") return inner === "{" ? "comma_or_brace" : "comma_or_bracket";
    this.#take(inner === "{" ? "key" : "value");
    this.#skip(space);
    return this.#char === end ? "entry" : undefined;
  }

  #stepIntoValue(): JsonWant | undefined {
    const char = this.#char;
    if (char === '"') return this.#skipString("comma or end");
    if (char === "{" || char === "[") {
      this.#open.push(char);
      return this.#take(char === "{" ? "key or end" : "item or end");
    }
    if (!this.#skip(word)) return "value";
    this.#expected = "comma or end";
    return undefined;
  }

  #skipString(next: Expected): JsonWant | undefined {
    for (this.#at += 1; ;) {
      this.#skip(plain);
      const char = this.#char;
      if (char === '"') return this.#take(next);
      if (char === "\\" && this.#skip(escape)) continue;
      if (char === "\\") return "escape";
      return char === "" ? "closing_quote" : "closing_quote_in_line";
    }
  }
}
