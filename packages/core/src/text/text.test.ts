import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hostileText } from "../local/index.ts";
import { countOf, excerpt, nearest, visibleText } from "./text.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

test("no control, format, direction or broken character is left in any text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(visibleText(text)).not.toMatch(unsafe);
    }),
    { numRuns: 1_000 },
  );
});

test("every single UTF-16 unit comes out safe", () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const shown = visibleText(String.fromCharCode(unit));
    if (unsafe.test(shown)) throw new Error(`U+${unit.toString(16)} is left`);
  }
});

test.each([
  ["plain text, 中文, émoji 🙂", "plain text, 中文, émoji 🙂"],
  ["a\nb\r\tc", "a\\nb\\r\\tc"],
  ["\u001b[31mred", "\\x1b[31mred"],
  ["\u009b2J", "\\x9b2J"],
  ["\u202egpj.exe", "\\u202egpj.exe"],
  ["\ufeffx\u200b", "\\ufeffx\\u200b"],
  ["\ud83d", "\\ud83d"],
  ["\u{e0041}", "\\u{e0041}"],
])("%j is shown as %j", (text, expected) => {
  expect(visibleText(text)).toBe(expected);
});

test("hostile text moves nothing", () => {
  expect(visibleText(hostileText)).not.toMatch(unsafe);
});

test("an excerpt is no longer than asked for, but for its mark, and as safe", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, length) => {
      const shown = excerpt(text, length);
      expect(shown).not.toMatch(unsafe);
      const [, cutOff] = /^(.*)… \(\d+ characters\)$/.exec(shown) ?? [];
      expect((cutOff ?? shown).length).toBeLessThanOrEqual(length);
      if (cutOff === undefined) expect(shown).toBe(visibleText(text));
    }),
    { numRuns: 1_000 },
  );
});

test("an excerpt says how much there is", () => {
  expect(excerpt("x".repeat(600))).toBe(`${"x".repeat(500)}… (600 characters)`);
  expect(excerpt("short")).toBe("short");
  expect(excerpt("a🙂🙂", 2)).toBe("a… (5 characters)");
});

test.each([
  ["comand", ["command", "name"], "command"],
  ["nmae", ["command", "name"], "name"],
  ["NAME", ["command", "name"], "name"],
  ["zzz", ["command", "name"], undefined],
  ["", ["a"], "a"],
  ["x", [], undefined],
])("%j is nearest to %j of %j", (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});

test("a count takes the words of one or of several", () => {
  expect([0, 1, 2].map((count) => countOf(count, "run"))).toEqual(["0 runs", "1 run", "2 runs"]);
  expect(countOf(2, "job was", "jobs were")).toBe("2 jobs were");
});
