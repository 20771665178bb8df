import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, vi } from "vitest";
import { widthOf } from "../src/text/width.ts";
import type { Place } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import type { Terminal } from "./terminal.ts";
import { answerQuestions, openTerminal } from "./terminal.ts";

// Prose is broken where the line ends, which a longer path would move.
vi.stubEnv("TMPDIR", "/var/tmp");

const languages = [
  { locale: "en_US.UTF-8", language: "en", running: "● running", twoRun: "2 running, 1 waiting" },
  {
    locale: "zh_CN.UTF-8",
    language: "zh",
    running: "● 运行中",
    twoRun: "2 个运行中，1 个等待提交",
  },
];

const answers = [
  ["name", "demo"],
  ["command", "echo loss 0.31; until [ -e gate ]; do sleep 0.05; done"],
  ["image", "docker.sii.shaipower.online/inspire-studio/base:v1"],
  ["image_type", ""],
  ["instance_count", ""],
  ["shm_gi", "64"],
  ["workspace_id", "ws-33333333-3333-4333-8333-333333333333"],
  ["project_id", "project-22222222-2222-4222-8222-222222222222"],
  ["logic_compute_group_id", "lcg-11111111-1111-4111-8111-111111111111"],
  ["spec_id", "44444444-4444-4444-8444-444444444444"],
  ["task_priority", ""],
  ["max_running_time_ms", ""],
] as const;

const jobs = /job-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;

/** What a person sees, without what differs from run to run. */
function stripTimes(text: string, place: Place, url: string): string {
  return (
    text
      .replaceAll(place.dir, "~")
      .replaceAll(url.replace("http://", ""), "HOST")
      .replaceAll(jobs, "JOB")
      .replaceAll(/job-[\da-f]{8}\b/g, "JOB")
      .replaceAll(/sweep-[\da-f]{8}\b/g, "SWEEP")
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC[+-][\d:]+/g, "DATE")
      .replaceAll(/\d{4}-\d\d-\d\d/g, "DAY")
      .replaceAll(
        /\b\d+ ms\b|\b\d+[dhms](?: \d+[dhms])*\b|\d+ (?:毫秒|秒|分|小时|天)(?: \d+ (?:秒|分|小时))?/g,
        "TIME",
      )
      .replaceAll(/TIME ago|just now|TIME前|刚刚/g, "AGO")
      .replaceAll(/(?: · |, |，)(?:\d+\.\d\d GPU-hours(?: so far)?|(?:至今 )?\d+\.\d\d 卡时)/g, "")
      .replaceAll(/\d+\.\d\d/g, "N")
      .replaceAll(/[░▒█]{5,}/g, "BAR")
      // The last changes of a sweep, in the order in which they came.
      .replaceAll(/^search-lr-\S+ {2}\S+\n/gm, "")
      .replaceAll(/(?<=\S) {2,}/g, "  ")
  );
}

describe.concurrent("a researcher's day against qizhi serve, in a terminal", () => {
  test.for(languages)("in $language", { timeout: 120_000 }, async (given, { expect }) => {
    await using place = await createPlace();
    const server = place.start(["serve", "--gpus", "32", "--state-dir", "platform"]);
    await server.waitFor("export QIZHI_PASSWORD=");
    const [, url = ""] = /QIZHI_BASE_URL=(.*)/.exec(server.stdout()) ?? [];
    const [, password = ""] = /QIZHI_PASSWORD=(.*)/.exec(server.stdout()) ?? [];
    const env = { LANG: given.locale };
    const transcript: string[] = [];

    interface Line {
      readonly code?: number;
      readonly columns?: number;
      /** What the person does meanwhile. */
      readonly act?: (terminal: Terminal) => Promise<void>;
    }
    const run = async (line: string, { code = 0, columns = 80, act }: Line = {}) => {
      const args = line.split(" ").map((word) => word.replace("URL", url));
      // The wide terminal is one that has links.
      const more = columns === 80 ? {} : { TERM_PROGRAM: "WezTerm" };
      await using terminal = openTerminal(place, args, {
        env: { ...env, ...more },
        columns,
        rows: 60,
      });
      await act?.(terminal);
      expect([line, await terminal.ended, terminal.screen()]).toEqual([
        line,
        code,
        expect.anything(),
      ]);
      expect(terminal.isCursorVisible()).toBe(true);
      expect(terminal.raw()).not.toContain(password);
      const hasLinks = terminal.raw().includes(`\u001b]8;;${url}/jobs/`);
      expect([line, hasLinks]).toEqual([line, line === "list" && columns > 80]);
      // A link is whole, so that it can be copied; nothing else is wider than the terminal.
      const wide = terminal.lines().filter((each) => widthOf(each) > columns);
      expect(wide.filter((each) => !each.includes("http://"))).toEqual([]);
      const written = terminal.lines().join("\n");
      const shown = line.startsWith("init") ? written : stripTimes(written, place, url);
      const size = columns === 80 ? "" : ` (${columns} columns)`;
      transcript.push(`$ qizhi ${line.replace("URL", "http://HOST")}${size}\n${shown}\n`);
    };
    const atBothWidths = async (line: string) => {
      await run(line);
      await run(line, { columns: 120 });
    };
    const untilRunning = async (terminal: Terminal) => {
      await terminal.waitFor(given.running);
      // The first picture of a job that has just begun to run has no timeline yet.
      await terminal.waitFor("█");
      terminal.send("\u0003");
    };
    const agree = async (terminal: Terminal) => {
      await terminal.waitFor("◆");
      terminal.send("y");
    };

    await run("login --base-url URL", {
      act: async (terminal) => {
        await terminal.waitFor("◆");
        terminal.send("local\r");
        await terminal.waitFor(/◆.*local/);
        terminal.send(`${password}\r`);
      },
    });
    await run("init", { act: (terminal) => answerQuestions(terminal, answers) });
    await run("validate job.yaml");
    await run("submit job.yaml --wait", { code: 130, act: untilRunning });
    await run("list");
    await run("logs");
    await writeFile(join(place.dir, "gate"), "");
    await run("wait demo");
    await run("clone @last again.yaml");
    await rm(join(place.dir, "gate"));
    await run("submit again.yaml --name again");
    await run("status again --watch", { code: 130, act: untilRunning });
    await run("stop again --wait", { act: agree });
    await run(
      "submit again.yaml --name search --env LR={{matrix.lr}} --matrix lr=1e-3,3e-4,1e-4 --max-active 2",
      {
        act: async (terminal) => {
          await terminal.waitFor(given.twoRun);
          terminal.send("\u0003");
        },
        code: 130,
      },
    );
    await atBothWidths("list");
    await atBothWidths("status");
    await run("stop @last --wait", { act: agree });
    await atBothWidths("list --sweeps");
    await run("ids add project-22222222-2222-4222-8222-222222222222 demo");
    await atBothWidths("usage --by project");
    await run("usage");
    await run("logout");
    await run("list");
    server.process.kill("SIGINT");
    expect((await server.result).code).toBe(130);
    await expect(transcript.join("\n")).toMatchFileSnapshot(
      `__snapshots__/day.${given.language}.txt`,
    );
  });
});
