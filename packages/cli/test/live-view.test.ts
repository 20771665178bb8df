import { startLocalPlatform } from "@qizhi/core/local";
import type { LocalJobSeed, LocalPlatformOptions } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { bin, createPlace } from "./run-cli.ts";
import type { TerminalOptions } from "./terminal.ts";
import { openTerminal } from "./terminal.ts";

const escape = "\u001b";
const ids = Array.from({ length: 30 }, (_, index) => {
  return `job-${String(index + 10).repeat(4)}-1111-4111-8111-111111111111`;
});
const [jobId = ""] = ids;

/** A job that waits, runs and succeeds, one step for each look. */
function walking(index = 0): LocalJobSeed {
  return {
    jobId: ids[index]!,
    name: `学习率-${index}`,
    status: "job_queuing",
    next: ["job_creating", "job_running", "job_running", "job_succeeded"],
    answer: { sub_msg: `等待资源\u001b[2J${index}` },
  };
}

/** A job that runs until it is stopped. */
function running(index = 0): LocalJobSeed {
  return { jobId: ids[index]!, name: `run-${index}`, status: "job_running" };
}

async function open(options: LocalPlatformOptions, args: string[], terminal: TerminalOptions = {}) {
  const platform = await startLocalPlatform({ stages: 20, stopGraceMs: 50, ...options });
  const place = await createPlace(platform);
  const opened = openTerminal(place, [...args, "--poll-interval", "50ms"], terminal);
  return {
    platform,
    place,
    terminal: opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
      await platform.dispose();
    },
  };
}

