import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../errors/errors.ts";
import { findSpecWarnings } from "../warnings.ts";
import { readSpec } from "../../sweep/define/read-spec.ts";
import { readJobSpec, readDefaults } from "../read-file.ts";
import { minimalSpec, problemsIn } from "../spec.fixture.ts";

const group = minimalSpec.framework_config[0]!;
const own = `workspace_id: ${minimalSpec.workspace_id}
project_id: project-99999999-9999-4999-8999-999999999999
confirm_over: {gpus: 64, cost: 500}
log_via: dev1
envs:
  NCCL_DEBUG: INFO
  VERSION: 1.10
profiles:
  h100x2:
    task_priority: 1
`;
const project = `# the team's
project_id: ${minimalSpec.project_id}
framework: pytorch
confirm_over: 32
profiles:
  h100:
    task_priority: 4
    logic_compute_group_id: ${minimalSpec.logic_compute_group_id}
    framework_config:
      - image: ${group.image}
        image_type: SOURCE_OFFICIAL
        instance_count: 1
        shm_gi: 0
        spec_id: ${group.spec_id}
  h100x2:
    extends: h100
    framework_config:
      - instance_count: 2
    envs:
      NCCL_DEBUG: WARN
  ping: { extends: pong }
  pong: { extends: ping }
`;
const daily = { name: "job.yaml", text: "name: demo-1\ncommand: sleep 60\n" };

