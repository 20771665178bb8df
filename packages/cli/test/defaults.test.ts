import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { beforeAll, afterAll, describe, expect, it } from "vitest";
import type { LocalPlatform } from "@qizhi/core/local";
import type { Place } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import { toSpec } from "./write-spec.ts";

const { name: _name, command: _command, framework_config: groups, ...ids } = toSpec();
const profiles = { h100: { framework_config: groups }, big: { extends: "h100", task_priority: 9 } };

describe("a spec with defaults", () => {
  let platform: LocalPlatform;
  let place: Place;
  beforeAll(async () => {
    platform = await startLocalPlatform();
    place = await createPlace(platform);
    await mkdir(join(place.dir, "code/.qizhi"), { recursive: true });
    await mkdir(place.configDir, { mode: 0o700 });
    await writeDefaults({ framework: "pytorch", profiles });
    await writeFile(join(place.configDir, "defaults.yaml"), JSON.stringify(ids), { mode: 0o600 });
    await writeFile(join(place.dir, "code/job.yaml"), "name: daily\ncommand: sleep 0\n");
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    await platform.dispose();
  });

  const writeDefaults = async (value: object) =>
    writeFile(join(place.dir, "code/.qizhi/defaults.yaml"), JSON.stringify(value, undefined, 1));
  const run = (...args: string[]) => place.run(args, { cwd: join(place.dir, "code") });

  it("of two lines is submitted, and the dry run tells file and line of every other value", async () => {
    const dry = await run("submit", "job.yaml", "--profile", "big", "--dry-run");
    expect(dry.code).toBe(0);
    const spec = { ...toSpec({ name: "daily", task_priority: 9 }) };
    expect(JSON.parse(dry.stdout)).toEqual(spec);
    const from = [...dry.stderr.matchAll(/^ {2}(\S+) +(\S+):(\d+)$/gm)].map(([, path, file]) => {
      return `${path} ${file}`;
    });
    expect(from.toSorted()).toEqual(
      [
        "command job.yaml",
        "name job.yaml",
        ...["framework", "task_priority"].map((key) => `${key} .qizhi/defaults.yaml`),
        ...Object.keys(Object(groups)[0]).map(
          (key) => `framework_config[0].${key} .qizhi/defaults.yaml`,
        ),
        ...["logic_compute_group_id", "project_id", "workspace_id"].map(
          (key) => `${key} ../config/defaults.yaml`,
        ),
      ].toSorted(),
    );
    const sent = await run("submit", "job.yaml", "--profile", "big", "--json");
    expect(sent.code).toBe(0);
    expect(JSON.parse(sent.stdout)).toMatchObject({ name: "daily" });
  });

  it("is validated with where its values come from, and problems of a default stand at its line", async () => {
    const valid = await run("validate", "job.yaml", "--profile", "h100", "--json");
    const { files } = JSON.parse(valid.stdout);
    expect(files[0]).toMatchObject({
      valid: true,
      origins: expect.arrayContaining([
        { path: ["framework"], file: ".qizhi/defaults.yaml", line: 2, column: 15 },
      ]),
    });
    await writeDefaults({ framework: "PyTorch", profiles });
    const wrong = await run("validate", "job.yaml", "--profile", "h100", "--lang", "zh");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(".qizhi/defaults.yaml:2:15 framework 含有大写字母");
    expect(wrong.stderr).toContain('2 |  "framework": "PyTorch",');
    const unknown = await run("submit", "job.yaml", "--profile", "h1000");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain(
      'there is no profile "h1000"; did you mean h100? (profiles: h100, big) (--profile h1000)',
    );
  });

  it("is refused while others can write to the defaults", async () => {
    await chmod(join(place.dir, "code/.qizhi/defaults.yaml"), 0o666);
    const { code, stderr } = await run("validate", "job.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(/Other users can write to .*defaults\.yaml/);
  });
});
