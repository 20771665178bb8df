import * as fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it, test } from "vitest";
import { fit, fold, pad, widthOf, wrap } from "./width.ts";

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom("a", " ", "学", "é", "👩‍🚀", "🇨🇳", "ｱ") }),
);

describe("columns of a text", () => {
  const ours = "qizhi 启智（2 个节点）：queue ░▒█ ── 1 × 8 GPUs… “é” \u001b[31mred\u001b[39m";

  it.each([ours, "ｱｲｳ", "한국어", "👩‍🚀🇨🇳❤️ 1️⃣", "e\u0301\u200b\u00ad", "\u{20000}⌛☃"])(
    "of %j are those that string-width counts",
    (text) => {
      expect(widthOf(text)).toBe(stringWidth(text));
    },
  );

  it("are those that string-width counts, for any letters, marks and ideographs", () => {
    const letter = fc
      .string({ unit: "grapheme-composite" })
      .filter((text) => !/\p{Mc}/u.test(text));
    fc.assert(
      fc.property(letter, (text) => {
        expect(widthOf(text)).toBe(stringWidth(text));
      }),
    );
  });
});

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

describe("fold", () => {
  test("breaks between words, before commands in backticks, and between Chinese characters", () => {
    const english =
      "  Run `qizhi login` (in CI: set QIZHI_TOKEN), or add --local to `qizhi submit`.";
    expect(`\n${fold(english, 30, 2)}`).toMatchInlineSnapshot(`
      "
        Run \`qizhi login\` (in CI:
        set QIZHI_TOKEN), or add
        --local to \`qizhi submit\`."
    `);
    const chinese =
      "请执行 `qizhi login`（在 CI 中：设置 QIZHI_TOKEN）；要在本机运行，请加上 --local。";
    expect(`\n${fold(chinese, 24)}`).toMatchInlineSnapshot(`
      "
      请执行 \`qizhi login\`（在
      CI 中：设置
      QIZHI_TOKEN）；要在本机
      运行，请加上 --local。"
    `);
  });

  test("keeps every character, and is too wide only where one word is", () => {
    const words = fc.array(
      fc.constantFrom(
        "a",
        "qizhi",
        "`qizhi list`",
        "https://qz.sii.edu.cn/jobs",
        "任务，",
        "（见",
        "结束。",
      ),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 8, max: 60 }), (all, width) => {
        const lines = fold(all.join(" "), width, 2).split("\n");
        expect(lines.join("").replaceAll(" ", "")).toBe(all.join("").replaceAll(" ", ""));
        for (const line of lines) {
          if (widthOf(line) > width) expect(line.trim()).toMatch(/^(?:`[^`]*`|\S+)$/);
        }
      }),
    );
  });
});
