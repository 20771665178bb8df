import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReadSpecOptions } from "./prepare.ts";
import { readJobSpec } from "./read-file.ts";
import { parseSetting } from "./set-path.ts";
import { minimalSpec, problemsOf, yamlSpec } from "./spec.fixture.ts";

async function read(options: ReadSpecOptions, text = yamlSpec) {
  return (await readJobSpec({ name: "job.yaml", text }, options)).spec;
}

describe("overrides", () => {
  it("sets fields as the schema wants them: text stays text, numbers and flags become such", async () => {
    const set = [
      "name=007",
      "task_priority=5",
      "auto_fault_tolerance=true",
      "fault_tolerance_max_retry=2",
      "framework_config[0].instance_count=4",
      "framework_config[0].shm_gi=1.5",
      "max_running_time_ms=2h",
      "command=echo a=b",
    ];
    const spec = await read({ set });
    expect(spec).toEqual({
      ...minimalSpec,
      name: "007",
      task_priority: 5,
      auto_fault_tolerance: true,
      fault_tolerance_max_retry: 2,
      max_running_time_ms: "7200000",
      command: "echo a=b",
      framework_config: [{ ...minimalSpec.framework_config[0], instance_count: 4, shm_gi: 1.5 }],
    });
  });

  it.each([
    ["", { B: "2" }],
    ["envs: {A: one, B: x}\n", { A: "one", B: "2" }],
    ["envs:\n  - {name: A, value: one}\n  - {name: B, value: x}\n", { A: "one", B: "2" }],
    ["envs: [{name: A, value: one}]\n", { A: "one", B: "2" }],
    ["envs:\n", { B: "2" }],
  ])("adds or replaces a variable in %j", async (envs, wanted) => {
    for (const options of [{ env: ["B=2"] }, { set: ["envs.B=2"] }]) {
      const spec = await read(options, yamlSpec + envs);
      expect(Object.fromEntries(spec.envs?.map(({ name, value }) => [name, value]) ?? [])).toEqual(
        wanted,
      );
    }
  });

  it("keeps what stands after the first = of a variable, also nothing", async () => {
    const spec = await read({ env: ["A=b=c", "B="] });
    expect(spec.envs).toEqual([
      { name: "A", value: "b=c" },
      { name: "B", value: "" },
    ]);
  });

  it("replaces the name and the command, the command quoted for sh", async () => {
    const spec = await read({ name: "1e3", command: ["python", "a b.py", "$HOME", "it's"] });
    expect(spec.name).toBe("1e3");
    expect(spec.command).toBe(String.raw`python 'a b.py' '$HOME' 'it'\''s'`);
  });

  it("refuses a profile, which would have no effect", async () => {
    for (const allowUnknown of [false, true]) {
      expect(await problemsOf(yamlSpec, "a", { set: ["extends=h100"], allowUnknown })).toEqual([
        expect.stringContaining(
          "extends comes too late in a setting; name the profile with --profile",
        ),
      ]);
    }
  });

  it("refuses a matrix, whose values would be dropped", async () => {
    for (const allowUnknown of [false, true]) {
      for (const set of ["matrix.lr=[1]", 'matrix={"lr":[1]}']) {
        expect(await problemsOf(yamlSpec, "a", { set: [set], allowUnknown })).toEqual([
          expect.stringContaining(
            "comes too late in a setting; give the values with --matrix or the input matrix",
          ),
        ]);
      }
    }
  });

  it("takes an index between dots, which no shell expands", async () => {
    const spec = await read({ set: ["framework_config.0.instance_count=4"] });
    expect(spec.framework_config[0]?.instance_count).toBe(4);
  });

  it("names --log-dir for the folder of the logs", async () => {
    expect((await read({ logDir: "/a", set: ["log_dir=/b"] })).log_dir).toBe("/a");
    expect(await problemsOf(yamlSpec, "a", { logDir: "logs" })).toEqual([
      expect.stringMatching(/^a log_dir .* \(--log-dir\)$/),
    ]);
  });

  it("takes whole lists and mappings as JSON", async () => {
    const node = minimalSpec.framework_config[0];
    const set = [`framework_config=${JSON.stringify([{ ...node, shm_gi: 9 }])}`, 'envs={"A":"1"}'];
    const spec = await read({ set });
    expect(spec.framework_config[0]?.shm_gi).toBe(9);
    expect(spec.envs).toEqual([{ name: "A", value: "1" }]);
  });

  it("keeps variables letter for letter, as a file does", async () => {
    const envs = '{"VERSION":1.10,"SEED":12345678901234567890,"ON":true,"A":"1.10 \\"2"}';
    const wanted = { VERSION: "1.10", SEED: "12345678901234567890", ON: "true", A: '1.10 "2' };
    for (const spec of [
      await read({ set: [`envs=${envs}`] }),
      await read({}, `${yamlSpec}envs: ${envs}\n`),
    ]) {
      expect(Object.fromEntries(spec.envs?.map(({ name, value }) => [name, value]) ?? [])).toEqual(
        wanted,
      );
    }
  });

  it("builds a whole spec on an empty file", async () => {
    const node = minimalSpec.framework_config[0];
    const set = [
      ...Object.entries(minimalSpec)
        .filter(([, value]) => typeof value !== "object")
        .map(([key, value]) => `${key}=${value}`),
      ...Object.entries(node ?? {}).map(([key, value]) => `framework_config[0].${key}=${value}`),
    ];
    expect(await read({ set }, "")).toEqual(minimalSpec);
  });

  it("leaves what an alias shares as it was", async () => {
    const node = yamlSpec.slice(yamlSpec.indexOf("framework_config"));
    const shared = yamlSpec.replace(
      node,
      node.replace("- image", "- &node\n    image") + "  - *node\n",
    );
    const spec = await read({ set: ["framework_config[1].instance_count=4"] }, shared);
    expect(spec.framework_config.map((entry) => entry.instance_count)).toEqual([1, 4]);
  });

  it("names the override and not a line for what it brought in", async () => {
    const options = {
      set: ["task_priority=99", "framework_config[0].instance_count=x", "envs.B-=secret"],
      env: ["C-=secret"],
      name: " ",
      command: [],
    };
    expect(await problemsOf(yamlSpec.replace("pytorch", "Pytorch"), "job.yaml", options)).toEqual([
      "job.yaml:6:12 framework has capitals; the platform's names are lower case, such as pytorch",
      "job.yaml name is empty (--name)",
      "job.yaml task_priority is outside 1 to 10 (larger is more urgent) (--set task_priority=99)",
      'job.yaml framework_config[0].instance_count is the text "x", wanted a whole number (--set framework_config[0].instance_count=x)',
      "job.yaml envs.B- is not a variable name: letters, digits and _, not a digit first (--set envs.B-)",
      "job.yaml envs.C- is not a variable name: letters, digits and _, not a digit first (--env C-)",
      "job.yaml command is empty (the command after --)",
    ]);
  });

  it.each([
    [
      "task_prioriti=4",
      "task_prioriti unknown key; did you mean task_priority? (--set task_prioriti=4)",
    ],
    [
      "framework_config[0].quota_id=4",
      "framework_config[0].quota_id unknown key; did you mean spec_id? (--set framework_config[0].quota_id=4)",
    ],
    [
      "framework_config.image=4",
      "framework_config.image framework_config is a list: write framework_config[0].image (--set framework_config.image=4)",
    ],
    [
      "framework_config.0.quota_id=4",
      "framework_config[0].quota_id unknown key; did you mean spec_id? (--set framework_config.0.quota_id=4)",
    ],
    ["name.x=4", "name.x name has no fields of its own (--set name.x=4)"],
    ["name[0]=4", "name[0] name is not a list (--set name[0]=4)"],
    [
      "framework_config[2].shm_gi=4",
      "framework_config[2].shm_gi the list has 1 entry, so the next one is [1] (--set framework_config[2].shm_gi=4)",
    ],
    [
      "name",
      "is not path=value, such as task_priority=5 or framework_config[0].shm_gi=64 (--set name)",
    ],
    [
      "a..b=secret",
      "is not path=value, such as task_priority=5 or framework_config[0].shm_gi=64 (--set a..b)",
    ],
    ["__proto__.x=1", "__proto__.x unknown key (--set __proto__.x=1)"],
  ])("refuses --set %s", async (setting, message) => {
    expect(await problemsOf(yamlSpec, "job.yaml", { set: [setting] })).toEqual([
      `job.yaml ${message}`,
    ]);
  });

  it.each([
    [{ env: ["A=1", "B=1", "A=2"] }, "--env A"],
    [{ env: ["A=1", "A=1"] }, "--env A"],
    [{ set: ["envs.A=1"], env: ["A=2"] }, "--env A"],
    [{ set: ["envs.A=1", "envs.A=2"] }, "--set envs.A"],
    [{ set: ['envs={"A":"1"}'], env: ["A=2"] }, "--env A"],
    [{ set: ['envs=[{"name":"A","value":"1"}]'], env: ["A=2"] }, "--env A"],
  ])("refuses a variable that is given twice: %j", async (options, label) => {
    for (const envs of ["", "envs: {A: x}\n", "envs: [{name: A, value: x}]\n"]) {
      expect(await problemsOf(yamlSpec + envs, "job.yaml", options)).toEqual([
        `job.yaml envs.A "A" is given twice (${label})`,
      ]);
    }
  });

  it.each([
    [{ env: ["HF_TOKEN hunter2tok"] }, "--env HF_TOKEN ***"],
    [{ env: ["HF_TOKEN:hunter2tok"] }, "--env HF_TOKEN:***"],
    [{ env: ["HF_TOKEN:hunter2tok=="] }, "--env HF_TOKEN:***"],
    [{ set: ["envs.HF_TOKEN:hunter2tok"] }, "--set envs.HF_TOKEN:***"],
    [{ set: ["envs.HF_TOKEN：hunter2tok="] }, "--set envs.HF_TOKEN：***"],
    [{ set: ["my_token=hunter2tok"] }, "--set my_token=***"],
    [
      { set: [`framework_config[0].image=${"a0G".repeat(12)} and more`] },
      "--set framework_config[0].image=*** and more",
    ],
  ])("quotes no secret of %j", async (options, label) => {
    const problems = (await problemsOf(yamlSpec, "job.yaml", options)).join();
    expect(problems).toContain(`(${label})`);
    expect(problems).not.toMatch(/hunter2tok|a0Ga0G/);
  });

  it("sets unknown paths when they are allowed, as JSON where it is JSON", async () => {
    const options = { allowUnknown: true, set: ["x.y[0]=1", "z=a b"] };
    expect(await read(options)).toEqual({ ...minimalSpec, x: { y: [1] }, z: "a b" });
    expect(Object.prototype).not.toHaveProperty("x");
  });
});

describe("parseSetting", () => {
  it("takes apart every path that it could have been built from", () => {
    const key = fc.string({ minLength: 1 }).filter((text) => !/[.[\]=]/.test(text));
    const path = fc
      .tuple(key, fc.array(fc.oneof(key, fc.nat(999_999))))
      .map(([first, rest]) => [first, ...rest]);
    fc.assert(
      fc.property(path, fc.string(), (steps, text) => {
        const written = steps.map((step, index) =>
          typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`,
        );
        expect(parseSetting(`${written.join("")}=${text}`)).toEqual({ path: steps, text });
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", ".", "[", "]", "=", "1", " ") }),
        (text) => {
          const setting = parseSetting(text);
          if (setting) expect(text.endsWith(`=${setting.text}`)).toBe(true);
        },
      ),
    );
  });
});
