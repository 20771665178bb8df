import { finding } from "../../errors/rules/spec-rules.ts";
import { excerpt } from "../../text/text.ts";
import { readJsonPlaces } from "./json-places.ts";
import { brokenText, type ParsedText } from "./place.ts";
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
    const { offset, wanted } = findJsonSlip(text);
    const char = text.codePointAt(offset);
    const found = char === undefined ? undefined : excerpt(String.fromCodePoint(char));
    return brokenText({ offset, ...finding("json_syntax", { wanted, found }) });
  }
  return { value, ...readJsonPlaces(text) };
}

/** Where a text stops being JSON, and what JSON wants there. */
interface JsonSlip {
  readonly offset: number;
  readonly wanted: JsonWant;
}

type Expected = "value" | "item or end" | "key" | "key or end" | "colon" | "comma or end";

const space = /[ \t\n\r]*/y;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)\b/y;
const plain = /(?:[^"\\\p{Cc}]+|[\u007f-\u009f]+)*/uy;
const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Finds where a text that JSON.parse refused stops being JSON. */
export function findJsonSlip(text: string): JsonSlip {
  return new JsonScanner(text).scan();
}

class JsonScanner {
  readonly #text: string;
  // A stack and not recursion: depth is the file's choice.
  readonly #open: ("{" | "[")[] = [];
  #expected: Expected = "value";
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): JsonSlip {
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
