import { ConnectionError } from "@qizhi/core";
import { visibleText } from "@qizhi/core/internal";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { en } from "../messages/en.ts";
import { zh } from "../messages/zh.ts";
import { renderJob } from "./job-block.ts";
import { newJobState } from "./job-state.ts";
import { createTheme } from "../terminal/style.ts";
import { hostile, jobState, jobCreatedAt } from "./job-state.fixture.ts";
import { widthOf } from "../text/width.ts";

const plain = createTheme({ isTTY: true }, { NO_COLOR: "1" });
const coloured = createTheme({ isTTY: true }, {});
const now = jobCreatedAt + 166_000;

describe("the block of one job", () => {
  it("shows the phase and its time, size, use so far and the timeline", () => {
    const lines = renderJob(jobState({ current_running_round: 2 }), {
      t: en,
      theme: plain,
      width: 79,
      now,
    });
    expect(lines).toEqual([
      "llama-7b  job-11111111-1111-4111-8111-111111111111",
      "● running for 2m 00s · job_running · round 2",
      "2 × 8 GPUs = 16 GPUs · 0.53 GPU-hours so far · cost about 0.83 so far",
      `${"░".repeat(19)}▒${"█".repeat(52)}`,
      "░ queue 44s  ▒ prepare 2s  █ run 2m 00s…",
    ]);
  });

  it("says why a job queues, in Chinese and in 20 columns", () => {
    const queued = {
      status: "job_queuing",
      sub_msg: "等待资源：还差 8 张卡",
      timeline: { created: String(jobCreatedAt) },
    };
    const lines = renderJob(jobState(queued), { t: zh, theme: plain, width: 19, now });
    expect(lines).toEqual([
      "llama-7b",
      "job-11111111-1111-…",
      "○ 排队中 2 分 46 秒",
      "job_queuing",
      "2 × 8 卡 = 16 卡",
      "░".repeat(19),
      "░ 排队 2 分 46 秒…",
      "消息：等待资源：还",
      "差 8 张卡",
    ]);
  });

  it("fits any width in both languages, and lets nothing of the platform move the terminal", () => {
    const call = { operation: "detail", host: "127.0.0.1:1", attempts: 1 };
    const why = { rule: "refused", params: {} } as const;
    const failure = { reason: "ECONNREFUSED", why, via: "far ".repeat(60), sent: false };
    const error = new ConnectionError(call, failure);
    for (const t of [en, zh]) {
      for (let width = 2; width < 130; width += 3) {
        for (const theme of [plain, coloured]) {
          const state = { ...jobState(hostile), trouble: { error } };
          const lines = renderJob(state, { t, theme, width, now });
          for (const line of lines) {
            expect(widthOf(line)).toBeLessThanOrEqual(width);
            const bare = stripVTControlCharacters(line);
            expect(bare).toBe(visibleText(bare));
          }
        }
      }
    }
  });

  it("says that it polls, before the first answer", () => {
    const lines = renderJob(newJobState("job-x"), { t: en, theme: plain, width: 79, now });
    expect(lines).toEqual(["job-x  loading…"]);
  });
});
