import { readSpecText } from "@qizhi/core/internal";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addProfile, toSpecYaml } from "./spec-yaml.ts";

const pieces =
  "“ ” ‘ ’ ＂ ＇ ： ， ｜ ＞ ［ ｛ － - : , # & * ! | > { [ ? % @ ` \" ' << key 训练 a_b 1 true \\ \r";
const blanks = [" ", "\n", "\t", "\u00a0", "\u3000", "\u2003", "\u200b", "\ufeff"];
const texts = fc
  .array(fc.constantFrom(...pieces.split(" "), ...blanks), { maxLength: 6 })
  .map((parts) => parts.join(""));

const read = async (text: string) => (await readSpecText({ name: "job.yaml", text }, {})).parsed;

test("a written spec is read as what it was, whatever text its fields have", async () => {
  const frame = { header: [], footer: [] };
  await fc.assert(
    fc.asyncProperty(texts, texts, async (command, value) => {
      const fields = { command, envs: { A: value }, command_list: [value, command] };
      const text = toSpecYaml({ fields, notes: { command: "a note" } }, frame);
      expect(await read(text)).toMatchObject({ value: fields, problems: [], broken: false });
    }),
    { numRuns: 500 },
  );
});

test("a written profile is, too, also in a mapping in braces", async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (command) => {
      const draft = { fields: { command, envs: { A: command } }, notes: {} };
      const written = addProfile("profiles: {old: {}}\n", "new", draft) ?? "";
      const value = { profiles: { old: {}, new: draft.fields } };
      expect(await read(written)).toMatchObject({ value, problems: [], broken: false });
    }),
  );
});

test("what a file of defaults has stays as it is written beside a new profile", () => {
  const before = `##[ our team ]
# The team's.
mode: INFO ##[for now]
said: "##[x]"
SEED: 007 # of all
big: 12345678901234567890
list: [1e6, 1.10, 0x1F, 0o17, +5, .5, 1_000, .inf]
flags: [True, FALSE, yes, ~, Null]
texts: ["007", '1e6', 12:30, 2026-01-01]
1e3: key
empty:
profiles:
  old: {max_running_time_ms: 1e6}
`;
  const draft = {
    fields: { envs: { SEED: "007" }, task_priority: 7 },
    notes: { task_priority: "a note" },
  };
  const added = `  new:
    envs:
      SEED: "007"
    task_priority: 7 # a note
`;
  expect(addProfile(before, "new", draft)).toBe(before + added);
});
