import type { RunStatus } from "@qizhi/core/sweep";
import { visibleText } from "@qizhi/core/internal";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { en } from "../messages/en.ts";
import { zh } from "../messages/zh.ts";
import { createTheme } from "../terminal/style.ts";
import { widthOf } from "../text/width.ts";
import { renderSweep, type SweepView } from "./sweep-progress.ts";

const plain = createTheme({ isTTY: false }, {});
const coloured = createTheme({ isTTY: true }, {});

function makeRun(index: number, change: Partial<RunStatus>, name = `demo-${index}`): RunStatus {
  return {
    // The view reads the name alone of a run.
    run: { index, name, parameters: {}, spec: {} } as unknown as RunStatus["run"],
    state: "waiting",
    outcome: undefined,
    tries: 1,
    jobId: undefined,
    attempt: undefined,
    phase: undefined,
    status: undefined,
    reason: undefined,
    facts: undefined,
    ...change,
  };
}

const facts = { url: "u", queueTimeMs: 60_000, runTimeMs: 540_000, stages: [], gpuHours: 1.2 };
const runs = [
  ...Array.from({ length: 6 }, (_, index) =>
    makeRun(index, { state: "ended", outcome: "succeeded", facts }),
  ),
  makeRun(6, {
    state: "ended",
    outcome: "failed",
    reason: "worker-0 ended with exit code 1",
    facts,
  }),
  makeRun(7, { state: "active", phase: "running" }),
  makeRun(8, { state: "active", phase: "queued" }),
  makeRun(9, { state: "unknown" }),
  ...Array.from({ length: 4 }, (_, index) => makeRun(10 + index, {})),
];
const view: SweepView = {
  id: "sweep-0a1b2c3d",
  name: "demo",
  runs,
  changes: ["demo-6  failed"],
  notice: undefined,
};

describe("the block of a sweep", () => {
  it("shows progress, an honest estimate, counts, failures and the last changes", () => {
    expect(renderSweep(view, { t: en, theme: plain, width: 79 })).toMatchInlineSnapshot(`
      [
        "demo  sweep-0a1b2c3d",
        "██████████████████████░░░░░░░░░░░░░░░░░░",
        "8/14 · about 25m 00s to 25m 00s left · 8.40 GPU-hours so far",
        "6 succeeded, 1 failed, 1 unknown, 1 running, 1 queued, 4 waiting",
        "demo-6: worker-0 ended with exit code 1",
        "demo-6  failed",
      ]
    `);
  });

  it("gives no estimate from too little", () => {
    const few = { ...view, runs: runs.slice(4, 9) };
    expect(renderSweep(few, { t: en, theme: plain, width: 79 }).join()).toContain(
      "no estimate yet",
    );
  });

  it("fits any width in both languages, and lets no name move the terminal", () => {
    const bad = "\u001b[2J\u202e学习率 ".repeat(9);
    const hostile: SweepView = {
      ...view,
      name: bad,
      runs: [...runs, makeRun(99, { state: "ended", outcome: "lost", reason: bad }, bad)],
      notice: "quota ".repeat(60),
    };
    for (const t of [en, zh]) {
      for (let width = 2; width < 130; width += 3) {
        for (const theme of [plain, coloured]) {
          for (const line of renderSweep(hostile, { t, theme, width })) {
            expect(widthOf(line)).toBeLessThanOrEqual(width);
            const bare = stripVTControlCharacters(line);
            expect(bare).toBe(visibleText(bare));
          }
        }
      }
    }
  });
});
