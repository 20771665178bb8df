import type { JsonWant } from "../../errors/text-rules.ts";

/** Where a text stops being JSON, and what JSON wants there. */
export interface JsonSlip {
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
  // A stack and not recursion: depth is the file's choice.
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const isThere = pattern.test(text);
    if (isThere) at = pattern.lastIndex;
    return isThere;
  };
  for (;;) {
    skip(space);
    const inner = open.at(-1);
    if (inner === undefined && expected === "comma or end")
      return { offset: at, wanted: "end_of_file" };
    const char = text.charAt(at);
    const end = inner === "{" ? "}" : "]";
    if (expected.endsWith("end") && char === end) {
      open.pop();
      at += 1;
      expected = "comma or end";
    } else if (expected === "comma or end") {
      if (char !== ",")
        return { offset: at, wanted: inner === "{" ? "comma_or_brace" : "comma_or_bracket" };
      at += 1;
      skip(space);
      if (text.charAt(at) === end) return { offset: at, wanted: "entry" };
      expected = inner === "{" ? "key" : "value";
    } else if (expected === "colon") {
      if (char !== ":") return { offset: at, wanted: "colon" };
      at += 1;
      expected = "value";
    } else if (expected.startsWith("key")) {
      if (char !== '"') return { offset: at, wanted: "key" };
      const wanted = skipString();
      if (wanted !== undefined) return { offset: at, wanted };
      expected = "colon";
    } else if (char === "{" || char === "[") {
      open.push(char);
      at += 1;
      expected = char === "{" ? "key or end" : "item or end";
    } else {
      const wanted = char === '"' ? skipString() : skip(word) ? undefined : "value";
      if (wanted !== undefined) return { offset: at, wanted };
      expected = "comma or end";
    }
  }

  /** Skips a string. @returns what is wanted where it goes wrong. */
  function skipString(): JsonWant | undefined {
    for (at += 1; ;) {
      skip(plain);
      const char = text.charAt(at);
      if (char === '"') {
        at += 1;
        return undefined;
      }
      if (char === "\\" && skip(escape)) continue;
      if (char === "\\") return "escape";
      return char === "" ? "closing_quote" : "closing_quote_in_line";
    }
  }
}
