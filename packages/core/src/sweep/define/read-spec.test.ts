import { array, assert, asyncProperty, constantFrom, integer, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { SpecError } from "../../errors/errors.ts";
import { readJobSpec } from "../../spec/read-file.ts";
import { problemsIn, yamlSpec } from "../../spec/spec.fixture.ts";
import { findSweepWarnings, readSpec, readSweep, type ReadSweepOptions } from "./read-spec.ts";

const withCommand = (command: string) => yamlSpec.replace("sleep 60", command);

describe("readSpec", () => {
  it.each([
    [`${yamlSpec}matrix:\n  lr: [1e-3, 1e-4]\n`, true],
    ['{"matrix": {}}', true],
    [yamlSpec, false],
    [withCommand('"a matrix: b"'), false],
    ["matrix: [", false],
    [withCommand("x {{ matrix.lr }}"), true],
    [withCommand("x {{ other }} ${{ matrix.lr }}"), false],
  ])("knows a sweep from a job: %#", async (text, expected) => {
    const { kind } = await readSpec({ name: "a", text });
    expect(kind).toBe(expected ? "sweep" : "job");
  });

  it("reads a job as readJobSpec does, and a sweep as readSweep does", async () => {
    const options = { name: "renamed" };
    const job = { name: "a.yaml", text: yamlSpec };
    const sweep = {
      name: "a.yaml",
      text: `${withCommand("x {{ matrix.lr }}")}matrix: {lr: [1]}\n`,
    };
    const ofJob = await (await readSpec(job, options)).check();
    expect(ofJob).toMatchObject({ spec: (await readJobSpec(job, options)).spec });
    const ofSweep = await (await readSpec(sweep, options)).check();
    expect(ofSweep).toMatchObject({ plan: (await readSweep(sweep, options)).plan });
  });

  it("reads a job as a sweep where the options bring a matrix", async () => {
    const source = { name: "a", text: withCommand("x") };
    const { kind, check } = await readSpec(source, { matrix: ["lr=1,2"] });
    expect(kind).toBe("sweep");
    await expect(check()).rejects.toThrow(/lr/);
  });

  it.each([
    ["--set", { set: ["name=a-{{ matrix.lr }}"] }],
    ["--set", { set: ["task_priority={{ matrix.lr }}"] }],
    ["--env", { env: ["LR={{ matrix.lr }}"] }],
    ["--name", { name: "a-{{ matrix.lr }}" }],
    ["--", { command: ["echo", "{{ matrix.lr }}"] }],
  ])("refuses a place for a value that %s brings and no matrix has: %#", async (_from, options) => {
    const source = { name: "a", text: yamlSpec };
    const said = /\{\{ matrix\.lr \}\} needs a matrix; there is none/;
    await expect((await readSpec(source, options)).check()).rejects.toThrow(said);
    await expect(readJobSpec(source, options)).rejects.toThrow(said);
    const issues = [{ rule: "matrix_unknown", override: expect.stringContaining("--") }];
    await expect(readJobSpec(source, options)).rejects.toMatchObject({ issues });
    const { check } = await readSpec(source, { ...options, matrix: ["lr=1,2"] });
    await expect(check()).resolves.toMatchObject({ plan: { runs: [{}, {}] } });
  });

  it("refuses a text that cannot be parsed when it is checked", async () => {
    const { check } = await readSpec({ name: "a", text: "matrix: [" });
    await expect(check()).rejects.toThrow(SpecError);
  });
});

describe("findSweepWarnings", () => {
  it("warns of a time without a unit that a run has from the matrix", async () => {
    const matrix = 'max_running_time_ms: "{{ matrix.t }}"\nmatrix: {t: [3600, 7200, 10m, 2h]}\n';
    const text = `${withCommand("x {{ matrix.t }}")}${matrix}`;
    const warnings = findSweepWarnings(await readSweep({ name: "a.yaml", text }));
    expect(warnings.map(({ rule, subject }) => [rule, subject])).toEqual([
      ["short-duration", "3600"],
      ["short-duration", "7200"],
    ]);
  });
});

const read = async (text: string, options?: ReadSweepOptions) =>
  (await readSweep({ name: "sweep.yaml", text }, options)).plan;

const problemsOf = (text: string, options?: ReadSweepOptions) => problemsIn(read(text, options));

const train = (matrix: string, command = "train --lr {{ matrix.lr }} --seed {{matrix.seed}}") =>
  `${yamlSpec.replace("command: sleep 60", `command: ${command}`)}${matrix}`;
const grid = `matrix:
  lr: [1e-3, 1e-4]
  seed: [1, 2, 3]
`;

describe("readSweep", () => {
  it("has a run for each combination, in order, each with a name of its own", async () => {
    const plan = await read(train(grid));
    expect(plan.variables).toEqual(["lr", "seed"]);
    expect(
      plan.runs.map(({ index, name, spec }) => [index, name, spec.name, spec.command]),
    ).toEqual(
      [
        ["1e-3", 1],
        ["1e-3", 2],
        ["1e-3", 3],
        ["1e-4", 1],
        ["1e-4", 2],
        ["1e-4", 3],
      ].map(([lr, seed], index) => {
        const name = `demo-1-lr-${lr}-seed-${seed}`;
        return [index + 1, name, name, `train --lr ${lr} --seed ${seed}`];
      }),
    );
    expect(plan.runs[0]).not.toHaveProperty("spec.matrix");
  });

  it("refuses an object, which is neither a file nor a text", async () => {
    await expect(readSweep({ matrix: {} } as never)).rejects.toMatchObject({ rule: "spec_source" });
  });

  it("refuses a text that the values make longer than a spec may be", async () => {
    const longAt = (count: number) =>
      problemsOf(
        train(`matrix:\n  lr: [1, ${"x".repeat(1_000)}]\n`, `a ${"{{ matrix.lr }}".repeat(count)}`),
      );
    const [problem, ...others] = await longAt(1_100);
    expect(problem).toContain("command is over 1 MiB long with the values of the matrix in it");
    expect(others).toEqual([]);
    expect((await longAt(10)).join()).not.toContain("1 MiB");
  });

  it("keeps the blanks of a value that is a whole text, and takes a number without them", async () => {
    const envs = 'envs: {SEP: "{{ matrix.sep }}"}\ntask_priority: "{{ matrix.p }}"\n';
    const text = yamlSpec.replace(/^task_priority: .*\n/m, envs);
    const plan = await read(`${text}matrix: {sep: ["\\t", " a "], p: [" 4 "]}\n`);
    expect(plan.runs.map(({ spec }) => [spec.envs?.[0]?.value, spec.task_priority])).toEqual([
      ["\t", 4],
      [" a ", 4],
    ]);
  });

  it("names no run by a value that looks like a secret", async () => {
    const matrix = "matrix:\n  lr: [1e-3, 1e-4]\n  db_password: [hunter2x9, hunter2y9]\n";
    const command = "train {{ matrix.lr }} {{ matrix.db_password }}";
    const { runs } = await read(train(matrix, command));
    expect(runs.map(({ name, spec }) => [name, spec.name, spec.command])).toEqual(
      [
        ["demo-1-lr-1e-3-1", "train 1e-3 hunter2x9"],
        ["demo-1-lr-1e-3-2", "train 1e-3 hunter2y9"],
        ["demo-1-lr-1e-4-3", "train 1e-4 hunter2x9"],
        ["demo-1-lr-1e-4-4", "train 1e-4 hunter2y9"],
      ].map(([name, sent]) => [name, name, sent]),
    );
    const tokens = await read(
      train("matrix:\n  max_tokens: [1024, 2048]\n", "t {{ matrix.max_tokens }}"),
    );
    expect(tokens.runs[0]?.name).toBe("demo-1-max_tokens-1024");
  });

  it("keeps values letter for letter", async () => {
    const plan = await read(
      train(
        "matrix:\n  lr: [1.10, 0x1F, 1_0, ' 7 ', true, 12345678901234567890]\n",
        "x {{ matrix.lr }}",
      ),
    );
    const values = plan.runs.map(({ spec }) => spec.command.slice(2));
    expect(values).toEqual(["1.10", "0x1F", "1_0", " 7 ", "true", "12345678901234567890"]);
  });

  it("keeps values of the command line letter for letter", async () => {
    const list = String.raw`[1.10, 1.1, -1E-3, true, 12345678901234567890, "1.10 \"2", "a, 2.50"]`;
    const plan = await read(train("", "x {{ matrix.lr }}"), { matrix: [`lr=${list}`] });
    const words = ["1.10", "1.1", "-1E-3", "true", "12345678901234567890", '1.10 "2', "a, 2.50"];
    expect(plan.runs.map(({ parameters }) => parameters["lr"])).toEqual(words);
    expect(plan.runs.map(({ spec }) => spec.command)).toEqual(words.map((word) => `x ${word}`));
  });

  it("puts values into any text, variable and number", async () => {
    const text = `${yamlSpec
      .replace("name: demo-1", 'name: "run {{ matrix.n }}"')
      .replace("instance_count: 1", 'instance_count: "{{ matrix.n }}"')
      .replace("task_priority: 4", 'task_priority: "{{ matrix.n }}"')}envs:
  N: "{{ matrix.n }}"
  BOTH: "{{matrix.n}}-{{   matrix.n   }}"
max_running_time_ms: "{{ matrix.n }}h"
matrix:
  n: [1, 2]
`;
    const { runs } = await read(text);
    const { spec } = runs[1]!;
    expect(spec).toMatchObject({ name: "run 2", task_priority: 2, max_running_time_ms: "7200000" });
    expect(spec.framework_config[0]?.instance_count).toBe(2);
    expect(spec.envs).toEqual([
      { name: "N", value: "2" },
      { name: "BOTH", value: "2-2" },
    ]);
  });

  it("leaves the shell's, a workflow's and other tools' own signs alone", async () => {
    const command = `"echo $X $\{X} $\{{ matrix.lr }} {{ other }} {% x %} {{ matrix.lr }}"`;
    const { runs } = await read(train("matrix:\n  lr: ['$1 $& $$']\n", command));
    expect(runs[0]?.spec.command).toBe(
      "echo $X ${X} ${{ matrix.lr }} {{ other }} {% x %} $1 $& $$",
    );
  });

  it("leaves out, adds and samples", async () => {
    const more = `${grid}  exclude:
    - { lr: 1e-3, seed: 3 }
    - { seed: 2 }
  include:
    - { lr: 5e-1, seed: 9 }
`;
    const names = (plan: Awaited<ReturnType<typeof read>>) =>
      plan.runs.map(({ parameters }) => Object.values(parameters).join(" "));
    expect(names(await read(train(more)))).toEqual(["1e-3 1", "1e-4 1", "1e-4 3", "5e-1 9"]);
    const sampled = train(`${grid}  sample: { runs: 3, seed: 5 }\n`);
    const first = names(await read(sampled));
    expect(first).toHaveLength(3);
    expect(names(await read(sampled))).toEqual(first);
    const others = await Promise.all(
      [1, 2, 3, 4].map(async (seed) =>
        names(await read(sampled.replace("seed: 5", `seed: ${seed}`))),
      ),
    );
    expect(new Set(others.map(String)).size).toBeGreaterThan(1);
  });

  it("pins what a seed means, so that no release changes it", async () => {
    const text = train(
      "matrix:\n  lr: [a, b, c, d, e, f, g, h]\n  sample: { runs: 3, seed: 42 }\n",
      "{{ matrix.lr }}",
    );
    const { runs } = await read(
      text.replace("command: {{ matrix.lr }}", 'command: "{{ matrix.lr }}"'),
    );
    expect(runs.map(({ parameters }) => parameters["lr"])).toMatchInlineSnapshot(`
      [
        "a",
        "e",
        "h",
      ]
    `);
  });

  it("takes included runs alone", async () => {
    const plan = await read(
      train("matrix:\n  include:\n    - { lr: 1, seed: 2 }\n    - { lr: 3, seed: 4 }\n"),
    );
    expect(plan.runs.map(({ name }) => name)).toEqual(["demo-1-lr-1-seed-2", "demo-1-lr-3-seed-4"]);
  });

  it("refuses an included run that there is already, which would be a second job", async () => {
    const text = train(`${grid}  exclude:
    - { lr: 1e-3, seed: 2 }
  include:
    - { lr: 1e-3, seed: 2 }
    - { seed: 3, lr: 1e-4 }
    - { lr: 5e-1, seed: 9 }
    - { lr: 5e-1, seed: 9 }
`);
    expect(await problemsOf(text)).toEqual([
      "sweep.yaml:22:7 matrix.include[1] equals another run",
      "sweep.yaml:24:7 matrix.include[3] equals another run",
    ]);
    // What a sample leaves out is no run.
    const sampled = `${grid}  sample: { runs: 1, seed: 5 }\n  include: [{ lr: 1e-3, seed: 1 }]\n`;
    const { runs } = await read(train(sampled));
    expect(runs).toHaveLength(2);
  });

  it("takes the matrix of the command line, over the file's", async () => {
    const both = await read(train(grid), { matrix: ["lr=5", 'seed=["a,b", 7]'] });
    expect(both.runs.map(({ parameters }) => parameters)).toEqual([
      { lr: "5", seed: "a,b" },
      { lr: "5", seed: "7" },
    ]);
    const alone = await read(train(""), { matrix: ["lr=1e-3,1e-4", "seed=1"] });
    expect(alone.runs.map(({ name }) => name)).toEqual(["demo-1-lr-1e-3", "demo-1-lr-1e-4"]);
    const overridden = await read(train(grid), {
      command: ["echo", "{{ matrix.lr }} {{ matrix.seed }}"],
      name: "n-{{ matrix.lr }}",
    });
    expect(overridden.runs[4]?.spec).toMatchObject({
      name: "n-1e-4-seed-2",
      command: "echo '1e-4 2'",
    });
  });

  it("reports every problem with its place", async () => {
    const text = `${train("")}matrix:
  lr: [1e-3, [1], 1e-3]
  sede: [1, 2]
  2x: [1]
  empty: []
  one: 5
  exclude:
    - { nope: 1 }
    - 7
  include:
    - { lr: 2 }
  sample: -1
`;
    expect(await problemsOf(text)).toMatchInlineSnapshot(`
      [
        "sweep.yaml:7:10 command {{ matrix.seed }} is not in the matrix; did you mean sede?",
        "sweep.yaml:16:14 matrix.lr[1] is neither text nor a number nor true or false",
        "sweep.yaml:16:19 matrix.lr[2] "1e-3" is in the list twice",
        "sweep.yaml:17:3 matrix.sede is used nowhere; write {{ matrix.sede }} into a text of the spec",
        "sweep.yaml:18:3 matrix.2x is not a name for a variable: letters, digits, _ and -, not a digit first",
        "sweep.yaml:19:10 matrix.empty is empty; give one value at least",
        "sweep.yaml:20:8 matrix.one is not a list of values, such as one: [1e-3, 1e-4]",
        "sweep.yaml:22:9 matrix.exclude[0].nope is not in the matrix, which has lr, sede, 2x, empty, one",
        "sweep.yaml:23:7 matrix.exclude[1] is not a mapping of names to values",
        "sweep.yaml:25:7 matrix.include[0] leaves out sede, 2x, empty, one; an included run gives every value",
        "sweep.yaml:26:11 matrix.sample is neither a number of runs nor a mapping with runs and seed, whole numbers from 1 and 0 on",
      ]
    `);
    expect(await problemsOf(train("", "x {{ matrix.lr }} {{ matrix }}"))).toMatchInlineSnapshot(`
      [
        "sweep.yaml:7:10 command {{ matrix.lr }} needs a matrix; there is none",
        "sweep.yaml:7:10 command "{{ matrix }}" is not of the form {{ matrix.NAME }}",
      ]
    `);
    expect(await problemsOf(train(`${grid}  exclude: [{ lr: 7 }]\n  sample: 7\n`)))
      .toMatchInlineSnapshot(`
      [
        "sweep.yaml:18:13 matrix.exclude[0] matches no combination of the matrix",
        "sweep.yaml:19:11 matrix.sample is more than the 6 combinations that there are",
      ]
    `);
    expect(
      await problemsOf(train(grid), { matrix: ["lr", "x=1", "seed=1,1", "sample=3", "a=1,,2"] }),
    ).toMatchInlineSnapshot(`
      [
        "sweep.yaml matrix.x is used nowhere; write {{ matrix.x }} into a text of the spec (--matrix x=1)",
        "sweep.yaml matrix is not NAME=value,value, such as lr=1e-3,1e-4 (--matrix lr)",
        "sweep.yaml matrix.seed "1" is in the list twice (--matrix seed=1,1)",
        "sweep.yaml matrix is not NAME=value,value, such as lr=1e-3,1e-4 (--matrix sample=3)",
        "sweep.yaml matrix is not NAME=value,value, such as lr=1e-3,1e-4 (--matrix a=1,,2)",
      ]
    `);
  });

  it("refuses a second setting of a variable, which would take the values of the first away", async () => {
    const matrix = ["lr=1e-3", "api_key=abcdefgh", "lr=1e-4", "api_key=ijklmnop"];
    const command = "train {{ matrix.api_key }} {{ matrix.lr }} {{ matrix.seed }}";
    expect(await problemsOf(train(grid, command), { matrix })).toMatchInlineSnapshot(`
      [
        "sweep.yaml matrix "lr" is given twice (--matrix lr=1e-4)",
        "sweep.yaml matrix "api_key" is given twice (--matrix api_key=***)",
      ]
    `);
  });

  it.each(["{{ matrix.lr }}", "{{ matrix.lr }} more"])(
    "asks for quotes around %s",
    async (command) => {
      expect(await problemsOf(train("matrix:\n  lr: [1]\n", command))).toEqual([
        'sweep.yaml:7:11 a text that begins with {{ needs quotes: "{{ matrix.NAME }}"',
      ]);
    },
  );

  it("names the first run of a problem that not all have", async () => {
    const text = `${yamlSpec.replace("instance_count: 1", 'instance_count: "{{ matrix.n }}"')}matrix:
  n: [1, 0, -5, two]
`;
    expect(await problemsOf(text)).toMatchInlineSnapshot(`
      [
        "sweep.yaml:12:21 framework_config[0].instance_count is below 1; it is the number of nodes (n=0)",
        "sweep.yaml:12:21 framework_config[0].instance_count is the text "two", wanted a whole number (n=two)",
      ]
    `);
  });

  it("refuses more runs than anyone means", async () => {
    const wide = Array.from({ length: 200 }, (_, index) => index).join();
    const text = train(`matrix:\n  lr: [${wide}]\n  seed: [${wide}]\n`);
    expect(await problemsOf(text)).toMatchInlineSnapshot(`
      [
        "sweep.yaml:16:3 matrix makes 40000 combinations, more than 10000; take a sample or fewer values",
      ]
    `);
    const { runs } = await read(`${text}  sample: 12\n`);
    expect(runs).toHaveLength(12);
  });

  it("gives every run a name of its own, whatever the values are", async () => {
    const value = constantFrom("a", "A/b", "A b", "", "x".repeat(60), "é", "..", "$", "a-1", "{{");
    await assert(
      asyncProperty(
        uniqueArray(value, { minLength: 1, maxLength: 6 }),
        array(integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
        constantFrom("demo", "demo-{{ matrix.a }}", "demo-{{ matrix.b }}"),
        async (a, b, name) => {
          const json = {
            ...JSON.parse(JSON.stringify((await import("../../spec/spec.fixture.ts")).minimalSpec)),
            name,
            command: "x {{ matrix.a }} {{ matrix.b }}",
            matrix: { a, b: [...new Set(b)] },
          };
          const { runs } = await read(JSON.stringify(json));
          expect(new Set(runs.map((run) => run.name)).size).toBe(runs.length);
          expect(runs).toHaveLength(a.length * new Set(b).size);
        },
      ),
      { numRuns: 100 },
    );
  });
});
