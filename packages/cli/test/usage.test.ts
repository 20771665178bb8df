import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { commands } from "../src/commands/commands.ts";
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";
import { writeSpec } from "./write-spec.ts";

describe("a command line that is wrong", () => {
  test.each([
    [["sumbit"], "submit"],
    [["submit", "x.yaml", "--wiat"], "--wait"],
    [["submit"], "<spec>"],
    [["submit", "x.yaml", "y.yaml"], "y.yaml"],
    [["submit", "x.yaml", "--timeout", "2"], "90s"],
    [["submit", "x.yaml", "--timeout"], "--timeout"],
    [["status", "job-123"], "job-123"],
    [["status", "--frobnicate", "job-1"], "--frobnicate"],
    [["--frobnicate"], "--frobnicate"],
    [["ls"], 'There is no command "ls". Did you mean list?'],
    [["cancel", "x"], "Did you mean stop?"],
    [["describe", "x"], "Did you mean status?"],
    [["run", "x.yaml"], "Did you mean submit?"],
    [["watch"], "Did you mean list --watch?"],
    [["--verison"], "Did you mean --version?"],
    [["nosuch", "--help"], 'There is no command "nosuch".'],
    [["help", "sumbit"], "Did you mean submit?"],
  ])("%j is refused in a line and a hint", async (args, named) => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const run = await place.run(args);
    expect(run.stdout).toBe("");
    expect(run.stderr).toContain(named);
    expect(run.stderr).not.toMatch(/^\s+at /m);
    expect(run.stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
    expect(run.code).toBe(2);
    expect(platform.requests).toHaveLength(0);
  });

  test.each([[[]], [["--lang", "en"]]])(
    "%j without a command is told how, with 2",
    async (args) => {
      await using place = await createPlace();
      const [run, help] = await Promise.all([place.run(args), place.run(["--help"])]);
      expect(run).toEqual({ ...help, code: 2, stdout: "", stderr: help.stdout });
    },
  );
});

test("a forgotten variable before --dry-run submits nothing, of any flag with free text", async () => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace(platform);
  const job = await writeSpec(place);
  expect((await place.run(["submit", job])).code).toBe(0);
  const matrix = { command: "echo {{ matrix.lr }}", matrix: { lr: [1, 2, 3, 4] } };
  const sweep = await writeSpec(place, { name: "demo-2", ...matrix });
  const lines = [
    ["submit", job, "--name", "--dry-run"],
    ["submit", sweep, "--csv", "--dry-run"],
    ["submit", job, "--username", "--dry-run"],
    ["rerun", "@last", "--name", "--dry-run"],
  ];
  for (const line of lines) {
    const { code, stdout, stderr } = await place.run(line);
    const flag = line[2]!;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`${flag} needs a value; write ${flag}=--dry-run if that is meant.`);
  }
  expect(platform.jobs()).toHaveLength(1);
});

test("a number after a flag without a value is a job's name", async () => {
  await using platform = await startLocalPlatform({ stages: 60_000 });
  await using place = await createPlace(platform);
  const job = await writeSpec(place, { name: "20261128" });
  expect((await place.run(["submit", job])).code).toBe(0);
  const { code, stdout } = await place.run(["stop", "--yes", "20261128"]);
  expect([code, stdout]).toEqual([0, expect.stringContaining("is stopping")]);
});

describe("help", () => {
  test("is on stdout, by --help, -h or help", async () => {
    await using place = await createPlace();
    const ways = [
      ["--help"],
      ["-h"],
      ["help"],
      ["submit", "--help"],
      ["submit", "-h"],
      ["help", "submit"],
    ];
    const runs = await Promise.all(ways.map((args) => place.run(args)));
    for (const run of runs) expect(run).toMatchObject({ code: 0, stderr: "" });
    const [whole = "", , , ofSubmit = ""] = runs.map(({ stdout }) => stdout);
    expect(runs.map(({ stdout }) => stdout)).toEqual([
      ...Array(3).fill(whole),
      ...Array(3).fill(ofSubmit),
    ]);
    for (const { usage, isEarlier = false } of commands) {
      expect(whole.includes(`\n  ${usage.split(" ")[0]} `)).toBe(!isEarlier);
    }
    // Options of all commands stand in one place.
    for (const flag of ["--base-url", "--output", "--poll-interval", "--debug"]) {
      expect([whole.includes(flag), ofSubmit.includes(flag)]).toEqual([true, false]);
    }
    const at = ["Start:", "login", "Jobs:", "submit", "stop", "Sweeps and reports:", "More:"];
    expect(at.map((word) => whole.indexOf(word))).toEqual(
      at.map((word) => whole.indexOf(word)).toSorted((a, b) => a - b),
    );
    expect(ofSubmit).toContain("$ qizhi submit <spec> [options] [-- <command>...]");
    expect(ofSubmit).toMatch(/^Submit a job/);
    expect(ofSubmit).toContain("Examples:");
  });

  test.each([
    { columns: 80, args: ["--help"] },
    { columns: 80, args: ["submit", "--help"] },
    { columns: 50, args: ["list", "--help"] },
  ])("of $args is broken between words in a terminal of $columns columns", async (given) => {
    await using place = await createPlace();
    const { stdout } = await place.run(given.args);
    await using terminal = openTerminal(place, given.args, { columns: given.columns, rows: 200 });
    await terminal.ended;
    const shown = terminal.screen();
    // Examples are for copying, and are left whole.
    const prose = (text: string) => text.split("Examples:")[0]!.trim().split(/\s+/);
    expect(prose(shown)).toEqual(prose(stdout));
    expect(shown.split("\n").length).toBeGreaterThan(stdout.split("\n").length);
  });
});

test("--version is the package's version, in a pipe and in a terminal", async () => {
  await using place = await createPlace();
  const result = { code: 0, signal: null, stdout: `${packageJson.version}\n`, stderr: "" };
  expect(await place.run(["--version"])).toEqual(result);
  expect(await place.run(["submit", "-V"])).toEqual(result);
  await using terminal = openTerminal(place, ["--version"]);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toBe(packageJson.version);
});
