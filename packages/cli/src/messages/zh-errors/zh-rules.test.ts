import { parseJobSpec, readDefaults, readJobSpec, SpecError, type SpecIssue } from "@qizhi/core";
import type { ErrorWords, SpecOverrides } from "@qizhi/core/internal";
import { readSpecSource, sayIssue } from "@qizhi/core/internal";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { englishIn } from "../../../test/words.ts";
import { toSpec } from "../../../test/write-spec.ts";
import { en } from "../en.ts";
import { zh } from "../zh.ts";

const fields = toSpec({ name: "n" });

/** Issues of a spec with some fields replaced. */
const given = (change: object) => () => Promise.resolve(parseJobSpec({ ...fields, ...change }));
const group = (change: object) =>
  given({ framework_config: [{ ...fields.framework_config[0], ...change }] });
const json = (text: string) => () => readJobSpec({ name: "x.json", text });
const yaml = (text: string) => () => readJobSpec({ name: "x.yaml", text });
const over = (overrides: SpecOverrides) => () =>
  readJobSpec({ name: "x.json", text: JSON.stringify(fields) }, overrides);

async function fromFile(content: string | Uint8Array): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "qizhi-rules-"));
  try {
    const file = join(folder, "job.yaml");
    await writeFile(file, content);
    return await readJobSpec(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Issues of a spec with names in the place of ids. */
function withNames(change: object): () => Promise<unknown> {
  const ids = ["1", "2"].map((id) => ({ kind: "group", id, given: "twin" }) as const);
  const text = JSON.stringify({ ...fields, ...change });
  return () => readJobSpec({ name: "x.json", text }, { ids: () => ids });
}

/** Issues of a spec with a file of defaults below it. */
function withDefaults(text: string, profile?: string): () => Promise<unknown> {
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), "qizhi-rules-"));
    try {
      const userFile = join(folder, "defaults.yaml");
      await writeFile(userFile, text, { mode: 0o600 });
      const defaults = await readDefaults({ userFile, cwd: folder, lastFolder: folder });
      const source = { name: "x.json", text: JSON.stringify(fields) };
      return await readJobSpec(source, { defaults, profile });
    } finally {
      await rm(folder, { recursive: true });
    }
  };
}

function toLoop(): object {
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  return loop;
}

// The rules of a sweep's matrix have no spec of their own here.
type Rule = Exclude<keyof ErrorWords["spec"], `matrix_${string}`>;

