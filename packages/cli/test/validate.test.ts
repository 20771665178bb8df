import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const secret = "hf_abcdefghijklmnopqrstuvwxyz";
const good = `name: demo
framework: pytorch
command: |
  python train.py
logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
project_id: project-22222222-2222-4222-8222-222222222222
workspace_id: ws-33333333-3333-4333-8333-333333333333
task_priority: 4
framework_config:
  - image: docker.sii.shaipower.online/inspire-studio/base:v1
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 16
    spec_id: 44444444-4444-4444-8444-444444444444
`;
const unwise = good.replace(
  "  python train.py",
  `  set -e\n  source 环境.sh\n  export HF_TOKEN=${secret}\n  python train.py | tee log`,
);
const wrong = good
  .replace("task_priority: 4", "task_priorty: 4")
  .replace("shm_gi: 16", 'shm_gi: "16"');

test("the fields of extra are named by validate and by a dry run, as not on the page", async () => {
  await using place = await placeWith({ "job.yaml": `${good}extra: {exclude_nodes: [a], b: 1}\n` });
  const note = "extra: exclude_nodes, b: not on the platform's page; sent as written";
  const checked = await place.run(["validate", "job.yaml"]);
  expect([checked.code, checked.stderr]).toEqual([0, expect.stringContaining(note)]);
  const json = await place.run(["validate", "job.yaml", "--json", "--strict"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    valid: true,
    files: [{ extra: ["exclude_nodes", "b"] }],
  });
  const dry = await place.run(["submit", "job.yaml", "--dry-run", "--set", "extra.b=2"]);
  expect(JSON.parse(dry.stdout)).toMatchObject({ extra: { exclude_nodes: ["a"], b: 2 } });
  expect(dry.stderr).toContain(note);
});

async function placeWith(files: Record<string, string>) {
  const place = await createPlace();
  for (const [name, text] of Object.entries(files)) await writeFile(join(place.dir, name), text);
  return place;
}

describe("secrets of a spec", () => {
  const key = "0123456789abcdef0123456789abcdef01234567";
  const files = {
    "frame.yaml": `${good}envs:\n  HF_TOKEN: [hf_examplexamplexample]\n`,
    "dry-run.yaml": `${good}envs:\n  WANDB_API_KEY: "${key}"\n`,
    "sweep.yaml": `${good.replace("train.py", `train.py --token ${key} {{ matrix.a }}`)}matrix: {a: [1, 2]}\n`,
    "broken.yaml": `${good}envs:\n  MY_PASSWORD: "open sesame: x\n`,
    "key.yaml": `${good}${secret}: 1\n`,
  };

  test("are *** in the frames of validate, in every form of its output", async () => {
    await using place = await placeWith(files);
    const { code, stderr } = await place.run(["validate", "frame.yaml"]);
    expect(code).toBe(2);
    expect(stderr).toContain("  16 |   HF_TOKEN: ***\n     |             ^\n");
    for (const file of Object.keys(files)) {
      for (const more of [[], ["--json"], ["--strict", "--output", "yaml"]]) {
        const run = await place.run(["validate", file, ...more]);
        expect(run.stdout + run.stderr).not.toMatch(/hf_exa|0123456789abcdef|sesame|hf_abc/);
      }
    }
    const shown = await place.run(["validate", "frame.yaml", "--show-secrets"]);
    expect(shown.stderr).toContain("  16 |   HF_TOKEN: [hf_examplexamplexample]\n");
  });

  test("are *** in a dry run, and whole only when asked for", async () => {
    await using place = await placeWith(files);
    for (const more of [[], ["--json"], ["--output", "yaml"]]) {
      for (const [file, count] of [
        ["dry-run.yaml", "One value that looks"],
        ["sweep.yaml", "2 values that look"],
      ] as const) {
        const hidden = await place.run(["submit", file, "--dry-run", ...more]);
        expect(hidden.code).toBe(0);
        expect(hidden.stdout + hidden.stderr).not.toContain(key);
        if (file === "sweep.yaml" && more.length === 0) continue;
        expect(hidden.stdout).toContain("***");
        expect(hidden.stderr).toContain(count);
        const whole = await place.run(["submit", file, "--dry-run", "--show-secrets", ...more]);
        expect(whole.stdout).toContain(key);
        expect(whole.stderr).not.toContain("***");
      }
    }
  });

  test("are *** in the name of an override that is wrong", async () => {
    await using place = await placeWith(files);
    const wrongWays = [
      ["--set", `task_priority=${secret}`],
      ["--set", `${secret}=1`],
      ["--env", secret],
      ["--set", `envs.MY_TOKEN-=${key}`],
      ["--matrix", `token=${key},${key}`],
    ];
    for (const wrongWay of wrongWays) {
      const { code, stdout, stderr } = await place.run([
        "submit",
        "dry-run.yaml",
        "--json",
        ...wrongWay,
      ]);
      expect([wrongWay, code]).toEqual([wrongWay, 2]);
      expect(stdout + stderr).not.toMatch(/0123456789abcdef|hf_abc/);
    }
  });
});

