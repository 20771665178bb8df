import * as fc from "fast-check";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../src/cli.ts";
import type { CommandDefinition } from "../src/context/command.ts";
import { commandFlags, globalFlags, nameOf } from "../src/context/command.ts";
import { commands } from "../src/commands/commands.ts";
import type { Output } from "../src/terminal/streams.ts";
import type { Io } from "../src/terminal/io.ts";
import { en } from "../src/messages/en.ts";
import { longForm } from "../src/context/options.ts";
import { toSpec } from "./write-spec.ts";

const before = process.cwd();
let dir = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-words-"));
  process.chdir(dir);
  await writeFile("job.json", JSON.stringify(toSpec()));
  const sweep = { ...toSpec(), command: "echo {{ matrix.lr }}", matrix: { lr: [1, 2] } };
  await writeFile("sweep.json", JSON.stringify(sweep));
  await writeFile("bad.yaml", "name: [\n");
});

afterAll(async () => {
  process.chdir(before);
  await rm(dir, { recursive: true, force: true });
});

/** Runs a command line in this process: nobody is logged in, and there is no terminal. */
async function run(argv: readonly string[]) {
  const written = { stdout: "", stderr: "" };
  const toOutput = (name: keyof typeof written): Output => {
    return { isTTY: false, terminal: undefined, write: (text) => void (written[name] += text) };
  };
  const io: Io = {
    env: {
      HOME: dir,
      QIZHI_STATE_DIR: join(dir, "state"),
      QIZHI_CONFIG_DIR: join(dir, "config"),
      QIZHI_ALLOW_HTTP: "1",
      // Nothing listens there.
      QIZHI_BASE_URL: "http://127.0.0.1:1",
    },
    stdin: Readable.from([]) as NodeJS.ReadStream,
    stdout: toOutput("stdout"),
    stderr: toOutput("stderr"),
    t: en,
  };
  const code = await runCli(argv, io);
  return { code, ...written };
}

const flagsOf = (command: CommandDefinition) => [...commandFlags(command), ...globalFlags];
const withFlags = commands.flatMap((command) =>
  flagsOf(command).map((flag) => ({ command, flag, name: longForm(flag[0]) })),
);
const withValue = withFlags.filter(({ flag }) => flag[0].includes("<"));

/** A command line with all the arguments that a command needs. */
function toLine(command: CommandDefinition): string[] {
  const [name = "", ...args] = command.usage.split(" ");
  const isNeeded = (arg: string) =>
    arg.startsWith("<") || (arg.startsWith("[...") && !command.isBare);
  return [name, ...args.filter(isNeeded).map((arg) => (arg === "<action>" ? "resume" : "x"))];
}

test("a letter stands for a flag, with its value behind it or behind =", async () => {
  const lines = [
    [["submit", "job.json", "-n", "x", "--dry-run", "-o", "json"], 0, '"name": "x"'],
    [["submit", "job.json", "-n=x", "--dry-run", "-o=yaml"], 0, "name: x"],
    [["submit", "missing.json", "-o", "json"], 2, '"error": {'],
    [["submit", "missing.json", "-o=yaml"], 2, "error:\n  code: spec"],
    [["submit", "job.json", "-wf", "--dry-run"], 2, "-wf"],
    [["list", "-w", "--json"], 2, "--watch does nothing beside --json"],
    [["clone", "x", "-f"], 2, "--force needs [file]"],
    [["stop", "-y", "--all", "-n", "x"], 2, "--all does nothing beside --name"],
    // The same behind other flags, whose values are no commands.
    [["--debug", "list", "-w", "--json"], 2, "--watch does nothing beside --json"],
    [["--lang", "en", "logs", "x", "-n", "5"], 2, "Not logged in"],
    [["--debug", "logs", "x", "-f"], 2, "Not logged in"],
    [["--name", "logs", "submit", "job.json", "-n=y"], 2, "--name is given 2 times"],
    [["--matrix", "x", "list", "-w"], 2, "qizhi list has no option --matrix"],
  ] as const;
  for (const [argv, code, said] of lines) {
    const { stdout, stderr, ...ended } = await run(argv);
    expect([argv, ended.code, stdout + stderr]).toEqual([
      argv,
      code,
      expect.stringContaining(said),
    ]);
  }
});

