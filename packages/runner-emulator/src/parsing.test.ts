import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parsePairs } from "./files/command-files.ts";
import { COMMANDS } from "./commands/command-effects.ts";
import { parseCommand } from "./text/command-parser.ts";
import { createLineSplitter, splitLines } from "./text/lines.ts";
import { createMasker, encodedForms } from "./text/masker.ts";
import { evaluatePostIf } from "./files/action-file.ts";
import { findMatchedLines } from "./text/problem-matchers.ts";

const parse = (line: string) => parseCommand(line, new Set(COMMANDS));

test("lines end at CRLF, LF and a bare CR, wherever the chunks are cut", () => {
  const lineText = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n\uFEFF]/.test(text));
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
  fc.assert(
    fc.property(fc.array(fc.tuple(lineText, lineEnd)), fc.nat(), (parts, cut) => {
      const joined = parts.map(([text, end]) => text + end).join("");
      const bytes = new TextEncoder().encode(joined);
      const at = cut % (bytes.length + 1);
      const splitter = createLineSplitter();
      const lines = [
        ...splitter.push(bytes.subarray(0, at)),
        ...splitter.push(bytes.subarray(at)),
        ...splitter.end(),
      ];
      expect(lines).toEqual(joined.split(/\r\n|\r|\n/).slice(0, -1));
    }),
  );
  expect(splitLines("a\rb\r\n\nlast")).toEqual(["a", "b", "", "last"]);
});

test("a command is read with its properties and escapes", () => {
  expect(parse("  ::Error file=a%2Cb,title=t%3Ax::50%25%0Aline 2 %2C")).toEqual({
    name: "error",
    properties: { file: "a,b", title: "t:x" },
    data: "50%\nline 2 %2C",
    form: "::",
    usesInvisibleCharacters: false,
  });
  expect(parse("text ##[warning title=a%3Bb;line=3]c%5Dd")).toMatchObject({
    name: "warning",
    properties: { title: "a;b", line: "3" },
    data: "c]d",
    form: "##[",
  });
});

test("what only looks like a command is none", () => {
  for (const line of ["x ::error::y", ":: error::y", "::error", "::error:y", "##[error", "::e::"]) {
    expect(parse(line), line).toBeUndefined();
  }
  expect(parse("\u0085\u2003::error::y")).toBeDefined();
  expect(parse("\uFEFF::error::y")).toBeUndefined();
});

test("output files are read in both forms, up to the first mistake", () => {
  expect(parsePairs("a=1=2\n\nb<<E\nx\r\n\nE=\nE\nc=\n").pairs).toEqual([
    ["a", "1=2"],
    ["b", "x\r\n\nE="],
    ["c", ""],
  ]);
  expect(parsePairs("a=1\nb<<E\nx\n")).toEqual({
    pairs: [["a", "1"]],
    error: "Matching delimiter not found 'E'",
  });
  expect(parsePairs("no pair\n").error).toContain("Invalid format");
  expect(parsePairs("<<E\nx\nE\n").error).toContain("must not be empty");
});

test("any value survives a heredoc whose delimiter it does not hold", () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const { pairs, error } = parsePairs(`v<<a1b2-end\n${value}\na1b2-end\n`);
      expect(error).toBeUndefined();
      expect(pairs).toEqual([["v", value]]);
    }),
  );
});

test("a mask covers the encoded forms and each line of a value", () => {
  const masker = createMasker();
  masker.addWithLines(`p"a&ss <word>\n second line`);
  const base64 = Buffer.from(`user:p"a&ss <word>`).toString("base64");
  for (const text of [`p"a&ss <word>`, `p\\"a&ss <word>`, "p&quot;a&amp;ss &lt;word&gt;"]) {
    expect(masker.mask(`[${text}]`)).toBe("[***]");
  }
  expect(masker.mask("p%22a%26ss%20%3Cword%3E second line.")).toBe("*** ***.");
  expect(masker.mask(base64)).not.toBe(base64);
});

test("secrets that touch become one mask", () => {
  const masker = createMasker();
  masker.add("first-secret");
  masker.add("second-secret");
  expect(masker.mask("first-secretsecond-secret first-secret")).toBe("*** ***");
});

test("nothing of a masked value is left, also where forms overlap", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (value, before, after) => {
      fc.pre(!"***".includes(value) && encodedForms(value).length > 0);
      const masker = createMasker();
      masker.add(value);
      expect(masker.mask(before + value + after)).toContain("***");
      expect(masker.mask(value)).toBe("***");
    }),
  );
});

test("post-if knows the status functions and refuses the rest", () => {
  expect(evaluatePostIf({ postIf: "always()" }, "cancelled")).toBe(true);
  expect(evaluatePostIf({ postIf: "!cancelled() && (success() || failure())" }, "failure")).toBe(
    true,
  );
  expect(evaluatePostIf({ postIf: "true" }, "failure")).toBe(false);
  expect(() => evaluatePostIf({ postIf: "github.ref == 'x'" }, "success")).toThrow(
    /not understood/,
  );
});

test("the matchers of setup-node and setup-python hit what they were made for", () => {
  const lines = [
    "src/a.ts(3,5): error TS2304: Cannot find name 'x'.",
    "a.js: line 3, col 5, Error - no good (rule)",
    '  File "train.py", line 3, in main',
    "    raise ValueError('bad rank')",
    "job llm-7b",
    "  12:30  warning  queue is long  quota",
    "  12:31  error  still long  quota",
    "12:31:05 running (3, 4): all fine",
  ];
  expect(findMatchedLines(lines).map(({ owner, message }) => [owner, message])).toEqual([
    ["tsc", "Cannot find name 'x'."],
    ["eslint-compact", "no good"],
    ["python", "bad rank"],
    ["eslint-stylish", "queue is long"],
    ["eslint-stylish", "still long"],
  ]);
});
