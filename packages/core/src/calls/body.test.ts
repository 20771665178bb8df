import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readJson } from "./body.ts";

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
  ["", "cut_off"],
  ["{", "cut_off"],
  ["<html>", "cut_off"],
  ["{'a':1}", "cut_off"],
  ['{"__proto__":{"polluted":1}}', "prototype_key"],
  ['{"a":[{"\\u005f_proto__":1}]}', "prototype_key"],
  ["1e999", "number_too_large"],
  ['{"a":[-1e999]}', "number_too_large"],
  [`${"[".repeat(10_000)}${"]".repeat(10_000)}`, "too_deep"],
  [`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, "too_deep"],
])("text %# is refused for what it is", (text, problem) => {
  expect(readJson(text)).toEqual({ ok: false, problem });
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
      const text = JSON.stringify(each);
      // -0 goes out as 0.
      expect(readJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});
