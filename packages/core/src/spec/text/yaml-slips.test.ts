import { describe, expect, it, test } from "vitest";
import { readJobSpec } from "../read-file.ts";
import { problemsOf, yamlSpec } from "../spec.fixture.ts";

const withEnvs = (envs: string) => `${yamlSpec}envs:\n${envs}\n`;
const place = `x-place: &place
  logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
  project_id: project-22222222-2222-4222-8222-222222222222
  workspace_id: ws-33333333-3333-4333-8333-333333333333
`;
const merging = yamlSpec
  .replace(/(?:logic|project|workspace)_.*\n/g, "")
  .replace("# a job\n", place);

describe("a character that looks like one of YAML", () => {
  it.each([
    ["name: demo-1", "name：demo-1", "2:5 has ： (U+FF1A) where YAML wants :"],
    ["framework: p", "framework： p", "6:10 has ： (U+FF1A) where YAML wants :"],
    ["framework: p", "framework ：p", "6:11 has ： (U+FF1A) where YAML wants :"],
    ["    shm_gi: 0", "    shm_gi：0", "13:11 has ： (U+FF1A) where YAML wants :"],
    ["name: demo-1", "name: “demo-1”", '2:7 has “ (U+201C) where YAML wants "'],
    ["name: demo-1", "name: “demo: 1”", '2:7 has “ (U+201C) where YAML wants "'],
    ["task_priority: 4", "task_priority: “4”", '8:16 has “ (U+201C) where YAML wants "'],
    ["command: sleep 60", "command: ｜\n  sleep 60", "7:10 has ｜ (U+FF5C) where YAML wants |"],
    [
      "framework: p",
      "framework:\u00a0p",
      "6:11 has a no-break space (U+00A0) where YAML wants a space",
    ],
    [
      "framework: p",
      "framework: \u00a0p",
      "6:12 has a no-break space (U+00A0) where YAML wants a space",
    ],
    [
      "pytorch",
      "pytorch\u00a0",
      "6:19 has a no-break space (U+00A0) at its end, where it is part of the value; take it out",
    ],
    [
      "sleep 60",
      "sleep 60\u200b",
      "7:18 has a zero-width space (U+200B) at its end, where it is part of the value; take it out",
    ],
    [
      "    shm_gi",
      "\u3000\u3000shm_gi",
      "13:1 has a full-width space (U+3000) where YAML wants a space",
    ],
    [
      "    shm_gi",
      "\u00a0   shm_gi",
      "13:1 has a no-break space (U+00A0) where YAML wants a space",
    ],
    ["- image:", "-\u3000image:", "10:4 has a full-width space (U+3000) where YAML wants a space"],
    ["framework: p", "framework:p", '6:11 has no space after "framework:"'],
    ["name: demo-1", "name:demo-1", '2:6 has no space after "name:"'],
    ["    shm_gi: 0", "    shm_gi:0", '13:12 has no space after "shm_gi:"'],
    ["    shm_gi", "\tshm_gi", "13:1 is indented with a tab; YAML wants spaces"],
    ["    shm_gi", "  \t shm_gi", "13:3 is indented with a tab; YAML wants spaces"],
    ["  - image:", "\t- image:", "10:1 is indented with a tab; YAML wants spaces"],
    ["- image:", "-\timage:", "10:4 is indented with a tab; YAML wants spaces"],
    ["- image:", "-image:", '10:4 has no space after "-"'],
    ["- image:", "– image:", "10:3 has – (U+2013) where YAML wants -"],
    ["- image:", "— image:", "10:3 has — (U+2014) where YAML wants -"],
    ["- image:", "‐ image:", "10:3 has ‐ (U+2010) where YAML wants -"],
    ["- image:", "−image:", "10:3 has − (U+2212) where YAML wants -"],
    ["- image:", "• image:", "10:3 has • (U+2022) where YAML wants -"],
    ["task_priority: 4", '"task_priority":4', '8:17 has no space after "task_priority:"'],
    ["demo-1", '"demo-1”', '2:14 has ” (U+201D) where YAML wants "'],
    ["demo-1", "'demo-1’ # a name", "2:14 has ’ (U+2019) where YAML wants '"],
    ["demo-1", '"demo-1', '2:7 is not YAML: Missing closing "quote'],
    ["sleep 60", '"sleep 60\n  # a', '7:10 is not YAML: Missing closing "quote'],
    ["name: demo-1", 'x-a: {b: "c}\nname: demo-1', '2:10 is not YAML: Missing closing "quote'],
    ["name: demo-1", "x-a: [1, 2］\nname: demo-1", "2:11 has ］ (U+FF3D) where YAML wants ]"],
  ])("is one problem that names it, for %j as %j", async (good, bad, problem) => {
    const text = yamlSpec.replace(good, bad);
    expect(text).not.toBe(yamlSpec);
    expect(await problemsOf(text)).toEqual([`job.yaml:${problem}`]);
    expect(await problemsOf(text.replaceAll("\n", "\r\n"))).toEqual([`job.yaml:${problem}`]);
  });

  it.each([
    ["\r", "a carriage return alone (U+000D)"],
    ["\u0085", "a next-line character (U+0085)"],
    ["\u2028", "a line separator (U+2028)"],
    ["\u2029", "a paragraph separator (U+2029)"],
  ])("is a line end elsewhere: %j", async (sign, named) => {
    const message = `has ${named}, which ends no line in YAML; write plain line breaks (LF)`;
    const one = yamlSpec.replace("demo-1\n", `demo-1${sign}`);
    expect(await problemsOf(one)).toEqual([`job.yaml:2:13 ${message}`]);
    const all = yamlSpec.replace("# a job\n", "").replaceAll("\n", sign);
    expect(await problemsOf(all)).toEqual([`job.yaml:1:13 ${message}`]);
  });

  it.each([
    ['  A： "1"', "16:4 has ： (U+FF1A) where YAML wants :"],
    ["  A:1", '16:5 has no space after "A:"'],
    ["  A:1\n  B: 2", '16:5 has no space after "A:"'],
    ["  A: 1\n\tB: 2", "17:1 is indented with a tab; YAML wants spaces"],
    ["  {A: 1，B: 2}", "16:8 has ， (U+FF0C) where YAML wants ,"],
    ["  A: 1\n \tB: 2", "17:2 is indented with a tab; YAML wants spaces"],
    ['  {A: "1"， B: "2"}', "16:10 has ， (U+FF0C) where YAML wants ,"],
    ['  {A: "1"｝', "16:10 has ｝ (U+FF5D) where YAML wants }"],
    ["  {A: 1｝", "16:8 has ｝ (U+FF5D) where YAML wants }"],
    ["  {A:1, B:2}", '16:6 has no space after "A:"'],
    ["  {A: 1,\n  B:2}", '17:5 has no space after "B:"'],
    ["  - {name:A, value:1}", '16:11 has no space after "name:"'],
  ])("is one problem in variables, for %j", async (envs, problem) => {
    expect(await problemsOf(withEnvs(envs))).toEqual([`job.yaml:${problem}`]);
  });

  it.each([
    ["-image:", '10:4 has no space after "-"'],
    ["– image:", "10:3 has – (U+2013) where YAML wants -"],
  ])("is one problem in a list of two, for %j", async (bad, problem) => {
    const [, entry = ""] = yamlSpec.split("framework_config:\n");
    const text = yamlSpec.replace("- image:", bad);
    expect(await problemsOf(text + entry)).toEqual([`job.yaml:${problem}`]);
  });

  it("is one problem for each line, and hides no other mistake", async () => {
    const text = yamlSpec
      .replace("name: ", "name：")
      .replace("framework: ", "framework：")
      .replace("shm_gi: 0", "shm_gi: [0");
    expect(await problemsOf(text)).toEqual([
      "job.yaml:2:5 has ： (U+FF1A) where YAML wants :",
      "job.yaml:6:10 has ： (U+FF1A) where YAML wants :",
      expect.stringContaining("is not YAML"),
    ]);
    const value = yamlSpec
      .replace("demo-1", "“demo”")
      .replace("task_priority: 4", "task_priority: 99");
    expect(await problemsOf(value)).toEqual([
      'job.yaml:2:7 has “ (U+201C) where YAML wants "',
      "job.yaml:8:16 task_priority is outside 1 to 10 (larger is more urgent)",
    ]);
  });

  it.each([
    ["one less than above", "    A: 1\n  B: 2"],
    ["a bracket without its end", "  A: [1\n  B: 2"],
  ])("hides no indentation that is wrong for another reason: %s", async (_what, envs) => {
    const alone = await problemsOf(withEnvs(envs));
    const [slip, ...rest] = await problemsOf(withEnvs(envs).replace("name: ", "name："));
    expect(slip).toBe("job.yaml:2:5 has ： (U+FF1A) where YAML wants :");
    expect([alone.length, rest]).toEqual([1, alone]);
  });

  it.each([
    yamlSpec.replace("demo-1", "实验：1，“甲”"),
    yamlSpec.replace("demo-1", '"“demo”"'),
    yamlSpec.replace("sleep 60", "|\n  echo：x\n  “a”\u00a0\n  a:b"),
    yamlSpec.replace("sleep 60", "echo 甲：x:y"),
    yamlSpec.replace("# a job", "# 名称：“a”\u3000x:y"),
    withEnvs("  A: http://x:1\n  B: a:b\n  C: '：'"),
    yamlSpec.replace("command: sleep 60", "command:\n  ./run.sh a:b"),
    yamlSpec.replace("demo-1", "–demo–"),
    yamlSpec.replace("sleep 60", "\n  run\n  – a ｝］"),
    `${yamlSpec}x-urls: [http://x:1, a:b, "c:d", {"e":1}]\n`,
    withEnvs('  {A: "a:b", B: a:b, C: ｝}'),
    withEnvs("  - name: A\n    value: |\n      \t-b:\n      -c: d\n      – e: f"),
  ])("is none in text, quotes, blocks and comments: %j", async (text) => {
    expect(await problemsOf(text)).toEqual([]);
  });
});

