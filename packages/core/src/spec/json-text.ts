import { finding } from "../errors/spec-rules.ts";
import type { JsonWant } from "../errors/text-rules.ts";
import { excerpt } from "../text.ts";
import type { ParsedText, Place, SpecPath, TextProblem } from "./place.ts";

interface JsonNode {
  start: number;
  end: number;
  entries?: Map<string, { key: number; node: JsonNode }>;
  items?: JsonNode[];
}

interface JsonScan {
  root: JsonNode | undefined;
  problems: TextProblem[];
}

/** Reads JSON: the value, what is wrong with the text in JSON's own words, and where each value stands. */
export function parseJsonText(text: string): ParsedText {
  const { root, problems } = scanJson(text);
  const [value, broken] = tryParse(text);
  return { value, problems, broken, locate: (path) => root && locate(text, root, path) };
}

function tryParse(text: string): [value: unknown, broken: boolean] {
  try {
    return [JSON.parse(text), false];
  } catch {
    return [undefined, true];
  }
}

function locate(text: string, root: JsonNode, path: SpecPath): Place {
  let [node, key, exact]: [JsonNode, number | undefined, boolean] = [root, undefined, true];
  for (const step of path) {
    const entry = typeof step === "string" ? node.entries?.get(step) : undefined;
    const next = typeof step === "number" ? node.items?.[step] : entry?.node;
    exact = next !== undefined;
    if (!next) break;
    [node, key] = [next, entry?.key];
  }
  const bare = !node.entries && !node.items && text[node.start] !== '"';
  const raw = bare ? text.slice(node.start, node.end) : undefined;
  return { key, value: node.start, raw, exact };
}

class JsonSyntaxProblem extends Error {
  readonly problem: TextProblem;

  constructor(problem: TextProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

// Own scanner, because JSON.parse tells no place on Node 20, and hides keys given twice.
function scanJson(text: string): JsonScan {
  const problems: JsonScan["problems"] = [];
  let root: JsonNode | undefined;
  try {
    root = new JsonScanner(text, problems).scan();
  } catch (error) {
    if (!(error instanceof JsonSyntaxProblem)) throw error;
    problems.splice(0, problems.length, error.problem);
  }
  return { root, problems };
}

class JsonScanner {
  readonly #text: string;
  readonly #problems: JsonScan["problems"];
  // A stack and not recursion: depth is the file's choice.
  readonly #open: JsonNode[] = [];
  #at = 0;

  constructor(text: string, problems: JsonScan["problems"]) {
    this.#text = text;
    this.#problems = problems;
  }

  scan(): JsonNode {
    this.#skipSpace();
    const root = this.#readStart();
    while (this.#open.length > 0) this.#readNext(this.#open.at(-1)!);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail("end_of_file");
    return root;
  }

  /** Reads one more entry of the innermost open mapping or list, or its end. */
  #readNext(inner: JsonNode): void {
    const close = inner.items ? "]" : "}";
    const isFirst = (inner.items?.length ?? inner.entries?.size) === 0;
    this.#skipSpace();
    if (this.#text[this.#at] === close) {
      inner.end = ++this.#at;
      this.#open.pop();
      return;
    }
    if (!isFirst) {
      if (this.#text[this.#at] !== ",")
        this.#fail(inner.items ? "comma_or_bracket" : "comma_or_brace");
      this.#at++;
      this.#skipSpace();
      if (this.#text[this.#at] === close) this.#fail("entry");
    }
    if (inner.items) inner.items.push(this.#readStart());
    else this.#readEntry(inner.entries!);
  }

  #readEntry(entries: NonNullable<JsonNode["entries"]>): void {
    const key = this.#at;
    if (this.#text[key] !== '"') this.#fail("key");
    this.#skipString();
    const name: unknown = JSON.parse(this.#text.slice(key, this.#at));
    this.#skipSpace();
    if (this.#text[this.#at] !== ":") this.#fail("colon");
    this.#at++;
    this.#skipSpace();
    const node = this.#readStart();
    if (typeof name !== "string") return;
    if (entries.has(name)) {
      this.#problems.push({ offset: key, ...finding("given_twice", { name: excerpt(name, 60) }) });
    }
    entries.set(name, { key, node });
  }

  /** Reads a scalar whole, or opens a mapping or list. */
  #readStart(): JsonNode {
    const start = this.#at;
    const char = this.#text[start];
    const node: JsonNode = { start, end: start };
    if (char === "{" || char === "[") {
      if (char === "{") node.entries = new Map();
      else node.items = [];
      this.#open.push(node);
      this.#at++;
      return node;
    }
    if (char === '"') this.#skipString();
    else if (
      !this.#skip(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)\b/y)
    ) {
      this.#fail("value");
    }
    node.end = this.#at;
    return node;
  }

  #skipString(): void {
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code)) this.#fail("closing_quote");
      if (code < 32) this.#fail("closing_quote_in_line");
      if (code === 92 && !this.#skip(/\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y)) {
        this.#fail("escape");
      } else if (code === 92) this.#at--;
    }
    this.#at++;
  }

  #skipSpace(): void {
    this.#skip(/[ \t\n\r]*/y);
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #fail(wanted: JsonWant): never {
    const char = this.#text.codePointAt(this.#at);
    const found = char === undefined ? undefined : excerpt(String.fromCodePoint(char));
    throw new JsonSyntaxProblem({ offset: this.#at, ...finding("json_syntax", { wanted, found }) });
  }
}
