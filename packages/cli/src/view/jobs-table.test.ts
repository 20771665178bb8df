import { ResponseError, WaitLostError, WaitTimeoutError } from "@qizhi/core";
import { describe, expect, it } from "vitest";
import { en } from "../messages/en.ts";
import { zh } from "../messages/zh.ts";
import { renderJobs, shortIds } from "./jobs-table.ts";
import { createTheme } from "../terminal/style.ts";
import { hostile, jobState, jobCreatedAt } from "./job-state.fixture.ts";
import { widthOf } from "../text/width.ts";

const theme = createTheme({ isTTY: true }, { NO_COLOR: "1" });
const now = jobCreatedAt + 166_000;
const ended = {
  name: "学习率-1",
  status: "job_succeeded",
  timeline: {
    created: String(jobCreatedAt),
    resource_prepared: String(jobCreatedAt + 10_000),
    run: String(jobCreatedAt + 10_000),
    finished: String(jobCreatedAt + 83_000),
  },
};
const queued = {
  name: "llama-13b",
  status: "job_queuing",
  sub_msg: "position 3",
  timeline: { created: String(jobCreatedAt + 100_000) },
};
const states = [jobState(ended, 1), jobState({}, 2), jobState(queued, 3)];

describe("the table of several jobs", () => {
  it("lines up wide characters, and drops columns where there is no room", () => {
    const at = (width: number) => renderJobs(states, 10, { t: en, theme, width, now }).join("\n");
    expect(`\n${at(119)}\n\n${at(79)}\n\n${at(39)}\n\n${at(19)}\n`).toMatchInlineSnapshot(`
      "
      status       name       job              for   queue     run  GPU-h  timeline              message
      ✔ succeeded  学习率-1   job-11111111             10s  1m 13s   0.32  ░▒████████
      ● running    llama-7b   job-22222222  2m 00s     44s  2m 00s   0.53  ░░░░░▒██████████████
      ○ queued     llama-13b  job-33333333  1m 06s  1m 06s                 ░░░░░░░░              position 3

      status       name       job              for   queue     run  GPU-h  message
      ✔ succeeded  学习率-1   job-11111111             10s  1m 13s   0.32
      ● running    llama-7b   job-22222222  2m 00s     44s  2m 00s   0.53
      ○ queued     llama-13b  job-33333333  1m 06s  1m 06s                 position 3

      status       name      job          run
      ✔ succeeded  学习率-1  job-111…  1m 13s
      ● running    llama-7b  job-222…  2m 00s
      ○ queued     llama-1…  job-333…

      status    name
      ✔ succe…  学习率-1
      ● runni…  llama-7b
      ○ queued  llama-1…
      "
    `);
  });

  it.each([
    ["a pipe", createTheme({}, {})],
    ["a dumb terminal", createTheme({ isTTY: true }, { TERM: "dumb" })],
  ])("draws no lengths of time in %s, which a screen reader would read", (_name, plain) => {
    const lines = renderJobs(states, 10, { t: en, theme: plain, width: 119, now });
    expect(lines.join("\n")).not.toMatch(/timeline|[░▒█]/);
  });

  it("never gets wider or higher than asked", () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      jobState(index % 2 ? hostile : ended, index % 9),
    );
    for (const t of [en, zh]) {
      for (let width = 8; width < 160; width += 9) {
        for (const height of [3, 10, 40]) {
          const lines = renderJobs(many, height, { t, theme, width, now });
          expect(lines.length).toBeLessThanOrEqual(height);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        }
      }
    }
  });

  it("shows what has not ended when there are too many, and counts the rest", () => {
    const lines = renderJobs([...states, jobState(ended, 4)], 4, { t: en, theme, width: 79, now });
    expect(lines.slice(1).map((line) => line.split("  ")[0])).toEqual([
      "● running",
      "○ queued",
      "and 2 more: 2 succeeded",
    ]);
  });

  it("says of those that were given up why, in a few words", () => {
    const toLimit = (limit: "queue" | "total") =>
      new WaitTimeoutError({
        jobId: "x",
        limit,
        limitMs: 90_000,
        status: undefined,
      });
    const call = { operation: "detail", host: "h", attempts: 1 };
    const errors = [
      toLimit("queue"),
      toLimit("total"),
      new WaitLostError(
        "x",
        "10m 00s",
        new ResponseError(call, 502, { rule: "html_page", params: {} }),
      ),
    ];
    const lost = errors.map((error, index) => {
      return { ...jobState({}, index + 4), trouble: { error }, hasEnded: true, isGivenUp: true };
    });
    const rows = (t: typeof en) =>
      renderJobs([...states, ...lost], 9, { t, theme, width: 150, now })
        .slice(4)
        .map((line) => line.split(/ {2,}/))
        .map((cells) => [cells[0], cells.at(-1)]);
    expect(rows(en)).toEqual([
      ["! given up", "queued for over 1m 30s"],
      ["! given up", "waited for over 1m 30s"],
      ["! given up", "h answered with an HTML page (HTTP …"],
    ]);
    expect(rows(zh).slice(0, 2)).toEqual([
      ["! 已放弃等待", "排队已超过 1 分 30 秒"],
      ["! 已放弃等待", "等待已超过 1 分 30 秒"],
    ]);
    const few = renderJobs([...lost, ...states], 5, { t: en, theme, width: 150, now });
    expect(few.at(-1)).toBe("and 3 more: 2 given up, 1 succeeded");
  });

  it("cuts ids to where they differ", () => {
    const shortOf = (...ids: string[]) => [...shortIds(ids).values()];
    expect(shortOf("job-12345678-1", "job-22345678-1")).toEqual(["job-12345678", "job-22345678"]);
    expect(shortOf("job-12345678-1111-1", "job-12345678-2222-1")).toEqual([
      "job-12345678-1111",
      "job-12345678-2222",
    ]);
    expect(shortOf("job-1", "job-1")).toEqual(["job-1"]);
  });
});
