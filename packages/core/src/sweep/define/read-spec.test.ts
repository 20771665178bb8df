import { describe, expect, it } from "vitest";
import { SpecError } from "../../errors/errors.ts";
import { readJobSpec } from "../../spec/read-file.ts";
import { yamlSpec } from "../../spec/spec.fixture.ts";
import { findSweepWarnings, readSpec } from "./read-spec.ts";
import { readSweep } from "./read-sweep.ts";

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