const breaches: Record<Rule, () => unknown> = {
  empty: given({ name: "" }),
  no_entry: given({ framework_config: [] }),
  control_characters: given({ name: "a\u0007b" }),
  image_blank: group({ image: "host/a/b: v1" }),
  nul_character: given({ command: "a\0b" }),
  not_a_folder: given({ log_dir: "logs" }),
  folder_variable: given({ log_dir: "/logs/$USER" }),
  control_character: given({ log_dir: "/a\nb" }),
  no_node: group({ instance_count: 0 }),
  negative_shm: group({ shm_gi: -1 }),
  negative: given({ fault_tolerance_retry_interval_sec: -1 }),
  too_many_restarts: given({ fault_tolerance_max_retry: 11 }),
  restarts_missing: given({ auto_fault_tolerance: true }),
  priority_range: given({ task_priority: 99 }),
  capitals: given({ framework: "PyTorch" }),
  id_cut_off: given({ project_id: "project-2222-22" }),
  id_form: given({ workspace_id: "mine" }),
  duration_form: given({ max_running_time_ms: "2 hours" }),
  duration_too_long: given({ max_running_time_ms: "99999999999999999999" }),
  hold_zero: given({ reserve_on_fail_ms: 0 }),
  run_zero: given({ max_running_time_ms: 0 }),
  run_too_long: given({ max_running_time_ms: "30d" }),
  field_of_page: given({ extra: { name: "a" } }),
  variable_name: given({ envs: { "1A": "x" } }),
  missing: given({ command: undefined }),
  empty_spec: yaml(""),
  empty_value: given({ command: null }),
  not_a_choice: group({ image_type: "OFFICIAL" }),
  wrong_kind: given({ task_priority: "4" }),
  too_large: given({ fault_tolerance_retry_interval_sec: 2 ** 60 }),
  too_small: given({ task_priority: -(2 ** 60) }),
  not_allowed: () => undefined,
  not_a_key: json(JSON.stringify({ ...fields, envs: { A: "b" } }).replace('"A"', '"__proto__"')),
  merge_key: given({ "<<": {} }),
  unknown_key: given({ frobnicate: 1 }),
  unknown_key_extra: given({ exclude_nodes: ["a"] }),
  unknown_key_near: given({ framwork: 1 }),
  unknown_key_elsewhere: given({ image: "x" }),
  more: given(Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`zzzz${at}`, 1]))),
  unreadable: () =>
    parseJobSpec(
      Object.defineProperty({}, "name", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
    ),
  masked: given({ envs: [{ name: "HF_TOKEN", value: "***" }] }),
  not_json_value: () => parseJobSpec({ ...fields, own: toLoop() }, { allowUnknown: true }),
  inexact_number: json(JSON.stringify({ ...fields, extra: { own: 2 ** 60 } })),
  file_unreadable: () => readSpecSource("/nowhere/job.yaml"),
  file_too_large: () => fromFile("#".repeat(1_048_577)),
  too_many_tokens: yaml("- ".repeat(250_000)),
  file_utf16: () => fromFile(Buffer.from("\ufeffname: x", "utf16le")),
  file_not_utf8: () => fromFile(Uint8Array.of(0x61, 0xc3, 0x28)),
  file_nul: () => fromFile("a\0b"),
  given_twice: yaml("name: a\nname: b\n"),
  json_syntax: json('{"name": 1'),
  yaml_syntax: yaml('name: "a\nb: [1'),
  yaml_two_colons: yaml("name: a: b\n"),
  yaml_tab: yaml("envs:\n\tA: b\n"),
  yaml_sign: yaml("name：a\n"),
  yaml_blank: yaml("name: \u00a0a\n"),
  yaml_line_end: yaml("name: a\rframework: b\n"),
  yaml_no_space: yaml("name:a\nframework: b\n"),
  yaml_dash: yaml("envs:\n  -name: A\n   value: b\n"),
  merge_source: yaml("<<: a\n"),
  yaml_second_document: yaml("name: a\n---\nname: b\n"),
  yaml_too_deep: yaml("[".repeat(20_000)),
  yaml_aliases: yaml(`name: &a x\nenvs: [${"*a,".repeat(101)}]\n`),
  yaml_alias_unknown: yaml("name: *nobody\n"),
  yaml_alias_in_itself: yaml("envs: &a [*a]\n"),
  set_form: over({ set: ["nothing"] }),
  set_extends: over({ set: ["extends=h100"] }),
  set_matrix: over({ set: ["matrix.lr=1"] }),
  env_form: over({ env: ["=x"] }),
  not_a_list: over({ set: ["name[0]=1"] }),
  is_a_list: over({ set: ["framework_config.shm_gi=1"] }),
  no_fields: over({ set: ["name.first=1"] }),
  list_in_the_way: () =>
    readJobSpec(
      { name: "x.json", text: JSON.stringify({ ...fields, own: [] }) },
      { set: ["own.key=1"], allowUnknown: true },
    ),
  value_in_the_way: () =>
    readJobSpec(
      { name: "x.json", text: JSON.stringify({ ...fields, own: 1 }) },
      { set: ["own.key=1"], allowUnknown: true },
    ),
  no_list_there: () =>
    readJobSpec(
      { name: "x.json", text: JSON.stringify({ ...fields, framework_config: {} }) },
      { set: ["framework_config[0].shm_gi=1"] },
    ),
  next_index: over({ set: ["framework_config[5].shm_gi=1"] }),
  profile_none: () =>
    readJobSpec({ name: "x.json", text: JSON.stringify(fields) }, { profile: "a" }),
  profile_unknown: withDefaults("profiles: {a: {}}", "b"),
  profile_loop: withDefaults("profiles: {a: {extends: a}}", "a"),
  name_unknown: withNames({ group: "H100", logic_compute_group_id: undefined }),
  name_ambiguous: withNames({ group: "twin", logic_compute_group_id: undefined }),
  named_twice: withNames({ group: "H200" }),
  confirm_over_form: withDefaults("confirm_over: many"),
  log_via_form: withDefaults("log_via: 7"),
};

async function issuesOf(breach: () => unknown): Promise<readonly SpecIssue[]> {
  try {
    await breach();
    return [];
  } catch (error) {
    if (error instanceof SpecError) return error.issues;
    throw error;
  }
}

// zod lets no other key through to a place where it is not allowed.
const unreachable: ReadonlySet<string> = new Set<Rule>(["not_allowed"]);

describe("a spec that breaks", () => {
  const reachable = Object.entries(breaches).filter(([rule]) => !unreachable.has(rule));

  test.each(reachable)("%s is told in both languages", async (rule, breach) => {
    const issues = await issuesOf(breach);
    expect(issues.map((issue) => issue.rule)).toContain(rule);
    for (const issue of issues) {
      expect(sayIssue(issue, "job.yaml", en.errors)).toContain(issue.message);
      const said = sayIssue({ ...issue, path: [] }, undefined, zh.errors);
      expect(said).toMatch(/\p{Script=Han}/u);
      expect(englishIn(said)).toEqual([]);
      expect(said).not.toContain("undefined");
    }
  });
});

test("the checks and the questions of init say the same of where an id is, in both languages", async () => {
  const issues = await issuesOf(() => Promise.resolve(parseJobSpec({})));
  for (const field of ["project_id", "logic_compute_group_id"] as const) {
    const issue = issues.find(({ path }) => path[0] === field);
    for (const t of [en, zh]) {
      expect(sayIssue(issue!, undefined, t.errors)).toContain(t.init.fields[field]);
    }
  }
});

test("what brought a problem in is told in both languages", async () => {
  const [issue] = await issuesOf(over({ command: [] }));
  expect(sayIssue(issue!, undefined, en.errors)).toContain("(the command after --)");
  expect(sayIssue(issue!, undefined, zh.errors)).toContain("（-- 之后的命令）");
});
