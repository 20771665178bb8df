import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { Place } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import type { Terminal } from "./terminal.ts";
import { answerQuestions, openTerminal } from "./terminal.ts";

const languages = [
  { locale: "en_US.UTF-8", language: "en", running: "● running" },
  { locale: "zh_CN.UTF-8", language: "zh", running: "● 运行中" },
];

const answers = [
  ["name", "demo"],
  ["command", "until [ -e gate ]; do sleep 0.05; done"],
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

/** What a person sees, without what differs from run to run. */
function stripTimes(text: string, place: Place, url: string): string {
  return text
    .replaceAll(place.dir, "~")
    .replaceAll(url.replace("http://", ""), "HOST")
    .replaceAll(/job-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "JOB")
    .replaceAll(/job-[\da-f]{8}\b/g, "JOB")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "DATE")
    .replaceAll(
      /\b\d+ ms\b|\b\d+[dhms](?: \d+[dhms])*\b|\d+ (?:毫秒|秒|分|小时|天)(?: \d+ (?:秒|分|小时))?/g,
      "TIME",
    )
    .replaceAll(/TIME ago|just now|TIME前|刚刚/g, "AGO")
    .replaceAll(/ · (?:\d+\.\d\d GPU-hours so far|至今 \d+\.\d\d 卡时)/g, "")
    .replaceAll(/\d+\.\d\d/g, "N")
    .replaceAll(/[░▒█]{5,}/g, "BAR")
    .replaceAll(/(?<=\S) {2,}/g, "  ");
}

describe.concurrent("a newcomer's way from login to stop, against qizhi serve", () => {
  test.for(languages)("in $language", { timeout: 120_000 }, async (given, { expect }) => {
    await using place = await createPlace();
    const server = place.start(["serve", "--gpus", "16", "--state-dir", "platform"]);
    await server.waitFor("export QIZHI_PASSWORD=");
    const [, url = ""] = /QIZHI_BASE_URL=(.*)/.exec(server.stdout()) ?? [];
    const [, password = ""] = /QIZHI_PASSWORD=(.*)/.exec(server.stdout()) ?? [];
    const env = { LANG: given.locale };
    const transcript: string[] = [];

    /** Runs a line in a terminal; `act` is what the person does meanwhile. */
    const run = async (line: string, code: number, act?: (terminal: Terminal) => Promise<void>) => {
      const args = line.split(" ").map((word) => word.replace("URL", url));
      // So wide that no line breaks where a path is longer.
      await using terminal = openTerminal(place, args, { env, columns: 240, rows: 60 });
      await act?.(terminal);
      expect([line, await terminal.ended, terminal.screen()]).toEqual([
        line,
        code,
        expect.anything(),
      ]);
      expect(terminal.isCursorVisible()).toBe(true);
      expect(terminal.raw()).not.toContain(password);
      const shown = line.startsWith("init")
        ? terminal.screen()
        : stripTimes(terminal.screen(), place, url);
      transcript.push(`$ qizhi ${line.replace("URL", "http://HOST")}\n${shown}\n`);
    };
    const untilRunning = async (terminal: Terminal) => {
      await terminal.waitFor(given.running);
      terminal.send("\u0003");
    };

    await run("login --base-url URL", 0, async (terminal) => {
      await terminal.waitFor("◆");
      terminal.send("local\r");
      await terminal.waitFor(/◆.*local/);
      terminal.send(`${password}\r`);
    });
    await run("init", 0, (terminal) => answerQuestions(terminal, answers));
    await run("validate job.yaml", 0);
    await run("submit job.yaml --wait", 130, untilRunning);
    await run("list", 0);
    await writeFile(join(place.dir, "gate"), "");
    await run("wait demo", 0);
    await run("clone @last again.yaml", 0);
    await rm(join(place.dir, "gate"));
    await run("submit again.yaml --name again", 0);
    await run("status again --watch", 130, untilRunning);
    await run("stop again --wait", 0, async (terminal) => {
      await terminal.waitFor("◆");
      terminal.send("y");
    });
    await run("list", 0);
    await run("logout", 0);
    await run("list", 0);
    server.process.kill("SIGINT");
    expect((await server.result).code).toBe(130);
    await expect(transcript.join("\n")).toMatchFileSnapshot(
      `__snapshots__/newcomer.${given.language}.txt`,
    );
  });
});
