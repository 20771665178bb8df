import { describe, expect, it } from "vitest";
import { readJobSpec } from "../read-file.ts";
import { problemsOf, yamlSpec } from "../spec.fixture.ts";

describe("a YAML spec", () => {
  it.each([
    ["", "1:1 is empty: a job spec has fields such as name and command"],
    ["# only a comment\n", "1:1 is empty: a job spec has fields such as name and command"],
    ["- name: x\n", "1:1 is a list, wanted a mapping of fields"],
    ["hello", '1:1 is the text "hello", wanted a mapping of fields'],
    [`${yamlSpec}---\n${yamlSpec}`, '15:1 begins a second document ("---"); a file holds one job'],
    [
      yamlSpec.replace("sleep 60", "echo a: b"),
      '7:10 has a second ": " in one line; quote the whole text, or write it as a block after "|"',
    ],
    [yamlSpec.replace("    shm_gi", "\tshm_gi"), "13:1 is indented with a tab; YAML wants spaces"],
    [
      yamlSpec.replace("sleep 60", "!!python/object:os.system x"),
      "7:10 is not YAML: Unresolved tag: tag:yaml.org,2002:python/object:os.system",
    ],
    [yamlSpec.replace("sleep 60", "*x"), "7:10 uses *x, which no &x above it names"],
    [yamlSpec.replace("sleep 60", "&x [*x]"), "7:14 uses *x inside itself"],
    ["a: \0", "1:4 holds a NUL byte; it is not a text file"],
    ["? [a]\n: b\n", "1:3 is not YAML: With stringKeys, all keys must be strings"],
  ])("refuses the YAML %j", async (text, message) => {
    expect(await problemsOf(text)).toContain(`job.yaml:${message}`);
  });

  it("keeps words that other YAML versions turn into flags or numbers", async () => {
    const envs =
      "envs:\n  A: no\n  B: on\n  C: 1.10\n  D: 007\n  E: 1e-3\n  F: 12345678901234567890\n  G: True\n  H: 2026-01-01\n  I: 'q'\n  on: y\n";
    const { spec } = await readJobSpec({ name: "-", text: `%YAML 1.1\n---\n${yamlSpec}${envs}` });
    const values = spec.envs?.map(({ name, value }) => `${name}=${value}`);
    expect(values?.join(" ")).toBe(
      "A=no B=on C=1.10 D=007 E=1e-3 F=12345678901234567890 G=True H=2026-01-01 I=q on=y",
    );
  });

  it("reads aliases, and stops a bomb of them", async () => {
    const shared = yamlSpec.replace("demo-1", "&n demo-1").replace("sleep 60", "*n");
    const { spec } = await readJobSpec({ name: "-", text: shared });
    expect(spec.command).toBe("demo-1");
    const bomb = Array.from(
      { length: 8 },
      (_, index) => `a${index}: &a${index} [${`*a${index - 1},`.repeat(9)}]`,
    );
    const text = ["a: &a-1 [x]", ...bomb].join("\n");
    expect(await problemsOf(text)).toEqual(["job.yaml:1:1 repeats its aliases (*name) too often"]);
    const many = `a: &x 1\nb: [${"*x,".repeat(50_000)}]`;
    expect(await problemsOf(many)).toEqual([
      "job.yaml:2:305 repeats its aliases (*name) too often",
    ]);
  });

  it.each(["[", "{a: ", "- "])("stops at text nested without end by %j", async (opening) => {
    expect((await problemsOf(opening.repeat(20_000))).length).toBeGreaterThan(0);
    expect(await problemsOf(opening.repeat(20_000), "job.json")).toHaveLength(1);
  });
});
