import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fit, pad, widthOf, wrap } from "./width.ts";

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom("a", " ", "学", "é", "👩‍🚀", "🇨🇳", "ｱ") }),
);

describe("text of a given width", () => {
  it("is never wider than asked, and is whole where it fits", () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, width) => {
        const cut = fit(text, width);
        expect(widthOf(cut)).toBeLessThanOrEqual(width);
        if (widthOf(text) <= width) expect(cut).toBe(text);
      }),
    );
  });

  it.each([
    ["学习率扫描", 7, "学习率…"],
    ["学习率扫描", 6, "学习…"],
    ["学习率扫描", 10, "学习率扫描"],
    ["abc", 1, "…"],
    ["abc", 0, ""],
    ["👩‍🚀👩‍🚀", 3, "👩‍🚀…"],
  ])("cuts %j at %i columns to %j", (text, width, cut) => {
    expect(fit(text, width)).toBe(cut);
  });

  it("pads by columns, not by characters", () => {
    expect(pad("学", 4)).toBe("学  ");
    expect(pad("学", 4, "start")).toBe("  学");
    expect(pad("abcde", 4)).toBe("abcde");
  });

  it("wraps between words, and inside those that are too long, into lines that all fit", () => {
    expect(wrap("waiting for 8 GPUs", 12, 5)).toEqual(["waiting for", "8 GPUs"]);
    expect(wrap("正在等待资源分配", 6, 5)).toEqual(["正在等", "待资源", "分配"]);
    expect(wrap("one two three four", 5, 2)).toEqual(["one", "two …"]);
    fc.assert(
      fc.property(
        anyText,
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (text, width, most) => {
          const lines = wrap(text, width, most);
          expect(lines.length).toBeLessThanOrEqual(most);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
