import { expect, test } from "vitest";
import { clipUse, cutByDay, midnightBefore } from "./use-of-jobs.ts";

const hourMs = 3_600_000;

test("a use over midnight counts for each day what was used on it", () => {
  const midnight = new Date(2026, 2, 4).getTime();
  const use = { startMs: midnight - hourMs, endMs: midnight + 27 * hourMs, gpuHours: 28, cost: 56 };
  const parts = cutByDay(use);
  expect(parts.map(({ gpuHours, cost }) => [gpuHours, cost])).toEqual([
    [expect.closeTo(1), expect.closeTo(2)],
    [expect.closeTo(24), expect.closeTo(48)],
    [expect.closeTo(3), expect.closeTo(6)],
  ]);
  expect(parts.map(({ startMs }) => midnightBefore(startMs))).toEqual(
    [3, 4, 5].map((day) => new Date(2026, 2, day).getTime()),
  );
  expect(clipUse(use, midnight + 26 * hourMs)).toMatchObject({ gpuHours: expect.closeTo(1) });
  expect(clipUse(use, use.endMs)).toBeUndefined();
});
