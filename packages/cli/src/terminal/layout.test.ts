import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fold } from "./layout.ts";
import { widthOf } from "../text/width.ts";

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
