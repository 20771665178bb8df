import { readJobSpec } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";
import { answerQuestions, openTerminal } from "./terminal.ts";

const uuid = (digit: number) => {
  const d = String(digit);
  return `${d.repeat(8)}-${d.repeat(4)}-4${d.repeat(3)}-8${d.repeat(3)}-${d.repeat(12)}`;
};
const image = "docker.sii.shaipower.online/inspire-studio/base:v1";
const ids = {
  workspace_id: `ws-${uuid(3)}`,
  project_id: `project-${uuid(2)}`,
  logic_compute_group_id: `lcg-${uuid(1)}`,
};
const group = {
  image,
  image_type: "SOURCE_PUBLIC",
  instance_count: 2,
  shm_gi: 64,
  spec_id: uuid(4),
};
const earlier = {
  name: "earlier",
  framework: "pytorch",
  command: "python old.py",
  ...ids,
  task_priority: 5,
  max_running_time_ms: "7200000",
  framework_config: [group],
};

describe("init", () => {
  test("asks a newcomer for each field, and refuses a wrong answer at once", async () => {
    await using place = await createPlace();
    await using terminal = openTerminal(place, ["init"]);
    await terminal.waitFor("qizhi clone <job-id> job.yaml");
    await answerQuestions(terminal, [
      ["name", "demo"],
      ["command", "python train.py"],
      ["image", image],
      ["image_type", "\u001b[B"],
    ]);
    await terminal.waitFor("◆  instance_count");
    terminal.send("\u007fx\r");
    await terminal.waitFor("wanted a whole number");
    terminal.send("\u007f2\r");
    await answerQuestions(terminal, [
      ["shm_gi", "64"],
      ["workspace_id", ids.workspace_id],
      ["project_id", ids.project_id],
      ["logic_compute_group_id", ids.logic_compute_group_id],
      ["spec_id", uuid(4)],
      ["task_priority", ""],
    ]);
    await terminal.waitFor("◆  max_running_time_ms");
    terminal.send("\u007f\u007f720\r");
    await terminal.waitFor("Write a number with a unit");
    terminal.send("\u007f\u007f\u007f1d\r");
    expect(await terminal.ended).toBe(0);
    const text = await readFile(join(place.dir, "job.yaml"), "utf8");
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      # yaml-language-server: $schema=.qizhi/job-spec.schema.json
      # A job spec. Check it with qizhi validate, send it with qizhi submit.
      name: demo
      framework: pytorch
      command: python train.py # run by sh, once on each node
      workspace_id: ws-33333333-3333-4333-8333-333333333333 # ws-…, in the web console's address as spaceId
      project_id: project-22222222-2222-4222-8222-222222222222 # project-…, in any job's detail
      logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111 # lcg-…, in any job's detail
      task_priority: 4 # 1 to 10, larger is more urgent; 1 to 3 can be pre-empted
      max_running_time_ms: 1d # the platform ends the job after this long, such as 2h or 1d
      framework_config:
        - image: docker.sii.shaipower.online/inspire-studio/base:v1 # whole image address, host/namespace/name:tag
          image_type: SOURCE_PUBLIC # where the image comes from
          instance_count: 2 # number of nodes
          shm_gi: 64 # GiB of shared memory per node
          spec_id: 44444444-4444-4444-8444-444444444444 # what one node has: quota_id in any job's detail
      # Variables for the command; no place for secrets:
      # envs:
      #   NAME: value
      "
    `);
    expect((await place.run(["validate", "job.yaml", "--strict"])).code).toBe(0);
  });

  test("offers what was sent before, in Chinese too", async () => {
    await using platform = await startLocalPlatform({ commands: "skip", stages: 5 });
    await using place = await createPlace(platform);
    await writeFile(join(place.dir, "job.json"), JSON.stringify(earlier));
    expect((await place.run(["submit", "job.json"])).code).toBe(0);
    await using terminal = openTerminal(place, ["init", "next.yaml", "--lang", "zh"]);
    const down = "\u001b[B";
    await answerQuestions(terminal, [
      ["name", "-2"],
      ["command", " --lr 1"],
      ["image", ""],
      ["image_type", ""],
      ["instance_count", ""],
      ["shm_gi", ""],
      ["workspace_id", ""],
      ["project_id", ""],
      ["logic_compute_group_id", ""],
    ]);
    await terminal.waitFor("◆  spec_id");
    expect(terminal.screen()).toContain("另填一个…");
    terminal.send(`${down}\r`);
    await terminal.waitFor(/◇ {2}spec_id[\s\S]*◆ {2}spec_id/);
    terminal.send(`${uuid(9)}\r`);
    await answerQuestions(terminal, [
      ["task_priority", ""],
      ["max_running_time_ms", ""],
    ]);
    expect(await terminal.ended).toBe(0);
    const text = await readFile(join(place.dir, "next.yaml"), "utf8");
    expect((await readJobSpec({ name: "-", text })).spec).toEqual({
      ...earlier,
      name: "earlier-2",
      command: "python old.py --lr 1",
      framework_config: [{ ...group, spec_id: uuid(9) }],
    });
    expect(text).toContain("# 由 sh 运行，每个节点一次");
    // The same without a question.
    const { code } = await place.run(["init", "again.yaml", "--yes", "--set", "name=again"]);
    expect(code).toBe(0);
    const again = await readFile(join(place.dir, "again.yaml"), "utf8");
    expect((await readJobSpec({ name: "-", text: again })).spec).toEqual({
      ...earlier,
      name: "again",
    });
  });

  test("does not draw an earlier command that could move the terminal", async () => {
    await using platform = await startLocalPlatform({ commands: "skip", stages: 5 });
    await using place = await createPlace(platform);
    const spec = { ...earlier, command: "a\u001b]0;x\u0007" };
    await writeFile(join(place.dir, "job.json"), JSON.stringify(spec));
    expect((await place.run(["submit", "job.json"])).code).toBe(0);
    await using terminal = openTerminal(place, ["init", "next.yaml"]);
    await answerQuestions(terminal, [
      ["name", ""],
      ["command", "true"],
    ]);
    await terminal.waitFor("◆  image");
    expect(terminal.raw()).not.toContain("\u001b]0;x");
    terminal.send("\u0003");
    expect(await terminal.ended).toBe(130);
  });

  test("asks nothing when all is given, and says what is missing where it cannot ask", async () => {
    await using place = await createPlace();
    const given = Object.entries({ command: "true", ...ids }).map(
      ([key, value]) => `${key}=${value}`,
    );
    const groupSet = Object.entries(group).map(
      ([key, value]) => `framework_config[0].${key}=${value}`,
    );
    const set = [...given, ...groupSet].flatMap((each) => ["--set", each]);
    const run = (...more: string[]) =>
      place.run(["init", "a/b.yaml", "--name", "x", ...set, ...more]);
    const gap = await run();
    expect(gap).toMatchObject({ code: 2, stdout: "" });
    expect(gap.stderr).toContain("Not known, and there is no terminal to ask in: task_priority.");
    expect(existsSync(join(place.dir, "a"))).toBe(false);
    expect(await run("--set", "task_priority=99")).toMatchObject({ code: 2 });
    expect(await run("--set", "task_priorty=9")).toMatchObject({ code: 2 });
    expect(existsSync(join(place.dir, "a"))).toBe(false);
    const done = await run("--set", "task_priority=4", "--env", "A=1");
    expect(done).toMatchObject({ code: 0, stdout: "a/b.yaml\n" });
    expect((await run("--yes")).stderr).toContain("a/b.yaml already exists.");
    expect((await run("--yes", "--force")).code).toBe(0);
  });

  test("takes a name in place of an id, and asks for neither", async () => {
    await using place = await createPlace();
    await place.run(["ids", "add", ids.logic_compute_group_id, "H100"]);
    const { logic_compute_group_id: _id, framework_config, ...others } = earlier;
    const given = { ...others, group: "H100", framework_config: JSON.stringify(framework_config) };
    const set = Object.entries(given).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    expect(await place.run(["init", "job.yaml", ...set])).toMatchObject({ code: 0 });
    expect(await readFile(join(place.dir, "job.yaml"), "utf8")).toMatch(/^group: H100$/m);
  });

  test.skipIf(process.platform === "win32")(
    "writes a file for its owner alone where a variable looks like a secret",
    async () => {
      await using place = await createPlace();
      const set = Object.entries({ ...earlier, framework_config: JSON.stringify([group]) }).flatMap(
        ([key, value]) => ["--set", `${key}=${String(value)}`],
      );
      const modeOf = async (file: string, ...more: string[]) => {
        const { code, stderr } = await place.run(["init", file, ...set, ...more]);
        const mode = (await stat(join(place.dir, file))).mode & 0o777;
        return [code, mode & 0o077, stderr.includes("only you can read it")];
      };
      const secret = ["--env", "HF_TOKEN=hf_abcdefghijklmnopqrstuvwx"];
      const [, others] = await modeOf("open.yaml");
      expect(others).not.toBe(0);
      expect(await modeOf("open.yaml", "--force", ...secret)).toEqual([0, 0, true]);
      expect(await modeOf("new.json", ...secret)).toEqual([0, 0, true]);
    },
  );

  test("writes JSON into a .json file, which is the same spec", async () => {
    await using place = await createPlace();
    const fields = { command: "true", ...ids, task_priority: 4 };
    const set = [
      ...Object.entries(fields).map(([key, value]) => `${key}=${value}`),
      ...Object.entries(group).map(([key, value]) => `framework_config[0].${key}=${value}`),
    ].flatMap((each) => ["--set", each]);
    for (const file of ["job.json", "job.yaml"]) {
      const done = await place.run(["init", file, "--name", "x", ...set, "--env", "A=1"]);
      expect(done).toMatchObject({ code: 0, stdout: `${file}\n` });
      expect(await place.run(["validate", file])).toMatchObject({ code: 0 });
    }
    const json = await readFile(join(place.dir, "job.json"), "utf8");
    expect(JSON.parse(json)).toMatchObject({ name: "x", ...fields, framework_config: [group] });
    const yaml = await readFile(join(place.dir, "job.yaml"), "utf8");
    const specOf = async (text: string) => (await readJobSpec({ name: "-", text })).spec;
    expect(await specOf(json)).toEqual(await specOf(yaml));
  });

  test("writes nothing when it is left, and asks before it replaces", async () => {
    await using place = await createPlace();
    await using first = openTerminal(place, ["init"]);
    await first.waitFor("◆  name");
    first.send("\u0003");
    expect(await first.ended).toBe(130);
    expect(existsSync(join(place.dir, "job.yaml"))).toBe(false);
    await writeFile(join(place.dir, "job.yaml"), "mine");
    await using second = openTerminal(place, ["init"]);
    await second.waitFor("Replace job.yaml?");
    second.send("\r");
    expect(await second.ended).toBe(0);
    expect(second.screen()).toContain("Nothing was written.");
    expect(await readFile(join(place.dir, "job.yaml"), "utf8")).toBe("mine");
  });
});