describe("defaults of specs", () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "qizhi-defaults-"));
    write("config/defaults.yaml", own);
    write("code/.qizhi/defaults.yaml", project);
    mkdirSync(join(home, "code/a/b"), { recursive: true });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  function write(name: string, text: string): string {
    const file = join(home, name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }
  const read = (cwd = "code") =>
    readDefaults({
      cwd: join(home, cwd),
      userFile: join(home, "config/defaults.yaml"),
      lastFolder: home,
    });
  const check = async (text: string, options: object = {}) =>
    readJobSpec({ name: "job.yaml", text }, { defaults: await read(), ...options });

  it("makes a whole spec of a name and a command, and knows where each value comes from", async () => {
    const { spec, origins } = await readJobSpec(daily, {
      defaults: await read(),
      profile: "h100x2",
      set: ["task_priority=5"],
    });
    expect(spec).toEqual({
      ...minimalSpec,
      task_priority: 5,
      envs: [
        { name: "NCCL_DEBUG", value: "WARN" },
        { name: "VERSION", value: "1.10" },
      ],
      framework_config: [{ ...group, instance_count: 2 }],
    });
    const from = (origins?.() ?? []).map(({ path, at, override }) => {
      return `${path.join(".")} ${override ?? `${at?.file ?? "job.yaml"}:${at?.line}:${at?.column}`}`;
    });
    expect(from).toEqual([
      "name job.yaml:1:7",
      "command job.yaml:2:10",
      "framework_config.0.instance_count .qizhi/defaults.yaml:18:25",
      "framework_config.0.image .qizhi/defaults.yaml:10:16",
      "framework_config.0.image_type .qizhi/defaults.yaml:11:21",
      "framework_config.0.shm_gi .qizhi/defaults.yaml:13:17",
      "framework_config.0.spec_id .qizhi/defaults.yaml:14:18",
      "envs.NCCL_DEBUG .qizhi/defaults.yaml:20:19",
      "envs.VERSION ../config/defaults.yaml:7:12",
      "task_priority --set task_priority=5",
      `logic_compute_group_id .qizhi/defaults.yaml:8:29`,
      "project_id .qizhi/defaults.yaml:2:13",
      "framework .qizhi/defaults.yaml:3:12",
      "workspace_id ../config/defaults.yaml:1:15",
    ]);
  });

  it.each(["", "# nothing yet\n", "---\n"])("lie below a file without a word: %j", async (text) => {
    const command = { name: "demo-1", command: ["sleep", "60"] };
    const { spec } = await check(text, { profile: "h100", ...command });
    expect(spec).toMatchObject({ name: "demo-1", project_id: minimalSpec.project_id });
    expect(await problemsIn(check(text, { profile: "nope" }))).toEqual([
      expect.stringContaining('there is no profile "nope"'),
    ]);
    expect(await problemsIn(readJobSpec({ name: "job.yaml", text }))).toEqual([
      expect.stringContaining("empty"),
    ]);
  });

  it("do not stand in for variables that are none", async () => {
    write("list/.qizhi/defaults.yaml", "envs: [{name: A, value: b}]\n");
    const defaults = await read("list");
    const text = `${daily.text}envs: 5\n`;
    expect(await problemsIn(readJobSpec({ name: "job.yaml", text }, { defaults }))).toContainEqual(
      expect.stringContaining("job.yaml:3:7 envs is a number"),
    );
  });

  it("takes the profile of the spec's extends, and --profile in its place", async () => {
    const text = `${daily.text}extends: h100\n`;
    expect((await check(text)).spec.framework_config[0]?.instance_count).toBe(1);
    const { spec } = await check(text, { profile: "h100x2" });
    expect(spec.framework_config[0]?.instance_count).toBe(2);
    const list = `${text}envs: [{name: VERSION, value: "2"}, {name: A, value: b}]\n`;
    expect((await check(list)).spec.envs).toEqual([
      { name: "VERSION", value: "2" },
      { name: "A", value: "b" },
      { name: "NCCL_DEBUG", value: "INFO" },
    ]);
    const sweep = await readSpec(
      { name: "job.yaml", text: `${text}matrix: {n: [1, 2]}\nenvs: {N: "{{ matrix.n }}"}\n` },
      { defaults: await read() },
    );
    if (sweep.kind !== "sweep") throw new Error("not a sweep");
    const { plan } = await sweep.check();
    expect(plan.runs.map(({ spec: { project_id: id } }) => id)).toEqual(
      Array.from({ length: 2 }, () => minimalSpec.project_id),
    );
  });

  it("finds the project's file upwards, not above the last folder, and reads the settings", async () => {
    const names = async (cwd: string) => (await read(cwd)).files.map(({ source }) => source.name);
    const far = join(home, "config/defaults.yaml");
    expect(await names("code/a/b")).toEqual([far, "../../.qizhi/defaults.yaml"]);
    expect(await names("config")).toEqual(["defaults.yaml"]);
    expect((await read()).settings).toEqual({ confirmOver: { gpus: 32 }, logVia: "dev1" });
    expect((await read("config")).settings.confirmOver).toEqual({ gpus: 64, cost: 500 });
    const inside = { cwd: join(home, "code/a"), lastFolder: join(home, "code/a") };
    expect((await readDefaults(inside)).files).toEqual([]);
  });

  it("reports problems of a default at its place", async () => {
    write("wrong/.qizhi/defaults.yaml", `${project}task_priority: 99\nframwork: jax\n`);
    const defaults = await read("wrong");
    const options = { profile: "h100", defaults };
    expect(await problemsIn(readJobSpec(daily, options))).toEqual([
      ".qizhi/defaults.yaml:24:1 framwork unknown key; did you mean framework?",
    ]);
    const text = `${daily.text}extends: ping\n`;
    expect(await problemsIn(check(text))).toEqual([
      ".qizhi/defaults.yaml:22:20 extends itself: ping → pong → ping; take one extends out",
    ]);
    expect(await problemsIn(check(`${daily.text}extends: h100x3\n`))).toEqual([
      'job.yaml:3:10 there is no profile "h100x3"; did you mean h100x2? (profiles: h100x2, h100, ping, pong)',
    ]);
    expect(await problemsIn(check(daily.text, { profile: "zzz" }))).toEqual([
      'job.yaml there is no profile "zzz" (profiles: h100x2, h100, ping, pong) (--profile zzz)',
    ]);
    expect(await problemsIn(readJobSpec(daily, { profile: "x" }))).toEqual([
      expect.stringContaining('there is no profile "x": no file of defaults has profiles'),
    ]);
    expect(await problemsIn(check(`${daily.text}extends: {toString: a}\n`))).toEqual([
      "job.yaml:3:10 is a mapping, wanted text",
    ]);
    expect(await problemsIn(check(`${daily.text}extends: [h100]\n`))).toEqual([
      "job.yaml:3:10 is a list, wanted text",
    ]);
    write("broken/.qizhi/defaults.yaml", "a: b: c\n");
    expect(await problemsIn(read("broken"))).toEqual([
      expect.stringContaining(".qizhi/defaults.yaml:1:"),
    ]);
    write("over/.qizhi/defaults.yaml", "name: x\nconfirm_over: many\n");
    expect(await problemsIn(read("over"))).toEqual([
      expect.stringContaining(".qizhi/defaults.yaml:2:15 confirm_over is not a number of GPUs"),
    ]);
  });

  it("refuses a file that is not UTF-8", async () => {
    const gbk = Buffer.from([0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0xbf, 0xce]);
    writeFileSync(write("gbk/.qizhi/defaults.yaml", ""), gbk);
    const places = { cwd: join(home, "gbk"), lastFolder: home };
    for (const isTrusted of [false, true]) {
      expect(await problemsIn(readDefaults({ ...places, isTrusted }))).toEqual([
        expect.stringContaining("defaults.yaml is not UTF-8"),
      ]);
    }
  });

  it("warns of a default at its place", async () => {
    write("warn/.qizhi/defaults.yaml", `${project}command: |\n  set -e\n  source x.sh\n`);
    const defaults = await read("warn");
    const text = { name: "job.yaml", text: "name: demo\nextends: h100\n" };
    const warnings = findSpecWarnings(await readJobSpec(text, { defaults }), { isCi: false });
    expect(warnings).toMatchObject([
      { rule: "bash-syntax", file: ".qizhi/defaults.yaml", line: 25, column: 3 },
    ]);
  });

  it.skipIf(process.platform === "win32")("refuses a file that others can write to", async () => {
    const file = write("open/.qizhi/defaults.yaml", project);
    chmodSync(file, 0o666);
    await expect(read("open")).rejects.toThrow(InputError);
    await expect(read("open")).rejects.toThrow(/Other users can write to .*defaults\.yaml/);
    const trusted = { cwd: join(home, "open"), lastFolder: home, isTrusted: true };
    expect((await readDefaults(trusted)).files).toHaveLength(1);
  });
});
