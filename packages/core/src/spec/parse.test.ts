import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpecError } from "../errors/errors.ts";
import { parseJobSpec, type ParseSpecOptions } from "./parse.ts";
import { minimalSpec, richSpec } from "./spec.fixture.ts";

function problemsOf(value: unknown, options?: ParseSpecOptions): string[] {
  try {
    parseJobSpec(value, options);
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  }
}

const notJson = `cannot be written as JSON: it is a function, a symbol, a bigint, a number that is not finite or an object such as a Map, refers to itself or is too deep`;

const node = minimalSpec.framework_config[0];

describe("parseJobSpec", () => {
  it("gives a complete body back as it is", () => {
    expect(parseJobSpec(minimalSpec)).toEqual(minimalSpec);
    expect(parseJobSpec(richSpec)).toEqual(richSpec);
  });

  it("takes the fields that an object inherits, and the getters of its class", () => {
    const { name, ...base } = minimalSpec;
    expect(parseJobSpec(Object.assign(Object.create(base), { name }))).toEqual(minimalSpec);
    class Named {
      get name() {
        return name;
      }
    }
    expect(parseJobSpec(Object.assign(new Named(), base))).toEqual(minimalSpec);
  });

  it("takes its own answer again without a change", () => {
    const friendly = {
      ...minimalSpec,
      max_running_time_ms: "1h30m",
      envs: { A: 1, B: true, C: "" },
    };
    const spec = parseJobSpec(friendly);
    expect(spec.max_running_time_ms).toBe("5400000");
    expect(spec.envs).toEqual([
      { name: "A", value: "1" },
      { name: "B", value: "true" },
      { name: "C", value: "" },
    ]);
    expect(parseJobSpec(spec)).toEqual(spec);
  });

  it("takes its own answer as a copy, which later changes of it do not reach", () => {
    const spec = parseJobSpec(richSpec);
    const copy = parseJobSpec(spec);
    spec.framework_config[0]!.instance_count += 1;
    expect(copy).toEqual(parseJobSpec(richSpec));
  });

  it("checks its own answer again once a field of it was changed", () => {
    const spec = parseJobSpec(richSpec);
    spec.framework_config[0]!.instance_count = 0;
    expect(problemsOf(spec)).toEqual([expect.stringContaining("instance_count")]);
    spec.framework_config[0]!.instance_count = 3;
    expect(parseJobSpec(spec)).toEqual(spec);
    Object.assign(spec, { more: 1n });
    expect(problemsOf(spec)).toEqual([expect.stringContaining("more")]);
  });

  it("checks again what was let through by an option that is not given any more", () => {
    const open = parseJobSpec({ ...minimalSpec, more: 1 }, { allowUnknown: true });
    expect(parseJobSpec(open, { allowUnknown: true })).toEqual(open);
    expect(problemsOf(open)).toEqual([expect.stringContaining("more")]);
    const envs = [{ name: "TOKEN", value: "***" }];
    const masked = parseJobSpec({ ...minimalSpec, envs }, { allowMasked: true });
    expect(problemsOf(masked)).toEqual([expect.stringContaining("***")]);
  });

  it("names every missing field and what it is", () => {
    expect(problemsOf({})).toEqual([
      "command is missing: the shell command that each node runs",
      "framework is missing: write pytorch",
      "framework_config is missing: a list with one entry: image, image_type, instance_count, shm_gi, spec_id",
      "logic_compute_group_id is missing: lcg-…, in any job's detail",
      "name is missing: the job's name",
      "project_id is missing: project-…, in any job's detail",
      "task_priority is missing: 1 to 10, larger is more urgent; 1 to 3 can be pre-empted",
      "workspace_id is missing: ws-…, in the web console's address bar as spaceId",
    ]);
  });

  it.each([
    [
      { task_priority: "5" },
      'task_priority is the text "5", wanted a whole number: write 5 without quotes',
    ],
    [{ task_priority: 4.5 }, "task_priority is 4.5, wanted a whole number"],
    [{ task_priority: Number.NaN }, "task_priority is not a finite number, wanted a whole number"],
    [
      { task_priority: null },
      "task_priority is empty: 1 to 10, larger is more urgent; 1 to 3 can be pre-empted",
    ],
    [{ task_priority: 11 }, "task_priority is outside 1 to 10 (larger is more urgent)"],
    [{ name: 7 }, "name is 7, wanted text: put it in quotes"],
    [{ command: ["a", "b"] }, "command is a list, wanted text: write it as one line of text"],
    [
      { enable_notification: "yes" },
      'enable_notification is the text "yes", wanted true or false: write true',
    ],
    [
      { framework_config: node },
      "framework_config is a mapping, wanted a list: make it a list with one entry",
    ],
    [
      { max_running_time_ms: true },
      "max_running_time_ms is true, wanted a duration such as 30m or 2h, or milliseconds",
    ],
    [{ max_running_time_ms: -1 }, "max_running_time_ms is negative"],
    [
      { max_running_time_ms: "25d" },
      "max_running_time_ms is over 2147483647 ms (24 d 20 h), which the platform's database refuses (error 1264)",
    ],
    [
      { reserve_on_fail_ms: "9999999999999999d" },
      "reserve_on_fail_ms is far too long for a duration",
    ],
    [
      { reserve_on_fail_ms: 0 },
      'reserve_on_fail_ms is 0, which the platform refuses ("retention time must be positive"); leave it out to hold nothing',
    ],
    [
      { auto_fault_tolerance: true },
      "fault_tolerance_max_retry is needed when auto_fault_tolerance is true: 1 to 10 restarts",
    ],
    [
      { logic_compute_group_id: "lcg-11111111" },
      "logic_compute_group_id is cut off: 12 of 40 characters; copy the whole id, it is in any job's detail",
    ],
    [{ envs: "A=1" }, "envs is text, wanted a mapping of names to values"],
    [
      { envs: { "A-B": "x" } },
      "envs.A-B is not a variable name: letters, digits and _, not a digit first",
    ],
    [{ envs: { A: null } }, "envs.A is empty: give a value, or leave the key out"],
    [{ envs: { A: ["x"] } }, "envs.A is a list, wanted text"],
    [
      { envs: [{ name: "A", value: 1 }] },
      "envs.0.value is a number, wanted text: put it in quotes",
    ],
  ])("explains %j", (change, message) => {
    expect(problemsOf({ ...minimalSpec, ...change })).toEqual([message]);
  });

  it("names the wanted value of a choice and the nearest one", () => {
    const change = { framework_config: [{ ...node, image_type: "source_oficial" }] };
    expect(problemsOf({ ...minimalSpec, ...change })).toEqual([
      'framework_config.0.image_type is "source_oficial", wanted one of SOURCE_OFFICIAL, SOURCE_PUBLIC, SOURCE_PRIVATE; did you mean SOURCE_OFFICIAL?',
    ]);
  });

  it.each([
    [{ task_prioriti: 4 }, "task_prioriti unknown key; did you mean task_priority?"],
    [{ priority: 4 }, "priority unknown key; did you mean task_priority?"],
    [{ maxRunningTimeMs: 4 }, "maxRunningTimeMs unknown key; did you mean max_running_time_ms?"],
    [{ image: "x" }, "image unknown key here; did you mean framework_config[0].image?"],
    [{ nodes: 2 }, "nodes unknown key here; did you mean framework_config[0].instance_count?"],
    [{ colour: "red" }, "colour unknown key"],
    [{ ["x".repeat(100_000)]: 1 }, `${"x".repeat(100_000)} unknown key`],
    [{ "<<": {} }, "<< merge keys (<<) are not read; write the fields out"],
  ])("finds the key that was meant", (change, message) => {
    expect(problemsOf({ ...minimalSpec, ...change })).toEqual([message]);
  });

  it("finds the key that was meant inside a list's entry", () => {
    const entry = { ...node, quota_id: "x", task_priority: 3 };
    expect(problemsOf({ ...minimalSpec, framework_config: [entry] })).toEqual([
      "framework_config.0.quota_id unknown key; did you mean spec_id?",
      "framework_config.0.task_priority unknown key here; did you mean task_priority at the top level?",
    ]);
  });

  it("counts a mistyped name of a required field as one problem", () => {
    const { name, ...rest } = minimalSpec;
    expect(problemsOf({ nmae: name, ...rest })).toEqual(["nmae unknown key; did you mean name?"]);
  });

  it("reports all problems in the order of the value", () => {
    const value = {
      ...minimalSpec,
      name: "",
      framework_config: [{ ...node, shm_gi: -1, image: undefined }],
      extra: 1,
      envs: { "1": "x" },
    };
    expect(problemsOf(value).map((line) => line.split(" ", 1)[0])).toEqual([
      "name",
      "framework_config.0.image",
      "framework_config.0.shm_gi",
      "extra",
      "envs.1",
    ]);
  });

  it("counts what it does not list", () => {
    const extra = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`x${index}`, 1]));
    const problems = problemsOf({ ...minimalSpec, ...extra });
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe(" and 4900 more problems");
  });

  it("lets unknown keys through at every level when asked", () => {
    const value = {
      ...minimalSpec,
      description: "x",
      framework_config: [{ ...node, cpu_elastic_ratio: 2 }],
    };
    expect(problemsOf(value)).toHaveLength(2);
    expect(parseJobSpec(value, { allowUnknown: true })).toEqual(value);
  });

  it("refuses unknown fields that JSON cannot hold", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(problemsOf({ ...minimalSpec, circle, big: 1n }, { allowUnknown: true })).toEqual([
      `circle ${notJson}`,
      `big ${notJson}`,
    ]);
  });

  it("refuses what would be left out of extra or sent as something else, at its place", () => {
    const extra = {
      run: () => 1,
      big: [{ n: 10n }],
      rates: [0.1, Number.NaN, -Infinity],
      groups: { map: new Map([["a", 1]]), set: new Set([1]), mark: Symbol("a") },
      ratio: /a/,
    };
    const places = "run,big.0.n,rates.1,rates.2,groups.map,groups.set,groups.mark,ratio";
    const problems = places.split(",").map((place) => `extra.${place} ${notJson}`);
    expect(problemsOf({ ...minimalSpec, extra })).toEqual(problems);
    expect(problemsOf({ ...minimalSpec, own: { f: () => 1 } }, { allowUnknown: true })).toEqual([
      `own.f ${notJson}`,
    ]);
  });

  it("takes in extra what JSON says as it is", () => {
    class Range {
      readonly from = 1;
      readonly to = 2;
    }
    const extra = {
      at: new Date(0),
      range: new Range(),
      none: Object.create(null),
      text: new String("a"),
      empty: [{}, [], "", null],
      unset: undefined,
    };
    const { extra: taken } = parseJobSpec({ ...minimalSpec, extra });
    expect(JSON.parse(JSON.stringify(taken))).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      range: { from: 1, to: 2 },
      none: {},
      text: "a",
      empty: [{}, [], "", null],
    });
  });

  it.each(['{"__proto__":{}}', '{"envs":{"__proto__":"x"}}'])("refuses %s in each mode", (json) => {
    const value = { ...minimalSpec, ...JSON.parse(json) };
    Object.defineProperties(value, Object.getOwnPropertyDescriptors(JSON.parse(json)));
    expect(problemsOf(value)).toHaveLength(1);
    expect(problemsOf(value, { allowUnknown: true })).toHaveLength(1);
  });

  it("shows no value of a variable", () => {
    const text = problemsOf({ ...minimalSpec, envs: [{ name: "A", value: 271_828 }] }).join();
    expect(text).not.toContain("271828");
  });

  it("throws nothing but SpecError for any value", () => {
    const field = fc.constantFrom(...Object.keys(richSpec), "__proto__", "x");
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
    });
    const part = fc.dictionary(field, anything).map((change) => ({ ...richSpec, ...change }));
    fc.assert(
      fc.property(fc.oneof(anything, part), fc.boolean(), (value, allowUnknown) => {
        for (const problem of problemsOf(value, { allowUnknown })) {
          expect(problem).not.toContain("Invalid input");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("explains a value whose own code throws", () => {
    const value = Object.defineProperty({}, "name", {
      enumerable: true,
      get() {
        throw new Error("boom");
      },
    });
    expect(problemsOf(value)).toEqual([" cannot be read as a job spec: boom"]);
  });
});
