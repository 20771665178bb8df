import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "./time-text.ts";

test.each([
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  ["2d", 172_800_000],
  ["0s", 0],
  ["1m1ms", 60_001],
])("%s is %i ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  "",
  "5",
  "h",
  "1 h",
  "-1h",
  "1h ",
  "1hour",
  "1,5h",
  "1e3s",
  ".5h",
  "9".repeat(400) + "d",
])("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [999.9, "999 ms"],
  [12_000, "12s"],
  [59_999, "59s"],
  [185_000, "3m 05s"],
  [7_620_000, "2h 07m"],
  [100_800_000, "1d 4h"],
])("%d ms is written %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("what is read is what was written, in any unit", () => {
  const units = fc.constantFrom(["ms", 1], ["s", 1_000], ["m", 60_000], ["h", 3_600_000] as const);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), units, (amount, [unit, ms]) => {
      expect(parseDuration(`${amount}${unit}`)).toBe(amount * Number(ms));
    }),
  );
});
