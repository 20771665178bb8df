import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
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

  it("names the file of defaults in each problem of it, when it cannot be read", async () => {
    const defaults = join(place.dir, "code/.qizhi/defaults.yaml");
    for (const [text, at] of [
      ["profiles:\n  a: 1\n  a: 2\n", { rule: "given_twice", line: 3, column: 3 }],
      ["#".repeat(1_100_000), { rule: "file_too_large" }],
    ] as const) {
      await writeFile(defaults, text);
      const { files } = JSON.parse((await run("validate", "job.yaml", "--json")).stdout);
      expect(files).toMatchObject([
        { file: "job.yaml", problems: [{ file: ".qizhi/defaults.yaml", ...at }] },
      ]);
    }
    await writeDefaults({ framework: "pytorch", profiles });
  });

  it("builds on a profile that clone and init write into the project's file", async () => {
    const cwd = join(place.dir, "team");
    await mkdir(join(cwd, ".qizhi"), { recursive: true });
    const file = join(cwd, ".qizhi/defaults.yaml");
    await writeFile(file, "# ours\nframework: pytorch # always\n", { mode: 0o644 });
    const inTeam = (...args: string[]) => place.run(args, { cwd });
    const env = ["--env", "A=1", "--env", "HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz0123456789"];
    await writeFile(join(cwd, "whole.json"), JSON.stringify(toSpec()));
    expect((await inTeam("submit", "whole.json", ...env)).code).toBe(0);
    const cloned = await inTeam("clone", "@last", "--profile", "h100");
    expect(cloned).toMatchObject({ code: 0, stdout: "" });
    expect(cloned.stderr).toContain('Wrote the profile "h100" to .qizhi/defaults.yaml.');
    expect(cloned.stderr).toContain("One variable looks like a secret and is left out");
    const text = await readFile(file, "utf8");
    expect(text).toMatch(
      /^# ours\nframework: pytorch # always\nprofiles:\n {2}h100:\n {4}framework: /,
    );
    expect(text).not.toContain("hf_");
    const again = await inTeam("clone", "@last", "--profile", "h100");
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain('.qizhi/defaults.yaml has a profile "h100" already.');
    const told = ["--name", "next", "--set", "command=sleep 0"];
    const made = await inTeam("init", "next.yaml", "--yes", "--profile", "h100", ...told);
    expect(made).toMatchObject({ code: 0 });
    const short = (await readFile(join(cwd, "next.yaml"), "utf8")).replaceAll(/ *#.*\n?/g, "\n");
    expect(short.trim()).toBe(
      "name: next\ncommand: sleep 0\nmax_running_time_ms: 1d\nextends: h100",
    );
    const fresh = await inTeam("init", "new.yaml", "--yes", "--profile", "new", ...told);
    expect(fresh).toMatchObject({ code: 0 });
    const dry = await inTeam("submit", "new.yaml", "--dry-run");
    expect(JSON.parse(dry.stdout)).toMatchObject({ ...ids, name: "next", framework: "pytorch" });
  });

  it("has a profile in the project's file, whatever the user's own file has under its name", async () => {
    await using own = await createPlace(platform);
    await mkdir(own.configDir, { mode: 0o700 });
    const mine = JSON.stringify({ profiles: { mine: {} } });
    await writeFile(join(own.configDir, "defaults.yaml"), mine, { mode: 0o600 });
    await mkdir(join(own.dir, ".qizhi"));
    await writeFile(join(own.dir, ".qizhi/defaults.yaml"), "framework: pytorch\n", { mode: 0o644 });
    await writeFile(join(own.dir, "whole.json"), JSON.stringify(toSpec()));
    expect((await own.run(["submit", "whole.json"])).code).toBe(0);
    const cloned = await own.run(["clone", "@last", "--profile", "mine"]);
    expect(cloned.stderr).toContain('Wrote the profile "mine" to .qizhi/defaults.yaml.');
    const again = await own.run(["clone", "@last", "--profile", "mine"]);
    expect(again.stderr).toContain('.qizhi/defaults.yaml has a profile "mine" already.');
  });

  it("keeps what looks like a secret out of the team's file, for the spec alone", async () => {
    const wire = { unknownFields: "accept" } as const;
    await using open = await startLocalPlatform({ commands: "skip", wire });
    await using team = await createPlace(open);
    const cwd = join(team.dir, "code");
    await mkdir(join(cwd, ".qizhi"), { recursive: true });
    const inTeam = (...args: string[]) => team.run(args, { cwd });
    const token = "hf_abcdefghijklmnopqrstuvwxyz0123456789";
    const sidecar = { sidecar: { api_key: "abcdefgh1234" } };
    const extra = { ...sidecar, exclude_nodes: ["qb-prod-gpu0001"] };
    const changes = { envs: [{ name: "A", value: "1" }], extra };
    await writeFile(join(cwd, "whole.json"), JSON.stringify(toSpec(changes)));
    const sent = await inTeam("submit", "whole.json", "--env", `HF_TOKEN=${token}`);
    expect(sent.code).toBe(0);
    const cloned = await inTeam("clone", "@last", "--profile", "web");
    expect(cloned.code).toBe(0);
    expect(cloned.stderr).toContain("because of what looks like a secret: extra.sidecar.");
    const defaults = join(cwd, ".qizhi/defaults.yaml");
    expect(await readFile(defaults, "utf8")).not.toMatch(/hf_|abcdefgh/);
    const told = ["--name", "next", "--set", "command=sleep 0"];
    const env = ["--env", "A=1", "--env", `HF_TOKEN=${token}`];
    const made = await inTeam("init", "n.yaml", "--yes", "--profile", "team", ...told, ...env);
    expect(made.code).toBe(0);
    expect(made.stderr).toContain("One variable looks like a secret and is left out");
    expect(made.stderr).toContain("n.yaml holds what looks like a secret");
    const shared = await readFile(defaults, "utf8");
    expect(shared).toMatch(/envs:\n {6}A: "1"\n/);
    expect(shared).toContain("exclude_nodes");
    expect(shared).not.toContain(token);
    const dry = await inTeam("submit", "n.yaml", "--dry-run", "--show-secrets");
    const envs = [
      { name: "HF_TOKEN", value: token },
      { name: "A", value: "1" },
    ];
    expect(JSON.parse(dry.stdout)).toMatchObject({ name: "next", envs });
  });

  it("is refused while others can write to the defaults", async () => {
    await chmod(join(place.dir, "code/.qizhi/defaults.yaml"), 0o666);
    const { code, stderr } = await run("validate", "job.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(/Other users can write to .*defaults\.yaml/);
  });
});