describe("validate", () => {
  test("shows the warnings beside any error, and a variable given twice", async () => {
    const text = `${unwise.replace("task_priority: 4", "task_priority: high")}envs:\n  - {name: RANK, value: x}\n`;
    const twice = `${good}envs:\n  - {name: A, value: x}\n  - {name: A, value: y}\n`;
    await using place = await placeWith({ "both.yaml": text, "twice.yaml": twice });
    const { code, stderr } = await place.run(["validate", "both.yaml"]);
    expect(code).toBe(2);
    expect(stderr).toContain("task_priority is the text");
    for (const said of ["uses source", "pipes into tee", "like a secret", "RANK is set by"]) {
      expect(stderr).toContain(said);
    }
    const doubled = await place.run(["validate", "twice.yaml"]);
    expect(doubled.stderr).toContain('envs[1].name "A" is given twice [error]');
  });

  test("reports what sh cannot parse, and runs nothing of it", async () => {
    const open = good.replace("python train.py", 'touch ran\n  echo "done\n  date');
    const folded = good.replace("|\n  python", ">\n  touch ran; if true\n  python");
    await using place = await placeWith({ "open.yaml": open, "folded.yaml": folded });
    const { code, stderr } = await place.run(["validate", "open.yaml", "folded.yaml"]);
    expect(code).toBe(0);
    expect(stderr.split("\n").filter((line) => line.includes("[warning]"))).toEqual([
      "open.yaml:5:8 command has a quote that is never closed, so sh stops there; close it [warning]",
      "folded.yaml:3:10 command has several lines that > makes one, so sh reads them as one command; write | in place of > [warning]",
      "folded.yaml:3:10 command has a syntax error, so sh stops there; sh -n tells more [warning]",
    ]);
    const chinese = await place.run(["validate", "open.yaml", "folded.yaml", "--lang", "zh"]);
    for (const said of ["没有闭合的引号", "被 > 合并成了一行", "有语法错误"]) {
      expect(chinese.stderr).toContain(said);
    }
    expect(existsSync(join(place.dir, "ran"))).toBe(false);
  });

  test.each([
    ["a field", (text: string) => text.replace("task_priority: 4", "task_priority: high")],
    ["a spec_id", (text: string) => text.replace(/spec_id: .*/, "spec_id: 12345")],
    ["a matrix", (text: string) => `${text}matrix: {a: [1]}\n`],
    [
      "a run",
      (text: string) =>
        `${text.replace("shm_gi: 16", 'shm_gi: "{{ matrix.a }}"')}matrix: {a: [x, 2]}\n`,
    ],
  ])("and submit show the warnings beside an error of %s", async (_name, spoil) => {
    await using place = await placeWith({ "job.yaml": spoil(unwise) });
    for (const command of [["validate"], ["submit", "--dry-run"], ["submit"]]) {
      const { code, stderr } = await place.run([...command, "job.yaml"]);
      expect(code).toBe(2);
      for (const said of ["uses source", "pipes into tee", "like a secret"]) {
        expect(stderr.split(said)).toHaveLength(2);
      }
      expect(stderr).toMatch(/task_priority|spec_id|matrix\.a |shm_gi/);
      expect(stderr).not.toContain("registry");
    }
  });

  test("names every problem of every file with its line and a caret", async () => {
    await using place = await placeWith({
      "good.yaml": good,
      "unwise.yaml": unwise,
      "wrong.yaml": wrong,
    });
    const { code, stdout, stderr } = await place.run([
      "validate",
      "good.yaml",
      "unwise.yaml",
      "wrong.yaml",
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe("good.yaml: valid\nunwise.yaml: valid\n");
    expect(`\n${stderr}`).toMatchInlineSnapshot(`
      "
      unwise.yaml:5:3 command uses source, but the platform runs the command with sh, which does not know it; write . file, or wrap the command in bash -c '…' [warning]
        5 |   source 环境.sh
          |   ^
      unwise.yaml:6:19 command holds what looks like a secret; the platform shows commands and variables to others, so keep it in a file that only you can read [warning]
      unwise.yaml:7:19 command pipes into tee, which hides a failure: the job counts as succeeded; write > file 2>&1, or bash -o pipefail -c '…' [warning]
        7 |   python train.py | tee log
          |                   ^
      wrong.yaml:8:1 task_priorty unknown key; did you mean task_priority? [error]
        8 | task_priorty: 4
          | ^
      wrong.yaml:13:13 framework_config[0].shm_gi is the text "16", wanted a number: write 16 without quotes [error]
        13 |     shm_gi: "16"
           |             ^
      2 errors, 3 warnings
      "
    `);
  });

  test("warns of what the runs of a sweep have, once and at its place in the file", async () => {
    const sweep = good
      .replace("  python train.py", "  source env-{{ matrix.site }}.sh\n  python train.py")
      .replace("task_priority: 4", 'task_priority: "{{ matrix.priority }}"');
    const files = { "sweep.yaml": `${sweep}matrix: { site: [a, b], priority: [2, 4] }\n` };
    await using place = await placeWith(files);
    const { code, stdout, stderr } = await place.run(["validate", "sweep.yaml"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "sweep.yaml: valid\n" });
    expect(`\n${stderr}`).toMatchInlineSnapshot(`
      "
      sweep.yaml:3:10 command uses source, but the platform runs the command with sh, which does not know it; write . file, or wrap the command in bash -c '…' [warning]
        3 | command: |
          |          ^
      sweep.yaml:9:16 task_priority is 2: jobs of priority 1 to 3 can be pre-empted at any time [warning]
        9 | task_priority: "{{ matrix.priority }}"
          |                ^
      2 warnings
      "
    `);
    const planned = await place.run(["submit", "sweep.yaml", "--dry-run"]);
    expect(planned.stderr.match(/^warning: sweep\.yaml:.*/gm)).toHaveLength(2);
    expect(await place.run(["validate", "sweep.yaml", "--strict"])).toMatchObject({ code: 2 });
  });

  test("never shows the line of a secret, in any form", async () => {
    await using place = await placeWith({ "unwise.yaml": unwise });
    for (const form of [[], ["--json"], ["--strict"], ["--lang", "zh"]]) {
      const { stdout, stderr } = await place.run(["validate", "unwise.yaml", ...form]);
      expect(stdout + stderr).not.toContain(secret);
    }
  });

  test("gives tools one shape, whatever the number of files and the language", async () => {
    await using place = await placeWith({ "unwise.yaml": unwise, "wrong.yaml": wrong });
    const one = await place.run(["validate", "unwise.yaml", "--json", "--lang", "zh"]);
    expect(one.code).toBe(0);
    expect(JSON.parse(one.stdout)).toMatchObject({
      valid: true,
      errors: 0,
      warnings: 3,
      files: [{ file: "unwise.yaml", valid: true }],
    });
    const two = await place.run(["validate", "unwise.yaml", "wrong.yaml", "--json"]);
    const { files, ...counts } = JSON.parse(two.stdout);
    expect({ ...counts, code: two.code }).toEqual({
      valid: false,
      errors: 2,
      warnings: 3,
      code: 2,
    });
    expect(files[1].problems[0]).toEqual({
      severity: "error",
      rule: "unknown_key_near",
      path: ["task_priorty"],
      line: 8,
      column: 1,
      message: "unknown key; did you mean task_priority?",
    });
    expect(files[0].problems[0]).toMatchObject({
      severity: "warning",
      rule: "bash-syntax",
      line: 5,
    });
  });

  test("with --strict refuses what is unwise", async () => {
    await using place = await placeWith({ "unwise.yaml": unwise });
    const { code, stdout } = await place.run(["validate", "unwise.yaml", "--strict", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, errors: 3, warnings: 0 });
  });

  test("asks for a time limit in CI, and takes a spec from stdin with overrides", async () => {
    await using place = await createPlace();
    const run = (...args: string[]) =>
      place.run(["validate", "-", ...args], { stdin: good, env: { CI: "true" } });
    expect((await run()).stderr).toContain("no max_running_time_ms");
    expect(await run("--set", "max_running_time_ms=2h")).toMatchObject({
      code: 0,
      stdout: "-: valid\n",
      stderr: "",
    });
  });

  test("speaks Chinese, and colours only in a terminal", async () => {
    await using place = await placeWith({ "unwise.yaml": unwise });
    const { stderr } = await place.run(["validate", "unwise.yaml", "--lang", "zh"]);
    expect(stderr).toContain("unwise.yaml:5:3 command 用了 source，但平台用 sh 运行命令");
    expect(stderr).toContain("3 个警告");
    expect(stderr).not.toContain("\u001b");
    await using terminal = openTerminal(place, ["validate", "unwise.yaml"]);
    expect(await terminal.ended).toBe(0);
    expect(terminal.raw()).toContain("\u001b[33mwarning\u001b[39m");
  });
});

describe("what comes before and after", () => {
  test("submit prints the warnings on stderr and nothing more on stdout", async () => {
    await using place = await placeWith({ "unwise.yaml": unwise });
    const { code, stdout, stderr } = await place.run(["submit", "unwise.yaml", "--dry-run"]);
    expect(code).toBe(0);
    expect(stderr).toContain("warning: unwise.yaml:5:3 command uses source");
    expect(JSON.parse(stdout)).toMatchObject({ name: "demo" });
  });

  test("schema prints the JSON Schema", async () => {
    await using place = await createPlace();
    const { stdout } = await place.run(["schema"]);
    expect(JSON.parse(stdout)).toMatchObject({ type: "object", additionalProperties: false });
  });

  test.each(["json", "yaml"])(
    "--output %s gives one document, also for an error",
    async (format) => {
      await using place = await createPlace();
      const { code, stdout } = await place.run(["submit", "none.yaml", "--output", format]);
      expect(code).toBe(2);
      expect(stdout).toContain(format === "json" ? '"code": "spec"' : "  code: spec\n");
      const bad = await place.run(["validate", "x", "--output", "xml"]);
      expect(bad).toMatchObject({
        code: 2,
        stdout: "",
        stderr: 'error: --output "xml" is not one of text, json, yaml.\n',
      });
    },
  );
});
