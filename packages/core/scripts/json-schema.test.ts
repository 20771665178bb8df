import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { jobSpecSchema, specSchemas } from "../src/schemas/job-spec.ts";
import { clientKeysSchema, keptClientKeys } from "../src/schemas/client-keys.ts";
import * as job from "../src/schemas/job.ts";
import { minimalSpec, richSpec } from "../src/spec/spec.fixture.ts";
import { readFieldDocs, schemaFile, toJobSpecJsonSchema } from "./json-schema.ts";

const committed: object = JSON.parse(readFileSync(schemaFile, "utf8"));
const validate = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
}).compile(committed);
const node = minimalSpec.framework_config[0];

describe("job-spec.schema.json", () => {
  it("is what the schema in the source makes; renew it with `pnpm --filter @qizhi/core schema`", () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(toJobSpecJsonSchema())));
  });

  it.each([
    minimalSpec,
    richSpec,
    { ...minimalSpec, max_running_time_ms: "1h30m", envs: { A: 1, B: true, C: "x" } },
    { ...minimalSpec, reserve_on_fail_ms: 600_000, auto_fault_tolerance: false },
    { ...minimalSpec, $schema: "./job-spec.schema.json" },
    { name: "daily", command: "python train.py" },
    { name: "daily", extends: "h100", framework_config: [{ instance_count: 4 }] },
    {
      name: "named",
      framework: "pytorch",
      command: "true",
      task_priority: 4,
      workspace: "distributed",
      project: "demo",
      group: "H100",
      node: "8xH100",
      framework_config: [{ ...node, spec_id: undefined }],
    },
  ])("takes sound spec %#", (spec) => {
    validate(JSON.parse(JSON.stringify(spec)));
    expect(validate.errors).toBeNull();
  });

  it.each([
    { name: undefined },
    { name: "" },
    { nmae: "x" },
    { task_priority: 11 },
    { task_priority: "4" },
    { logic_compute_group_id: "lcg-1111" },
    { max_running_time_ms: "2 hours" },
    { auto_fault_tolerance: true },
    { auto_fault_tolerance: true, fault_tolerance_max_retry: 0 },
    { envs: { "A-B": "x" } },
    { envs: [{ name: "A", value: 1 }] },
    { framework: undefined },
    { project_id: undefined },
    { framework_config: [] },
    { framework_config: [{ ...node, spec_id: undefined }] },
    { framework_config: [{ ...node, image_type: "OFFICIAL" }] },
    { framework_config: [{ ...node, gpu: 1 }] },
  ])("refuses a spec with %j, as the schema in the source does", (change) => {
    const spec: unknown = JSON.parse(JSON.stringify({ ...minimalSpec, ...change }));
    expect(validate(spec)).toBe(false);
    expect(jobSpecSchema().safeParse(spec).success).toBe(false);
  });

  const sweep = {
    ...minimalSpec,
    command: "train {{ matrix.lr }}",
    task_priority: "{{ matrix.p }}",
    max_running_time_ms: "{{ matrix.hours }}h",
    framework_config: [{ ...node, instance_count: "{{matrix.n}}" }],
  };

  it.each([
    { lr: [1e-3, "1e-4", true], n: [1] },
    { lr: [1], include: [{ lr: 2 }], exclude: [{ lr: 1 }], sample: 5 },
    { sample: { runs: 5, seed: 1 } },
  ])("takes a sweep with matrix %j", (matrix) => {
    validate({ ...sweep, matrix });
    expect(validate.errors).toBeNull();
  });

  it.each([
    { lr: 1 },
    { lr: [] },
    { lr: [[1]] },
    { "2x": [1] },
    { include: [1] },
    { sample: { seed: 1 } },
    { sample: 0 },
  ])("refuses a matrix %j", (matrix) => {
    expect(validate({ ...sweep, matrix })).toBe(false);
  });

  it("says something about every field, in plain words", () => {
    const described = JSON.stringify(committed).match(/"description":"[^"]{10,}"/g) ?? [];
    expect(described).toHaveLength(
      19 + 5 + 3 + 2 + 1 + 4 + Object.keys(clientKeysSchema().shape).length,
    );
    expect(described.join()).not.toMatch(/\(wire|\(page|`|@link/);
  });
});

describe("readFieldDocs", () => {
  it("joins lines and drops marks and pointers", () => {
    const source =
      "\nexport interface X {\n  /**\n   * What `a` is\n   * (wire 1.2).\n   */\n  a?: string;\n  /** B. */\n  b: number;\n}\n";
    expect(readFieldDocs(source, "X")).toEqual({ a: "What a is.", b: "B." });
  });

  it("refuses a field without words", () => {
    expect(() => readFieldDocs("\nexport interface X {\n  a: 1;\n}\n", "X")).toThrow(
      "X.a has no documentation",
    );
    expect(() => readFieldDocs("", "X")).toThrow("no interface X");
  });
});

describe("the written types", () => {
  const read = (file: string) =>
    readFileSync(new URL(`../src/schemas/${file}`, import.meta.url), "utf8");

  // The compiler holds the types of the fields against the schemas; a field that only one of them has it lets pass.
  it.each([
    ["job-types.ts", "CpuInfo", job.cpuInfo()],
    ["job-types.ts", "GpuInfo", job.gpuInfo()],
    ["job-types.ts", "InstanceSpecPriceInfo", job.instanceSpecPriceInfo()],
    ["job-types.ts", "ResourceSpecPrice", job.resourceSpecPrice()],
    ["job-types.ts", "UserExtraInfo", job.userExtraInfo()],
    ["job-types.ts", "User", job.user()],
    ["job-types.ts", "MountPath", job.mountPath()],
    ["job-types.ts", "DatasetInfo", job.datasetInfo()],
    ["job-types.ts", "Env", job.env()],
    ["job-types.ts", "NodeInfo", job.nodeInfo()],
    ["job-types.ts", "Timeline", job.timeline()],
    ["job-types.ts", "FrameworkConfig", job.frameworkConfig()],
    ["job-types.ts", "Job", job.jobSchema()],
    ["spec-types.ts", "EnvSpec", specSchemas().env],
    ["spec-types.ts", "DatasetSpec", specSchemas().dataset],
    ["spec-types.ts", "FrameworkConfigSpec", specSchemas().frameworkConfig],
    ["spec-types.ts", "JobSpec", specSchemas().job],
  ])("%s: %s has the fields of its schema, each documented", (file, name, schema) => {
    const shape: object = schema instanceof z.ZodMiniObject ? schema.shape : {};
    const ofClient = name === "JobSpec" ? keptClientKeys : [];
    expect(Object.keys(readFieldDocs(read(file), name)).toSorted()).toEqual(
      [...Object.keys(shape), ...ofClient].toSorted(),
    );
  });
});
