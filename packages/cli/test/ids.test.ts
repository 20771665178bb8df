import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Place } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import { answerQuestions, openTerminal } from "./terminal.ts";
import { toSpec } from "./write-spec.ts";

const jobId = "job-55555555-5555-4555-8555-555555555555";
const spec = toSpec();
const [group] = spec.framework_config;
const otherGroup = "lcg-77777777-7777-4777-8777-777777777777";
const answer = {
  workspace_id: spec.workspace_id,
  project_id: spec.project_id,
  project_name: "演示",
  project_en_name: "demo",
  logic_compute_group_id: spec.logic_compute_group_id,
  logic_compute_group_name: "训练区-H100",
  framework_config: [
    {
      gpu_count: 8,
      instance_spec_price_info: {
        quota_id: group?.spec_id,
        gpu_count: 8,
        cpu_count: 160,
        memory_size_gib: 1800,
        gpu_info: { gpu_type: "NVIDIA_H100_SXM_80G" },
        total_price_per_hour: 8,
      },
    },
  ],
};
const named = `name: named
framework: pytorch
command: sleep 0
workspace_id: ${spec.workspace_id}
task_priority: 4
project: demo
group: 训练区-H100
node: 8xH100
framework_config:
  - image: ${String(group?.image)}
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 0
`;

