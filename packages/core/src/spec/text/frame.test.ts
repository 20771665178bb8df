import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpecError } from "../../errors/errors.ts";
import { readJobSpec } from "../read-file.ts";
import { specFrame } from "./frame.ts";
import { toPosition } from "./place.ts";

const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

describe("specFrame", () => {
  it("shows the line with a caret under the column", () => {
    expect(specFrame({ line: 2, column: 3 }, "a\nb: 9\r\nc")).toBe(
      "2 | b: 9\n  |    ^".replace("   ^", "  ^"),
    );
  });

  it.each([
    ["名字: x", 5, "1 | 名字: x\n  |       ^"],
    ["\t\tx: y", 3, "1 |         x: y\n  |         ^"],
    ["a\tb", 3, "1 | a   b\n  |     ^"],
    ["e\u0301x: y", 3, "1 | e\u0301x: y\n  |  ^"],
    ["\u001b[31mx", 6, "1 | \\x1b[31mx\n  |         ^"],
    ["😀: y", 5, "1 | 😀: y\n  |     ^"],
    ["end", 4, "1 | end\n  |    ^"],
  ])("puts the caret right in %j", (line, column, frame) => {
    expect(specFrame({ line: 1, column }, line)).toBe(frame);
  });

  it("cuts a long line around the place", () => {
    const line = `${"a".repeat(500_000)}X${"b".repeat(500_000)}`;
    const [shown, caret] = specFrame({ line: 1, column: 500_001 }, line, 40)?.split("\n") ?? [];
    expect(shown).toBe(`1 | …${"a".repeat(24)}X${"b".repeat(15)}…`);
    expect(caret?.indexOf("^")).toBe(shown?.indexOf("X"));
  });

  it.each([
    ["  HF_TOKEN: [hf_examplexamplexample]", 13, "  HF_TOKEN: ***", 12],
    ["  my_token: [x", 13, "  my_token: ***", 12],
    ["  MY_PASSWORD: a b  # mine", 3, "  MY_PASSWORD: ***  # mine", 2],
    [
      '{"API_KEY": "abcdefghij", "task_priority": 99}',
      44,
      '{"API_KEY": ***, "task_priority": 99}',
      34,
    ],
    ["command: TOKEN=abcdefgh python t.py: x", 35, "command: TOKEN=*** python t.py: x", 29],
    ["- {name: HF_TOKEN, value: abcdefgh}", 5, "- {name: HF_TOKEN, value: ***}", 4],
    ["x: postgres://u:pa55@host", 20, "x: postgres://u:***@host", 16],
    ["shm_gi: 16", 9, "shm_gi: 16", 8],
  ])("shows no secret of %j", (line, column, shown, caret) => {
    const frame = `1 | ${shown}\n  | ${" ".repeat(caret)}^`;
    expect(specFrame({ line: 1, column }, line)).toBe(frame);
    const whole = specFrame({ line: 1, column }, line, 100, { showSecrets: true });
    expect(whole).toContain(line);
  });

  it("shows no value of a variable whose name stands on another line", () => {
    const text =
      "envs:\n  - value: abcdefgh\n    name: HF_TOKEN\n  - name: MY_TOKEN\n    value: [abcdefgh]";
    expect(specFrame({ line: 2, column: 12 }, text)).toMatch(/^2 \|   - value: \*\*\*\n/);
    expect(specFrame({ line: 5, column: 12 }, text)).toMatch(/^5 \|     value: \*\*\*\n/);
  });

  const keyLines = ["-----BEGIN PRIVATE KEY-----", "hunter2tokA", "hunter2tokB=="];
  it.each([
    ["  HF_TOKEN:hunter2tok", "  HF_TOKEN:***"],
    ["  HF_TOKEN：hunter2tok", "  HF_TOKEN：***"],
    ["  HF_TOKEN = hunter2tok", "  HF_TOKEN = ***"],
    ["  HF_TOKEN； hunter2tok", "  HF_TOKEN； ***"],
    ["  - HF_TOKEN hunter2tok", "  - HF_TOKEN ***"],
    ["  {A: 1, HF_TOKEN：hunter2tok}", "  {A: 1, HF_TOKEN：***}"],
    ["  - name: HF_TOKEN\n    value:hunter2tok", "    value:***"],
    ["  - name: HF_TOKEN\n    valu: hunter2tok", "    valu: ***"],
    ["  - name: HF_TOKEN\n    content = hunter2tok", "    content = ***"],
    ["  HF_TOKEN: *hunter2tok", "  HF_TOKEN: ***"],
    ["  HF_TOKEN: !hunter2tok x", "  HF_TOKEN: ***"],
    ["  HF_TOKEN: !!hunter2tok x", "  HF_TOKEN: ***"],
    ["  HF_TOKEN: 'it's hunter2tok'", "  HF_TOKEN: ***"],
    ["  HF_TOKEN: hunter2tok: x", "  HF_TOKEN: ***"],
    ["  HF_TOKEN: |\n    hunter2tok\n   hunter2tok\n  x", "   ***"],
    ...["    ", "   ", "  ", ""].map((indent) => [
      `  HF: |\n    ${keyLines[0]}\n${indent}${keyLines[1]}\n   ${keyLines[2]}`,
      `${indent.length === 4 ? "   " : indent}***`,
    ]),
    ['{"name":"x","envs":{"HF_TOKEN":\'hunter2tok\'}}', '{"name":"x","envs":{"HF_TOKEN":***}}'],
    ['{"envs":{"HF_TOKEN" "hunter2tok"}}', '{"envs":{"HF_TOKEN" ***}}'],
    ['{"envs":{"HF_TOKEN"="hunter2tok"}}', '{"envs":{"HF_TOKEN"=***}}'],
    ['{"envs":{"HF_TOKEN":\n\'hunter2tok\'}}', "***"],
    [
      '{"envs":[{"name":"HF_TOKEN","value" "hunter2tok"}]}',
      '{"envs":[{"name":"HF_TOKEN","value" ***}]}',
    ],
  ])("shows no secret where its line has a slip, as %j", async (slip, shown = "") => {
    const text = slip.startsWith("{") ? slip : `name: demo\nenvs:\n${slip}\n`;
    const name = text === slip ? "job.json" : "job.yaml";
    const error: unknown = await readJobSpec({ name, text }).catch((caught: unknown) => caught);
    if (!(error instanceof SpecError)) throw new Error("no problem was found");
    const frames = error.issues.map((issue) => specFrame(issue, text));
    expect(frames.join("\n")).toContain(` | ${shown}\n`);
    expect(`${frames.join("\n")}${JSON.stringify(error.issues)}${error.message}`).not.toContain(
      "hunter2tok",
    );
  });

  it("shows what stands beside a secret, and is none", () => {
    const text = "- name: HF_TOKEN\n  value: abcdefgh\ntask_priority: 99\nMODE: fast";
    expect(specFrame({ line: 3 }, text)).toContain("| task_priority: 99");
    expect(specFrame({ line: 1 }, text)).toContain("| - name: HF_TOKEN");
    expect(specFrame({ line: 2 }, "TOKEN:\nshm_gi: 16")).toContain("| shm_gi: 16");
  });

  it("has none without a line, or past the end", () => {
    expect(specFrame({}, "a")).toBeUndefined();
    expect(specFrame({ line: 3, column: 1 }, "a")).toBeUndefined();
  });

  it("gives two lines without a control character for any text and place", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: anyUnit, minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 10, max: 80 }),
        (text, at, width) => {
          const frame = specFrame(toPosition(text, at % text.length), text, width);
          expect(frame?.split("\n")).toHaveLength(2);
          expect(frame?.replace("\n", "")).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });
});