describe("the live view", () => {
  test("is one block that gives way to the result", async () => {
    await using opened = await open({ jobs: [walking()] }, ["wait", jobId]);
    const { terminal } = opened;
    expect(await terminal.ended).toBe(0);
    const [first, ...rest] = terminal.screen().split("\n");
    expect(first).toBe(`job       ${jobId}`);
    expect(rest.join("\n")).not.toMatch(/queued|running/);
    // The block was there, was drawn over, and the platform's own escape did not reach the terminal.
    expect(terminal.raw()).toContain("queued");
    expect(terminal.raw()).not.toContain(`${escape}[2J`);
    expect(terminal.raw().split(`${escape}[?25l`)).toHaveLength(2);
    expect(terminal.isCursorVisible()).toBe(true);
  });

  test("of several jobs is one table, and ends as a plain one", async () => {
    const jobs = [walking(0), walking(1), walking(2)];
    await using opened = await open({ jobs }, ["wait", ...ids.slice(0, 3)]);
    const { terminal } = opened;
    expect(await terminal.ended).toBe(0);
    expect(
      terminal
        .screen()
        .split("\n")
        .map((line) => line.split(/ {2,}/).slice(0, 3)),
    ).toEqual([
      ["status", "name", "job"],
      ["✔ succeeded", "学习率-0", ids[0]!.slice(0, 12)],
      ["✔ succeeded", "学习率-1", ids[1]!.slice(0, 12)],
      ["✔ succeeded", "学习率-2", ids[2]!.slice(0, 12)],
    ]);
  });

  test("shows which job was given up and why, and Ctrl-C stops that one, too", async () => {
    const jobs = [running(0), { ...running(1), status: "job_queuing" }];
    const limits = ["--queue-timeout", "100ms", "--on-interrupt", "stop"];
    const args = ["wait", ...ids.slice(0, 2), ...limits];
    await using opened = await open({ jobs }, args, { columns: 120 });
    const { terminal, platform } = opened;
    await terminal.waitFor(/● running .*\n! given up .* queued for over 100 ms/);
    terminal.send("\u0003");
    expect(await terminal.ended).toBe(130);
    expect(platform.requests.filter(({ operation }) => operation === "stop")).toHaveLength(2);
  });

  test("leaves nothing behind when the terminal becomes narrow and wide again", async () => {
    await using opened = await open({ jobs: [running()] }, ["wait", jobId]);
    const { terminal, platform } = opened;
    await terminal.waitFor("running");
    for (const columns of [60, 20, 33, 100]) {
      const before = terminal.raw().length;
      terminal.resize(columns, 30);
      await terminal.waitFor(() => terminal.raw().slice(before).includes("running"));
    }
    expect(terminal.screen().match(/run-0/g)).toHaveLength(1);
    expect(terminal.screen().split("\n")[0]).toBe(`run-0  ${jobId}`);
    expect(platform.jobs()).toHaveLength(1);
  });

  test("fits a low terminal and counts what it does not show", async () => {
    const jobs = ids.map((_, index) => running(index));
    await using opened = await open({ jobs }, ["wait", ...ids], { rows: 8 });
    const { terminal } = opened;
    await terminal.waitFor("and 25 more: 25 running");
    expect(terminal.screen().split("\n")).toHaveLength(7);
  });

  test("shows other notes above itself, and trouble within itself", async () => {
    await using opened = await open({ jobs: [running()] }, ["wait", jobId, "--debug"], {
      columns: 2_000,
    });
    const { terminal, platform } = opened;
    await terminal.waitFor("running");
    platform.setFaults([{ operation: "detail", fault: { kind: "html-200" } }]);
    await terminal.waitFor("cannot ask");
    platform.setFaults([]);
    await terminal.waitFor(() => !terminal.screen().includes("cannot ask"));
    const lines = terminal.screen().split("\n");
    const block = lines.findIndex((line) => !line.startsWith("debug: "));
    expect(block).toBeGreaterThan(0);
    expect(lines[block]).toBe(`run-0  ${jobId}`);
    expect(lines.slice(block).join("\n")).not.toContain("debug: ");
  });

  test.each([
    [{ NO_COLOR: "1" }, /running/, `${escape}[3`],
    [{ TERM: "dumb" }, /succeeded/, escape],
    [{ CI: "true", NO_COLOR: "1" }, /succeeded/, escape],
  ])("with %j writes no %s", async (env, shown, forbidden) => {
    await using opened = await open({ jobs: [walking()] }, ["wait", jobId], { env });
    const { terminal } = opened;
    expect(await terminal.ended).toBe(0);
    expect(terminal.raw()).toMatch(shown);
    expect(terminal.raw()).not.toContain(forbidden);
  });

  test("in a pipe is one plain line for each change", async () => {
    await using platform = await startLocalPlatform({ jobs: [walking()] });
    await using place = await createPlace(platform);
    const args = ["wait", jobId, "--poll-interval", "20ms"];
    const { code, stdout, stderr } = await place.run(args);
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(escape);
    const changes = stderr
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^.{7} {2}/, ""));
    expect(changes.map((line) => line.split(":")[0])).toEqual([
      "queued (job_queuing)",
      "starting (job_creating)",
      "running (job_running)",
      "succeeded (job_succeeded)",
    ]);
    const zh = await place.run([...args, "--lang", "zh", "--json"]);
    expect(JSON.parse(zh.stdout)).toMatchObject({ job_id: jobId, phase: "succeeded" });
  });

  test("status --watch ends with 0 however the job ends", async () => {
    const failing: LocalJobSeed = {
      jobId,
      status: "job_running",
      next: ["job_running", "job_failed"],
    };
    await using opened = await open({ jobs: [failing] }, ["status", jobId, "--watch"]);
    expect(await opened.terminal.ended).toBe(0);
    expect(opened.terminal.screen()).toContain("failed (job_failed)");
  });

  test("status --watch of several ends with 3 where one cannot be asked about, though another failed", async () => {
    const failed: LocalJobSeed = { jobId, status: "job_failed" };
    await using platform = await startLocalPlatform({ jobs: [failed] });
    await using place = await createPlace(platform);
    const unknown = jobId.replaceAll("1", "9");
    const run = await place.run(["status", jobId, unknown, "--watch"]);
    expect(run).toMatchObject({ code: 3, stdout: expect.stringContaining("failed") });
  });

  test("gives the cursor back on Ctrl-Z, and draws below when it goes on", async () => {
    await using platform = await startLocalPlatform({ jobs: [running()] });
    await using place = await createPlace(platform);
    const command: [string, ...string[]] = ["bash", "--norc", "--noprofile", "-i"];
    await using terminal = openTerminal(place, [], { command, env: { PS1: "> " } });
    await terminal.waitFor(">");
    terminal.send(`'${process.execPath}' '${bin}' wait ${jobId}\r`);
    await terminal.waitFor("● running");
    terminal.send("\u001a");
    await terminal.waitFor("Stopped");
    expect(terminal.isCursorVisible()).toBe(true);
    terminal.send("fg\r");
    await terminal.waitFor(/Stopped[\s\S]*● running/);
    expect(terminal.isCursorVisible()).toBe(false);
    terminal.send("\u0003");
    await terminal.waitFor("Interrupted. The job goes on.");
    expect(terminal.isCursorVisible()).toBe(true);
  });
});
