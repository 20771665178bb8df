import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { en } from "../messages/en.ts";
import { createTheme } from "../terminal/style.ts";
import { shareCells, timelineBar, timelineLegend } from "./timeline-bar.ts";

const theme = createTheme({ isTTY: true }, { NO_COLOR: "1" });
const ascii = createTheme({ isTTY: true }, { NO_COLOR: "1", LANG: "C" });
const startMs = Date.UTC(2026, 0);
const now = startMs + 61_000;
const stages = [
  { name: "queue", startMs, endMs: startMs + 30_000 },
  { name: "prepare", startMs: startMs + 30_000, endMs: startMs + 31_000 },
  { name: "run", startMs: startMs + 31_000, endMs: undefined },
] as const;

describe("the timeline's bar", () => {
  it("gives all cells away, one at least to each stage, in the order of the lengths", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10 ** 10), { minLength: 1, maxLength: 3 }),
        fc.nat(120),
        (lengths, width) => {
          const cells = shareCells(lengths, width);
          expect(cells.reduce((sum, count) => sum + count, 0)).toBe(width);
          if (width >= lengths.length) expect(Math.min(...cells)).toBeGreaterThanOrEqual(1);
          for (const [a, count] of cells.entries()) {
            for (const [b, other] of cells.entries()) {
              if (lengths[a]! > lengths[b]!) expect(count).toBeGreaterThanOrEqual(other - 1);
            }
          }
        },
      ),
    );
  });

  it("is as long as each stage's share, also without colours and without Unicode", () => {
    const bar = timelineBar(stages, { width: 30, now, theme });
    expect(bar).toBe(`${"░".repeat(15)}▒${"█".repeat(14)}`);
    expect(timelineBar(stages, { width: 6, now, theme: ascii })).toBe("...-==");
    expect(timelineBar([], { width: 30, now: 0, theme })).toBe("");
  });

  it("names each part with its duration, and marks the one that lasts", () => {
    expect(timelineLegend(stages, { t: en, now, theme })).toEqual([
      "░ queue 30s",
      "▒ prepare 1s",
      "█ run 30s…",
    ]);
    const plain = timelineLegend(stages, { t: en, now, theme: createTheme({}, {}) });
    expect(plain).toEqual(["queue 30s", "prepare 1s", "run 30s…"]);
  });
});