describe("names for ids", () => {
  let platform: LocalPlatform;
  let place: Place;
  beforeAll(async () => {
    const jobs = [{ jobId, name: "from-the-web", status: "job_succeeded", answer }];
    platform = await startLocalPlatform({ jobs, commands: "skip", stages: 5 });
    place = await createPlace(platform);
    await writeFile(join(place.dir, "job.yaml"), named);
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    await platform.dispose();
  });
  const run = (...args: string[]) => place.run(args);

  test("are learned from a job that is looked at, listed by kind, and stand in a spec", async () => {
    expect((await run("ids")).stderr).toContain("No id was seen yet.");
    const unknown = await run("submit", "job.yaml");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain('job.yaml:6:10 project no project "demo" was seen');
    expect((await run("clone", jobId)).code).toBe(0);
    const { stdout } = await run("ids");
    expect(stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["kind", "name", "id", "facts"],
      ["project", "演示", spec.project_id, "demo"],
      ["group", "训练区-H100", spec.logic_compute_group_id],
      [
        "node",
        "8xH100",
        group?.spec_id,
        "8 × NVIDIA_H100_SXM_80G, 160 CPUs, 1800 GiB, 8 an hour, seen in 训练区-H100",
      ],
      [""],
    ]);
    const dry = await run("submit", "job.yaml", "--dry-run");
    expect(JSON.parse(dry.stdout)).toEqual({ ...spec, name: "named" });
    expect((await run("submit", "job.yaml")).code).toBe(0);
    expect((await run("validate", "job.yaml", "--lang", "zh")).code).toBe(0);
  });

  test("that are wrong are refused with what is known, and a node of another group is warned of", async () => {
    await writeFile(join(place.dir, "wrong.yaml"), named.replace("8xH100", "4xH100"));
    const wrong = await run("validate", "wrong.yaml", "--lang", "zh");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("没有见过节点规格“4xH100”；是不是想写 8xH100？（已知：8xH100）");
    const elsewhere = await run("validate", "job.yaml", "--set", `group=${otherGroup}`);
    expect(elsewhere.stderr).toContain(
      "job.yaml:8:7 framework_config[0].spec_id 8xH100 was seen in other groups and never in this one",
    );
  });

  test("are given by a person, shared by a file in the repository, and forgotten", async () => {
    const added = await run("ids", "add", otherGroup, "night");
    expect(added.stderr).toContain(`${otherGroup} is "night" from now on.`);
    expect((await run("ids", "add", "lcg-7", "x")).stderr).toContain("lcg-7 is not a whole id");
    expect((await run("ids", "ad")).stderr).toContain('Unknown action "ad"; use list, add,');
    const exported = await run("ids", "export", "code/.qizhi/ids.json");
    expect(exported.stderr).toContain("Wrote 4 ids to code/.qizhi/ids.json.");
    expect((await run("ids", "forget", "night")).stderr).toContain("Forgot one entry.");
    expect((await run("ids", "forget", "night")).stderr).toContain("night is not known.");
    await using colleague = await createPlace(platform);
    await mkdir(join(colleague.dir, ".qizhi"), { recursive: true });
    const shared = await readFile(join(place.dir, "code/.qizhi/ids.json"));
    await writeFile(join(colleague.dir, ".qizhi/ids.json"), shared);
    await writeFile(join(colleague.dir, "job.yaml"), named.replace("训练区-H100", "night"));
    const dry = await colleague.run(["submit", "job.yaml", "--dry-run"]);
    expect(JSON.parse(dry.stdout)).toMatchObject({ logic_compute_group_id: otherGroup });
    expect((await colleague.run(["ids", "import", ".qizhi/ids.json"])).code).toBe(0);
    await rm(join(colleague.dir, ".qizhi/ids.json"));
    const { stdout } = await colleague.run(["ids", "--json"]);
    const names = JSON.parse(stdout).map(({ name }: { name: string }) => name);
    expect(names.toSorted()).toEqual(["8xH100", "night", "演示", "训练区-H100"]);
  });

  test("are imported from stdin too, and what cannot be read says why", async () => {
    await using other = await createPlace(platform);
    const { stdout } = await run("ids", "export");
    const piped = await other.run(["ids", "import", "-"], { stdin: stdout });
    expect([piped.code, piped.stderr]).toEqual([0, "Took in 3 ids.\n"]);
    await writeFile(join(place.dir, "huge.json"), "");
    await truncate(join(place.dir, "huge.json"), 1e12);
    const wrong = "is not a file that qizhi ids export wrote.";
    for (const [file, why] of [
      ["none.json", "cannot be read: there is no such file"],
      [".", "cannot be read: it is a folder"],
      ["job.yaml", wrong],
      ["huge.json", wrong],
      ["/dev/zero", wrong],
    ] as const) {
      const { code, stderr } = await run("ids", "import", file);
      expect([code, stderr]).toEqual([2, `error: ${file} ${why}\n`]);
    }
    const zh = await run("ids", "import", "none.json", "--lang", "zh");
    expect(zh.stderr).toContain("none.json 无法读取：没有这个文件");
  });

  test("are printed by export as JSON that moves no terminal and commands no runner", async () => {
    await using other = await createPlace(platform);
    const name = "##[error]\u202ea";
    await other.run(["ids", "add", otherGroup, name]);
    const { stdout } = await other.run(["ids", "export"]);
    expect(stdout).not.toMatch(/\u202e|##\[/);
    const { platforms } = JSON.parse(stdout);
    expect(Object.values(platforms)).toMatchObject([[{ id: otherGroup, given: name }]]);
  });

  test("are kept from a command line with words that would do nothing", async () => {
    const spare = [
      ["list", "demo"],
      ["export", "a.json", "b.json"],
      ["import", "a.json", "b.json"],
    ];
    for (const args of spare) {
      const { code, stderr } = await run("ids", ...args);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(`does not take "${args.at(-1)}"`),
      ]);
    }
  });

  test("are offered by init with GPUs and prices", async () => {
    await using terminal = openTerminal(place, ["init", "next.yaml"], { columns: 120 });
    await answerQuestions(terminal, [
      ["name", ""],
      ["command", ""],
      ["image", ""],
      ["image_type", ""],
      ["instance_count", ""],
      ["shm_gi", ""],
      ["workspace_id", ""],
    ]);
    await terminal.waitFor("◆  project_id");
    expect(terminal.screen()).toContain("演示 project-222222…");
    terminal.send("\r");
    await answerQuestions(terminal, [["logic_compute_group_id", ""]]);
    await terminal.waitFor("◆  spec_id");
    expect(terminal.screen()).toContain("8xH100 44444444-4444-…");
    expect(terminal.screen()).toContain("8 × NVIDIA_H100_SXM_80G, 160 CPUs, 1800 GiB, 8 an hour");
    terminal.send("\r");
    await answerQuestions(terminal, [
      ["task_priority", ""],
      ["max_running_time_ms", ""],
    ]);
    expect(await terminal.ended).toBe(0);
    expect(await readFile(join(place.dir, "next.yaml"), "utf8")).toContain(String(group?.spec_id));
  });

  test("warn of a group for which the platform refused a job, until it takes one", async () => {
    const reply = { code: 100002, message: "logic compute group not found", data: null };
    platform.setFaults([
      { operation: "create", fault: { kind: "reply", status: 200, body: JSON.stringify(reply) } },
    ]);
    expect((await run("submit", "job.yaml", "--name", "refused")).code).not.toBe(0);
    platform.setFaults([]);
    const warned = await run("validate", "job.yaml");
    expect(warned.stderr).toContain(
      "job.yaml:7:8 logic_compute_group_id is a group for which the platform refused a job on",
    );
    expect((await run("submit", "job.yaml", "--name", "taken")).code).toBe(0);
    expect((await run("validate", "job.yaml")).stderr).toBe("");
  });
});
