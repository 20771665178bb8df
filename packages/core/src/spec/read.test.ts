import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SpecError } from "../errors/errors.ts";
import { readJobSpec } from "./read-file.ts";
import type { ReadSpecOptions } from "./prepare.ts";
import { readBeside } from "./read.ts";
import { parseSpecText, toSpecSource } from "./text/source.ts";
import { findSpecWarnings } from "./warnings.ts";
import { minimalSpec, problemsOf, yamlSpec } from "./spec.fixture.ts";

const json = JSON.stringify(minimalSpec, null, 2);

const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

describe("readJobSpec", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "qizhi-read-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, content: string | Uint8Array) {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  it("reads YAML and JSON files to the same spec, with a mark and Windows line ends too", async () => {
    const files = [
      await file("a.yaml", yamlSpec),
      await file("b.yml", `\ufeff${yamlSpec.replaceAll("\n", "\r\n")}`),
      await file("c.json", json),
      await file("d", json),
      await file("e.json", `\ufeff${json.replaceAll("\n", "\r\n").replaceAll("  ", "\t")}`),
      await file("f.yaml", json),
    ];
    for (const path of files) {
      const { spec } = await readJobSpec(path);
      expect(spec).toEqual(minimalSpec);
    }
  });

  it.each([
    ["an object", minimalSpec],
    ["nothing", undefined],
    ["a number", 5],
    ["a list", ["job.yaml"]],
  ])(
    "refuses %s, which is neither a file nor a text, and names what checks an object",
    async (_name, given) => {
      await expect(readJobSpec(given as never)).rejects.toMatchObject({
        name: "InputError",
        message: expect.stringContaining("an object goes to parseJobSpec"),
      });
    },
  );

  it("reports five mistakes at once, each at its place", async () => {
    const text = yamlSpec
      .replace("task_priority: 4", "task_priority: 99")
      .replace("framework: pytorch", "frame_work: pytorch")
      .replace("SOURCE_OFFICIAL", "OFFICIAL")
      .replace("    shm_gi: 0\n", "")
      .replace("name: demo-1", "name: 007");
    expect(await problemsOf(text)).toEqual([
      "job.yaml:2:7 name is 7, wanted text: put it in quotes",
      "job.yaml:6:1 frame_work unknown key; did you mean framework?",
      "job.yaml:8:16 task_priority is outside 1 to 10 (larger is more urgent)",
      "job.yaml:10:5 framework_config[0].shm_gi is missing: GiB of shared memory per node; 0 asks for none",
      'job.yaml:11:17 framework_config[0].image_type is "OFFICIAL", wanted one of SOURCE_OFFICIAL, SOURCE_PUBLIC, SOURCE_PRIVATE',
    ]);
  });

  it("finds the same places in JSON", async () => {
    const text = json
      .replace('"task_priority": 4', '"task_priority": "4"')
      .replace('"framework":', '"frame\\u0077ork_":')
      .replace('      "shm_gi": 0,\n', "");
    expect(await problemsOf(text, "job.json")).toEqual([
      "job.json:6:3 framework_ unknown key; did you mean framework?",
      'job.json:8:20 task_priority is the text "4", wanted a whole number: write 4 without quotes',
      "job.json:10:5 framework_config[0].shm_gi is missing: GiB of shared memory per node; 0 asks for none",
    ]);
  });

  it("finds keys that are given twice, in both forms, with the other problems", async () => {
    expect(await problemsOf(`${yamlSpec}name: x\nenvs: {A: b, A: c}\ntask_priority: 0\n`)).toEqual([
      'job.yaml:15:1 "name" is given twice',
      'job.yaml:16:14 "A" is given twice',
      'job.yaml:17:1 "task_priority" is given twice',
      "job.yaml:17:16 task_priority is outside 1 to 10 (larger is more urgent)",
    ]);
    const twice = json.replace('"name"', '"name": "x",\n "na\\u006de"');
    expect(await problemsOf(twice, "-")).toEqual(['-:3:2 "name" is given twice']);
  });

  it("finds lost variables and masked secrets beside problems of other fields", async () => {
    const text = yamlSpec.replace("task_priority: 4", "task_priority: 44");
    const list = "envs:\n  - {name: A, value: b}\n  - {name: A, value: '***'}\n  - {name: 7}\n";
    const masked = text.replace("sleep 60", "t --token ***");
    expect(await problemsOf(`${masked}${list}`)).toEqual([
      "job.yaml:7:10 command holds *** in the place of a secret; put the secret itself there",
      "job.yaml:8:16 task_priority is outside 1 to 10 (larger is more urgent)",
      'job.yaml:17:12 envs[1].name "A" is given twice',
      "job.yaml:17:22 envs[1].value holds *** in the place of a secret; put the secret itself there",
      expect.stringContaining("job.yaml:18:5 envs[2].value is missing"),
      "job.yaml:18:12 envs[2].name is a number, wanted text: put it in quotes",
    ]);
    expect(await problemsOf(`${text}envs:\n  A: '***'\n`)).toEqual([
      "job.yaml:8:16 task_priority is outside 1 to 10 (larger is more urgent)",
      "job.yaml:16:6 envs.A holds *** in the place of a secret; put the secret itself there",
    ]);
    expect(await problemsOf(`${yamlSpec}envs: {A: b}\n`, "-", { env: ["A=***"] })).toEqual([
      "- envs.A holds *** in the place of a secret; put the secret itself there (--env A)",
    ]);
  });

  it("keeps what can be warned of beside a profile or a merge that is not there", async () => {
    const warningsBeside = async (text: string, options?: ReadSpecOptions) => {
      const error: unknown = await readJobSpec({ name: "-", text }, options).catch(
        (caught: unknown) => caught,
      );
      const beside = error instanceof SpecError ? readBeside(error) : undefined;
      return beside && findSpecWarnings(beside, { isCi: true }).map(({ rule }) => rule);
    };
    const text = "name: a\ncommand: python a.py &\n";
    expect(await warningsBeside(`${text}extends: nope\n`)).toEqual(["background"]);
    expect(await warningsBeside(`${text}envs: {<<: 3, RANK: 1}\n`)).toEqual([
      "background",
      "platform-variable",
    ]);
    expect(await warningsBeside(`${text}extends: nope\n`, { command: ["sleep", "9"] })).toEqual([]);
    // The profile may say more of what lies below it.
    const below = toSpecSource(Buffer.from("task_priority: 1\n"), "defaults.yaml");
    const files = [{ source: below, parsed: await parseSpecText(below) }];
    const defaults = { files, settings: {}, ids: {} };
    expect(await warningsBeside(`${text}extends: nope\n`, { defaults })).toEqual(["background"]);
    const group =
      "framework_config:\n  - image: docker.sii.shaipower.online/inspire-studio/base:v1\n    spec_id:";
    const wrong = ["task_priority: 44", "task_priority: 0"];
    wrong.push(...["", " 12345", " [a]"].map((id) => group + id));
    for (const field of wrong) {
      expect(await warningsBeside(`${text}${field}\n`)).toEqual(["background", "no-time-limit"]);
    }
    expect(await warningsBeside(`${text}a: [\n`)).toBeUndefined();
  });

  it("puts an empty value at its key", async () => {
    expect(await problemsOf(yamlSpec.replace("demo-1", ""))).toEqual([
      "job.yaml:2:1 name is empty: the job's name",
    ]);
  });

  it("gives the place of a field, for warnings about it", async () => {
    const { locate } = await readJobSpec({ name: "-", text: yamlSpec }, { name: "x" });
    expect(locate(["command"])).toEqual({ line: 7, column: 10 });
    expect(locate(["framework_config", 0, "shm_gi"])).toEqual({ line: 13, column: 13 });
    expect(locate(["name"])).toBeUndefined();
    expect(locate(["envs"])).toBeUndefined();
  });

  it("lets unknown keys through only when asked", async () => {
    const text = `${yamlSpec}job_name: x\n`;
    expect(await problemsOf(text)).toEqual([
      "job.yaml:15:1 job_name unknown key; did you mean name?",
    ]);
    const { spec } = await readJobSpec({ name: "-", text }, { allowUnknown: true });
    expect(spec).toEqual({ ...minimalSpec, job_name: "x" });
  });

  it("gives a spec or a SpecError for any bytes", async () => {
    const word = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ": ",
      "- ",
      "\n",
      "\n  ",
      "\t",
      "&a ",
      "*a",
      "!x ",
      '"',
      "'",
      "|",
      "<<",
      "---\n",
      "%YAML 1.1\n",
      "name",
      "envs",
      "framework_config",
      "1",
      "null",
      ",",
      "#",
      "\r",
      "__proto__",
      "?",
    );
    const soup = fc
      .array(fc.oneof(word, fc.string({ unit: anyUnit, maxLength: 3 })))
      .map((words) => Buffer.from(words.join("")));
    const sound = Buffer.from(yamlSpec);
    const cut = fc
      .tuple(fc.nat(sound.length), fc.nat(sound.length), soup)
      .map(([start, length, bytes]) =>
        Buffer.concat([sound.subarray(0, start), bytes, sound.subarray(start + length)]),
      );
    const bytes = fc.oneof(soup, cut, fc.uint8Array());
    const name = fc.constantFrom("-", "a.json", "a.yaml");
    await fc.assert(
      fc.asyncProperty(bytes, name, async (content, called) => {
        try {
          await readJobSpec(toSpecSource(content, called));
        } catch (error) {
          expect(error).toBeInstanceOf(SpecError);
          if (error instanceof SpecError) expect(error.issues.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 600 },
    );
  });
});