test.each([
  ["sleep 60", "echo 甲，乙: b", "7:10"],
  ["sleep 60", "run\n  -lr: 3", "7:10"],
  ["sleep 60", "run\n  – a: b", "7:10"],
])("what is no slip keeps its own problem: %j as %j", async (good, bad, at) => {
  expect(await problemsOf(yamlSpec.replace(good, bad))).toEqual([
    `job.yaml:${at} has a second ": " in one line; quote the whole text, or write it as a block after "|"`,
  ]);
});

describe("merge keys", () => {
  const read = async (text: string) => (await readJobSpec({ name: "job.yaml", text })).spec;

  it.each([
    ["once", "<<: *place\n"],
    ["with a list", "<<: [*place, {name: other}]\n"],
    ["twice", "<<: *place\n<<: {task_priority: 9}\n"],
  ])("are read %s, and x- keys are left alone", async (_how, merge) => {
    expect(await read(`${merging}${merge}`)).toEqual(await read(yamlSpec));
  });

  it("let the key of the mapping win, then the first of a list, then the last <<", async () => {
    const list = "  <<: [{A: list-1, B: list-1}, {A: list-2, B: list-2, C: list-2}]\n";
    const envs = `${list}  <<: {C: last, D: last}\n  D: own\n`;
    const { envs: read1 = [] } = await read(withEnvs(envs));
    expect(Object.fromEntries(read1.map(({ name, value }) => [name, value]))).toEqual({
      A: "list-1",
      B: "list-1",
      C: "last",
      D: "own",
    });
  });

  it("keep numbers as written, and places where the merged text stands", async () => {
    const text = `${yamlSpec}envs:\n  <<: &e {LR: 1e-3}\n`;
    expect((await read(text)).envs).toEqual([{ name: "LR", value: "1e-3" }]);
    const wrong = `${merging.replace("project-22222222-2222-4222-8222-222222222222", "mine")}<<: *place\n`;
    expect(await problemsOf(wrong)).toEqual([
      expect.stringMatching(/^job\.yaml:3:15 project_id is not of the form/),
    ]);
  });

  it("take aliases in what they merge, and anchors on it", async () => {
    const id = "project_id: project-22222222-2222-4222-8222-222222222222\n";
    const [, value = ""] = id.trim().split(": ");
    const named = `x-project: &project ${value}\nx-place: &place {project_id: *project}\n`;
    expect(await read(`${named}${yamlSpec.replace(id, "")}<<: *place\n`)).toEqual(
      await read(yamlSpec),
    );
    const later = `envs:\n  <<: &e {A: &a one}\n  B: *a\nx-e: *e\n`;
    expect((await read(`${yamlSpec}${later}`)).envs).toEqual([
      { name: "A", value: "one" },
      { name: "B", value: "one" },
    ]);
  });

  it.each([
    ["<<: text", "15:5 is merged (<<) but is neither a mapping nor a list of mappings"],
    ["<<: null", "15:5 is merged (<<) but is neither a mapping nor a list of mappings"],
    ["<<: [1]", "15:5 is merged (<<) but is neither a mapping nor a list of mappings"],
    ["<<: *x", "15:5 uses *x, which no &x above it names"],
    ["envs: &e\n  <<: *e", "16:7 uses *e inside itself"],
  ])("that merge nothing are one problem: %j", async (merge, problem) => {
    expect(await problemsOf(`${yamlSpec}${merge}\n`)).toEqual([`job.yaml:${problem}`]);
  });

  it("stop at a bomb of them", async () => {
    const bomb = Array.from(
      { length: 45 },
      (_, at) => `x-${at + 1}: &a${at + 1} {<<: *a${at}, k${at}: {<<: *a${at}}}`,
    );
    const text = ["x-0: &a0 {k: [x]}", ...bomb].join("\n");
    expect(await problemsOf(text)).toEqual(["job.yaml:1:1 repeats its aliases (*name) too often"]);
  });
});
