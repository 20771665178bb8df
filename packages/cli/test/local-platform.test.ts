import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { bin, createPlace } from "./run-cli.ts";

const twoNodes = fileURLToPath(new URL("../examples/two-nodes.yaml", import.meta.url));

describe("the local platform", () => {
  test("refuses a job that is larger than it at once, and names the way on", async () => {
    await using place = await createPlace();
    const args = ["submit", twoNodes, "--local", "--set", "framework_config[0].instance_count=4"];
    const { code, stderr } = await place.run(args);
    expect(code).toBe(3);
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(
      "needs 32 GPUs, the platform has 16 in all; this job can never start. Start a larger one: qizhi serve --gpus 32",
    );
  });

  test("runs the two-node example also where a job finds no variables of the platform", async () => {
    await using place = await createPlace();
    const serve = ["serve", "--wire", "distributedVariables=absent"];
    const server = place.start(serve);
    await server.waitFor("export QIZHI_PASSWORD");
    const setting = (name: string) =>
      new RegExp(`export ${name}=(.*)`).exec(server.stdout())?.[1] ?? "";
    const names = ["QIZHI_BASE_URL", "QIZHI_USERNAME", "QIZHI_PASSWORD"];
    const env = Object.fromEntries(names.map((name) => [name, setting(name)]));
    const run = await place.run(["submit", twoNodes, "--env", "STEP_MS=1", "--wait", "--json"], {
      env,
    });
    expect(run.code, run.stderr).toBe(0);
    expect(existsSync(join(place.dir, "two-nodes-1"))).toBe(false);
    const { job_id: jobId } = JSON.parse(run.stdout);
    const page = await fetch(`${env["QIZHI_BASE_URL"]}/jobs/distributedTrainingDetail/${jobId}`);
    expect(await page.text()).toContain("over 2 nodes is 500500");
    server.process.kill("SIGINT");
    expect((await server.result).code).toBe(130);
    const wrong = await place.run(["serve", "--wire", "hostname=host"]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("one of node, pod")]);
  });

  test("shows all that a job prints, while it runs", async () => {
    await using place = await createPlace();
    const args = ["submit", twoNodes, "--local", "--set", "framework_config[0].instance_count=1"];
    const command = `echo first; until [ -e ${place.dir}/go ]; do sleep 0.1; done; seq 1 3000`;
    const cli = place.start([...args, "--set", `command=${command}`]);
    await cli.waitFor("node 0 | first\n");
    await writeFile(join(place.dir, "go"), "");
    const { code, stderr } = await cli.result;
    const lines = stderr.split("\n").filter((line) => line.includes(" | "));
    expect([code, lines.length, lines.at(-1)]).toEqual([0, 3001, "node 0 | 3000"]);
    expect(stderr.indexOf("node 0 | 3000")).toBeLessThan(
      stderr.indexOf("succeeded (job_succeeded"),
    );
  });

  test.each(["SIGINT", "SIGKILL"] as const)(
    "leaves nothing on the disk after a submit that ends by %s",
    async (signal) => {
      await using place = await createPlace();
      const folder = join(place.dir, "tmp");
      await mkdir(folder);
      const command = ["--set", "command=echo up; sleep 600"];
      const cli = place.start(["submit", twoNodes, "--local", ...command], {
        env: { TMPDIR: folder },
      });
      await cli.waitFor("node 0 | up\n");
      cli.process.kill(signal);
      await cli.result;
      await expect.poll(() => readdir(folder), { timeout: 20_000 }).toEqual([]);
    },
  );

  test("serve shows what its jobs print, while they run", async () => {
    await using place = await createPlace();
    const server = place.start(["serve"]);
    await server.waitFor("export QIZHI_PASSWORD=");
    const login = [...server.stdout().matchAll(/export (\w+)=(.*)/g)];
    const env = Object.fromEntries(login.map(([, name = "", value = ""]) => [name, value]));
    const command = `echo "hello from $RANK"; until [ -e ${place.dir}/go ]; do sleep 0.1; done`;
    const made = await place.run(["submit", twoNodes, "--set", `command=${command}`], { env });
    const name = made.stdout.trim().slice(0, 12);
    for (const rank of [0, 1]) await server.waitFor(`${name} node ${rank} | hello from ${rank}\n`);
    await writeFile(join(place.dir, "go"), "");
    const big = ["--set", "framework_config[0].instance_count=9"];
    const refused = await place.run(["submit", twoNodes, ...big, "--wait"], { env });
    expect([refused.code, refused.stderr]).toEqual([
      3,
      expect.stringContaining("this job can never start. Start a larger one: qizhi serve --gpus"),
    ]);
    server.process.kill("SIGINT");
    expect((await server.result).code).toBe(130);
  });

  test.each([[["serve"]], [["submit", twoNodes, "--local"]]])(
    "%j without a usable temporary folder ends with 2 and names TMPDIR",
    async (args) => {
      await using place = await createPlace();
      const env = { TMPDIR: join(place.dir, "none") };
      const { code, stderr } = await place.run(args, { env });
      expect(code).toBe(2);
      expect(stderr).toContain(`cannot make a folder in ${env.TMPDIR}: ENOENT`);
      expect(stderr).toMatch(/Set TMPDIR to a folder .*qizhi serve --state-dir <folder>/);
      const zh = await place.run([...args, "--lang", "zh"], { env });
      expect(zh.stderr).toContain("请把 TMPDIR 设为当前用户可写的文件夹");
    },
  );

  test("serve on a state folder that cannot be used ends with 2 and names it", async () => {
    await using place = await createPlace();
    await writeFile(join(place.dir, "file"), "");
    const file = await place.run(["serve", "--state-dir", "file"]);
    expect(file.code).toBe(2);
    expect(file.stderr).toContain(
      `The state folder ${join(place.dir, "file")} of the local platform`,
    );
    expect(file.stderr).toContain("EEXIST");
    await mkdir(join(place.dir, "open"));
    await chmod(join(place.dir, "open"), 0o777);
    const open = await place.run(["serve", "--state-dir", "open"]);
    expect(open.code).toBe(2);
    expect(open.stderr).toContain(
      `Other users can write to ${join(place.dir, "open")} (mode 0777).`,
    );
  });

  test.each([["serve"], ["submit", twoNodes, "--local"], ["submit", twoNodes]])(
    "%s %s from a folder that is gone ends with 2 and says so",
    async (...args) => {
      await using place = await createPlace();
      const script = 'cd "$0"; rmdir "$0"; exec "$@"';
      const folder = join(place.dir, "gone");
      await mkdir(folder);
      const node = process.env["QIZHI_TEST_NODE"] ?? process.execPath;
      const words = ["-c", script, folder, node, bin, ...args];
      const { env } = place;
      await expect(promisify(execFile)("sh", words, { env })).rejects.toMatchObject({
        code: 2,
        stderr:
          "error: The folder that you are in does not exist any more.\n  Change to one that does, with cd.\n",
      });
    },
  );

  test("serve on a number that is no port ends with 2 and says what one is", async () => {
    await using place = await createPlace();
    const args = ["serve", "--port", "70000"];
    const { code, stderr } = await place.run(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining("a port is 0 to 65535")]);
    const zh = await place.run([...args, "--lang", "zh"]);
    expect(zh.stderr).toContain("无法监听端口 70000：端口的范围是 0 到 65535");
  });

  test("serve reports a damaged state folder, and serves all the same", async () => {
    await using place = await createPlace();
    const folder = join(place.dir, "state-of-it");
    await mkdir(folder, { mode: 0o700 });
    for (const name of ["platform.json", "jobs.jsonl"]) await writeFile(join(folder, name), "{}\n");
    const cli = place.start(["serve", "--state-dir", folder]);
    await cli.waitFor(/export QIZHI_PASSWORD=[\w-]{16}\n/);
    cli.process.kill("SIGTERM");
    const { code, stderr } = await cli.result;
    expect(code).toBe(143);
    expect(stderr).toContain(`One line of ${join(folder, "jobs.jsonl")} cannot be read`);
    expect(stderr).toContain("It has a new password now.");
    expect(stderr).toContain(`Jobs print to ${folder}/logs/<job-id>/worker-<n>.log.`);
    expect(await readFile(join(folder, "jobs.jsonl"), "utf8")).toBe("");
  });
});
