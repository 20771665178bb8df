import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { readJobSpec } from "../read-file.ts";
import { minimalSpec, problemsOf, richSpec } from "../spec.fixture.ts";
import { parseJsonText } from "./json-text.ts";

const json = JSON.stringify(minimalSpec, null, 2);

describe("a JSON spec", () => {
  // The first of this file, as a module that is loaded already is not mocked.
  it("does not load the YAML parser for sound or unsound JSON", async () => {
    vi.doMock("yaml", () => {
      throw new Error("loaded");
    });
    try {
      expect(await problemsOf(json, "-")).toEqual([]);
      expect(await problemsOf("{,}", "job.json")).toHaveLength(1);
      await expect(problemsOf("name: x", "-")).rejects.toThrow();
    } finally {
      vi.doUnmock("yaml");
    }
  });

  it("refuses what is nested without end, at the bracket that is too deep", async () => {
    const nested = `{"a": "[[\\"[", "name": ${"[".repeat(90_000)}${"]".repeat(90_000)}}`;
    expect(await problemsOf(nested, "j.json")).toEqual(["j.json:1:523 is nested too deeply"]);
  });

  it("refuses more words and signs than a spec ever has", async () => {
    const text = `{"envs": [${"{}, ".repeat(150_000)} {}]}`;
    expect(await problemsOf(text, "j.json")).toEqual([
      "j.json:1:1 holds more than 200000 words and signs, too many for a job spec",
    ]);
  });

  it.each([
    ['{\n "a": 1,\n}', '3:1 is not JSON: wanted another entry after the comma, found "}"'],
    ["{\n 'a': 1}", '2:2 is not JSON: wanted a key in double quotes, found "\'"'],
    ['{"a" 1}', "1:6 is not JSON: wanted a colon after the key, found 1"],
    ['{"a": 1 "b": 2}', '1:9 is not JSON: wanted a comma or }, found """'],
    ["[1, 2", "1:6 is not JSON: wanted a comma or ], found the end of the file"],
    [
      '{"a": "x\n"}',
      '1:9 is not JSON: wanted a closing quote (write a line break as \\n), found "\\n"',
    ],
    [
      '{"a": "\\x"}',
      '1:8 is not JSON: wanted an escape that JSON knows, such as \\n or \\\\, found "\\"',
    ],
    ['{"a": tru}', "1:7 is not JSON: wanted a value, found t"],
    ['{"a": 01}', "1:7 is not JSON: wanted a value, found 0"],
    ["{} // x", '1:4 is not JSON: wanted the end of the file, found "/"'],
    ["", "1:1 is not JSON: wanted a value, found the end of the file"],
  ])("says where %j stops being JSON", async (text, message) => {
    expect(await problemsOf(text, "j.json")).toEqual([`j.json:${message}`]);
  });

  it("may name its schema for an editor", async () => {
    const text = json.replace("{", '{"$schema": "./job-spec.schema.json",');
    expect((await readJobSpec({ name: "j.json", text })).spec).toEqual(minimalSpec);
    const broken = json.replace("{", '{"$schema": 1,');
    expect(await problemsOf(broken, "j.json")).toEqual(["j.json:1:2 $schema unknown key"]);
  });

  it("keeps the numbers of a JSON map of variables as written", async () => {
    const text = json.replace("{", '{"envs": {"LR": 1e-3, "V": 1.10, "S": 12345678901234567890},');
    const { spec } = await readJobSpec({ name: "-", text });
    expect(spec.envs?.map(({ value }) => value)).toEqual(["1e-3", "1.10", "12345678901234567890"]);
  });

  it("gives every JSON body back, whatever its layout", async () => {
    const envs = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,5}$/), fc.string(), { maxKeys: 3 });
    const body = fc.tuple(envs, fc.string({ minLength: 1 }), fc.constantFrom(0, 2, "\t"));
    await fc.assert(
      fc.asyncProperty(body, async ([map, command, indent]) => {
        fc.pre(command.trim() !== "");
        const text = JSON.stringify({ ...richSpec, envs: map, command }, null, indent);
        const read = await Promise.all(["j.json", "-"].map((name) => readJobSpec({ name, text })));
        for (const { spec } of read) {
          expect(spec.command).toBe(command);
          expect(spec.envs).toEqual(Object.entries(map).map(([name, value]) => ({ name, value })));
        }
      }),
    );
  });

  it("finds a key given twice, and a value below keys and indexes, at its own place", () => {
    const text = '{"envs": [{"a\\"": 1.0, "b": "x"},\r [true, {}]], "name": 1, "name": "n"}';
    const { problems, locate } = parseJsonText(text);
    expect(problems).toMatchObject([{ offset: text.lastIndexOf('"name"'), rule: "given_twice" }]);
    expect(locate([])).toEqual({ key: undefined, value: 0, raw: undefined, exact: true });
    const number = { key: 11, value: 18, raw: "1.0" };
    expect(locate(["envs", 0, 'a"'])).toEqual({ ...number, exact: true });
    expect(locate(["envs", 0, 'a"', "c"])).toEqual({ ...number, raw: undefined, exact: false });
    expect(locate(["envs", 1, 0])?.value).toBe(text.indexOf("true"));
    expect(locate(["name"])).toMatchObject({ value: text.lastIndexOf('"n"'), raw: undefined });
  });
});
