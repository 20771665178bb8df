import { expect, test } from "vitest";
import { toExtent, toSpans } from "./spans.ts";

const startMs = Date.UTC(2026, 0);
const queue = { name: "queue", startMs, endMs: startMs + 30_000 } as const;

test("a stage that lasts is drawn up to now, and none ends before it begins", () => {
  const run = { name: "run", startMs: startMs + 30_000, endMs: undefined } as const;
  const [, open] = toSpans([queue, run], startMs + 90_000);
  expect(open).toMatchObject({ endMs: startMs + 90_000, isOpen: true });
  const [, early] = toSpans([queue, run], startMs);
  expect(early).toMatchObject({ startMs: run.startMs, endMs: run.startMs });
});

test("a stage that a wrong clock made is not drawn and does not stretch the axis", () => {
  const wrong = [
    { name: "prepare", startMs: 0, endMs: startMs },
    { name: "run", startMs, endMs: Date.UTC(2400, 0) },
    { name: "run", startMs: Number.NaN, endMs: startMs },
  ] as const;
  const spans = toSpans([queue, ...wrong], startMs + 90_000);
  expect(spans).toEqual([{ ...queue, isOpen: false }]);
  expect(toExtent(spans)).toEqual({ startMs, endMs: startMs + 30_000 });
});
