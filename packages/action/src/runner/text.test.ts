import { findMatchedLines, parseCommand } from "@qizhi/runner-emulator";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { harmless, harmlessExcerpt } from "./text.ts";

const names = new Set(["error", "warning", "group", "add-mask", "stop-commands", "x"]);
const pieces = fc.constantFrom(
  "##[error]",
  "#",
  "[x]",
  "::error::",
  "\u200b",
  "\u00ad",
  "\ufe0f",
  "\u0000",
  "\r",
  "\n",
  "\u00a0",
  "(1,2)",
  ": error TS1: ",
  ": line 1, col 2, Error - a (b)",
  " ",
  "\ud800",
  "text",
);
const hostile = fc
  .array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 12 })
  .map((parts) => parts.join(""));

test("no text makes a command or a problem after our own beginning of the line", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const line = `[3s] running - ${harmless(text)}`;
      expect(parseCommand(line, names)).toBeUndefined();
      expect(findMatchedLines(["[1s] before", line])).toEqual([]);
      expect(line).not.toMatch(/[\r\n\p{Surrogate}]/u);
    }),
    { numRuns: 3_000 },
  );
});

test("plain text, Chinese and emoji stay as they are", () => {
  const text = "训练 ok: 8 × H100 (80G), 50% 🚀 a::b #12 [x]";
  expect(harmless(text)).toBe(text);
});

test("an excerpt is cut with a mark, never in the middle of a character", () => {
  expect(harmlessExcerpt("🚀".repeat(10), 5)).toBe("🚀🚀… (20 characters)");
  expect(harmlessExcerpt("abc", 5)).toBe("abc");
});

test("a colon after a bracket leaves no stray sign", () => {
  expect(harmless("refused (HTTP 200): denied")).toBe("refused (HTTP 200) - denied");
});
