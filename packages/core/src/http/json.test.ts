import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readJson } from "./json.ts";

test.each([
  ['{"a":null,"b":[1,null,2],"c":{"d":null}}', { b: [1, 2], c: {} }],
  ["[null]", []],
  ["null", null],
  ["1.5", 1.5],
  ['"x"', "x"],
  ['{"constructor":1,"toString":2}', { constructor: 1, toString: 2 }],
])("%s is read without its nulls", (text, value) => {
  expect(readJson(text)).toEqual({ ok: true, value });
});

test.each([
  ["", "cut off"],
  ["{", "cut off"],
  ["<html>", "not JSON"],
  ["{'a':1}", "not JSON"],
  ['{"__proto__":{"polluted":1}}', "__proto__"],
  ['{"a":[{"\\u005f_proto__":1}]}', "__proto__"],
  ["1e999", "too large"],
  ['{"a":[-1e999]}', "too large"],
  [`${"[".repeat(10_000)}${"]".repeat(10_000)}`, "deeper than 64"],
  [`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, "deeper than 64"],
])("%.40s is refused: %s", (text, problem) => {
  expect(readJson(text)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
});

test("64 levels are read", () => {
  expect(readJson(`${"[".repeat(64)}${"]".repeat(64)}`).ok).toBe(true);
  expect(readJson(`${"[".repeat(65)}${"]".repeat(65)}`).ok).toBe(false);
});

test("any JSON value without null comes out as it went in", () => {
  const value = fc.jsonValue({ noUnicodeString: false }).filter((each) => {
    const text = JSON.stringify(each);
    return !text.includes("null") && !text.includes("__proto__") && !text.includes("-0");
  });
  fc.assert(
    fc.property(value, (each) => {
      expect(readJson(JSON.stringify(each))).toEqual({ ok: true, value: each });
    }),
  );
});