describe("a flag that needs a value", () => {
  const dashes = fc.oneof(
    fc.constantFrom(...withFlags.map(({ name }) => name), "-h", "-V"),
    fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => `--${text}`),
  );

  test("never takes the next flag for it, of any command", async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...withValue),
      dashes.filter((word) => word !== "--"),
      async ({ command, name }, next) => {
        const { code, stderr } = await run([...toLine(command), name, next]);
        expect(code).toBe(2);
        expect(stderr).toMatch(`error: ${name} needs a value; write ${name}=`);
      },
    );
    await fc.assert(property, { numRuns: 1000 });
  });

  test.each(withValue)(
    "$command.usage: $name takes none from the end of the line or before --",
    async (each) => {
      for (const rest of [[], ["--", "x"]]) {
        const { code, stderr } = await run([...toLine(each.command), each.name, ...rest]);
        expect(code).toBe(2);
        expect(stderr).toMatch(`error: ${each.name} needs a value.`);
      }
    },
  );

  test("takes one that begins with dashes after =", async () => {
    const { code, stdout } = await run([
      "submit",
      "job.json",
      "--name=--x",
      "--env=A=--b",
      "--dry-run",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: "--x", envs: [{ name: "A", value: "--b" }] });
  });
});

describe("a flag that means nothing alone", () => {
  // A flag of an earlier name has the terms of the one that took its place.
  const withTerms = withFlags.filter(({ flag: [, , , terms] }) => terms && !terms.replacedBy);
  const samples = { "<duration>": "1h", "<count>": "3", "<format>": "json", "<what>": "stop" };
  const valueOf = (form: string): string[] => {
    const [, sample = "x"] = Object.entries(samples).find(([kind]) => form.includes(kind)) ?? [];
    return form.includes("<") ? [sample] : [];
  };
  const toWords = (name: string, command: CommandDefinition): string[] => {
    const form = flagsOf(command).find(([each]) => longForm(each) === name)?.[0];
    return form === undefined ? ["x"] : [name, ...valueOf(form)];
  };
  const needing = withTerms.filter(({ flag }) => flag[3]?.needs && flag[3].freeFor === undefined);
  const conflicting = withTerms.flatMap((each) =>
    (each.flag[3]?.conflicts ?? []).map((other) => ({ ...each, other })),
  );

  test.each(needing)("$command.usage: $name is refused", async ({ command, flag, name }) => {
    const needs = flag[3]?.needs ?? [];
    const { code, stderr } = await run([...toLine(command), ...toWords(name, command)]);
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${name} needs ${needs.join(" or ")}.`);
  });

  test.each(conflicting)(
    "$command.usage: $name beside $other is refused",
    async ({ command, name, other }) => {
      const words = [...toWords(name, command), ...toWords(other, command)];
      const { code, stderr } = await run([...toLine(command), ...words]);
      expect(code).toBe(2);
      const shown = other.replace("[...jobs]", "<jobs>");
      expect(stderr).toContain(`error: ${name} does nothing beside ${shown}.`);
    },
  );

  test.each([
    [["submit", "job.json", "--on-interrupt", "stop"], "--on-interrupt needs --wait or --local."],
    [
      ["submit", "job.json", "--csv", "x.csv"],
      "--csv belongs to a sweep, and the spec has no matrix.",
    ],
    [["submit", "job.json", "--fail-fast"], "--fail-fast belongs to a sweep"],
    [
      ["sweep", "show", "x", "--anew"],
      "--failed is for qizhi sweep resume, not for qizhi sweep show.",
    ],
    [["sweep", "show", "x", "--timeout", "3s"], "--timeout is for qizhi sweep resume"],
    [["sweep", "list", "--csv", "x.csv"], "--csv is for qizhi sweep show and qizhi sweep resume"],
    [
      ["ids", "add", "--force", "x", "y"],
      "--force is for qizhi ids export, not for qizhi ids add.",
    ],
  ])("%j is refused", async (argv, said) => {
    const { code, stdout, stderr } = await run(argv);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
  });

  test.each(withFlags.filter(({ flag }) => flag[3]?.replacedBy))(
    "$command.usage: $name still works as the flag that took its place",
    async ({ command, flag, name }) => {
      const present = flag[3]?.replacedBy ?? "";
      expect(flagsOf(command).map(([form]) => longForm(form))).toContain(present);
      const { stderr } = await run([...toLine(command), ...toWords(name, command)]);
      expect(stderr).toContain(
        `\`${name}\` is deprecated and goes in the next version; use \`${present}\`.`,
      );
    },
  );

  test("is reported in Chinese too", async () => {
    const { zh } = await import("../src/messages/zh.ts");
    expect(zh.flagNeeds("--timeout", ["--wait", "--local"])).toBe(
      "--timeout 需要 --wait 或 --local。",
    );
  });
});

describe("any command line", () => {
  const values = [
    "42 007 1e3 0x10 -1 x x=1 1h 90 en json yaml list show resume @last 12345678 20261128",
    "job.json sweep.json bad.yaml none.yaml http://127.0.0.1:1 https:// sweep-0f1e2d3c",
    "job-11111111-1111-4111-8111-111111111111 lr=1,2 task_priority=5 framework_config[0].shm_gi=1",
    "__proto__ constructor prototype toString",
  ].flatMap((words) => words.split(" "));
  values.push("", " ", "\u{E000}", "\ud800", "x".repeat(3000));
  const flags = [...new Set(withFlags.map(({ name }) => name)), "-h", "-V"];
  const odd = [
    "-",
    "--",
    "-abc",
    "--a.b=1",
    "--constructor.prototype.x=1",
    "--__proto__.x=1",
    "--no-wait",
  ];
  const value = fc.oneof(fc.constantFrom(...values), fc.string({ unit: "grapheme", maxLength: 9 }));
  const toWord = (own: readonly string[]) =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...own) },
      { weight: 5, arbitrary: value },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom(...own), value).map((two) => two.join("=")),
      },
      { weight: 1, arbitrary: fc.constantFrom(...flags, ...odd) },
    );
  const names = [...commands.map(nameOf), "help", "sumbit", "--json", "--debug"];
  const line = fc.constantFrom(...names).chain((name) => {
    const command = commands.find((each) => nameOf(each) === name);
    const own = command === undefined ? flags : flagsOf(command).map(([flag]) => longForm(flag));
    return fc.array(toWord(own), { maxLength: 7 }).map((words) => toHarmless(name, words));
  });

  function toHarmless(name: string, words: readonly string[]): string[] {
    // These run until they are interrupted; with this they stop at the check of the line.
    const all = [name, ...words];
    const isEndless =
      all.some((each) => /^(serve|mcp)$/.test(each)) ||
      (all.includes("list") && all.some((each) => /^(--watch|-w)$/.test(each)));
    if (isEndless) return [name, "--nothing", ...words];
    // Here a connection is tried, or a job runs, which takes its time.
    if (name === "doctor") return [name, "x", ...words];
    return name === "submit" && words.includes("--local")
      ? [name, "--dry-run", ...words]
      : [name, ...words];
  }

  // A longer run: QIZHI_FUZZ_RUNS=50000 and, for one that failed, QIZHI_FUZZ_SEED.
  const numRuns = Number(process.env["QIZHI_FUZZ_RUNS"] ?? 2000);
  const seed = Number(process.env["QIZHI_FUZZ_SEED"] ?? Date.now());

  test(
    "ends with a code of the table, and never as a fault of ours",
    { timeout: 600_000 },
    async () => {
      const property = fc.asyncProperty(line, async (argv) => {
        const { code, stderr } = await run(argv);
        expect(stderr).not.toContain("internal error");
        expect([0, 2, 3, 74]).toContain(code);
      });
      await fc.assert(property, { numRuns, seed });
    },
  );

  test.each([
    ["stop", "--yes", "12345678"],
    ["status", "--json", "12345678"],
    ["wait", "--json", "04339105"],
    ["forget", "--json", "123"],
    ["rerun", "--dry-run", "42"],
    ["track", "--json", "8"],
    ["clone", "--json", "8"],
    ["sweep", "resume", "--wait", "123"],
    ["list", "--unresolved", "1"],
    ["login", "--password-stdin", "5"],
    ["report", "--force", "5"],
    ["--a.b=1", "status", "-abc"],
    ["status", "--constructor.prototype.x=1", "x"],
    ["status", "--__proto__.x=1", "x"],
    ["status", "--a.b=1", "x"],
    ["status", "x", "--account", "\ud800"],
    ["submit", "job.json", "--dryRun"],
    ["submit", "job.json", "--no-dry-run"],
    ["submit", "job.json", "--note", "a", "--note", "b"],
  ])("%j is wrong use or without a login, with 2", async (...argv) => {
    const { code, stderr } = await run(argv);
    expect(code).toBe(2);
    expect(stderr).not.toContain("internal error");
  });

  test("may repeat a flag without a value", async () => {
    const { code, stderr } = await run(["submit", "job.json", "--dry-run", "--dry-run"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("Nothing was sent.")]);
  });
});
