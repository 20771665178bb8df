import type { JobSpec } from "@qizhi/core";
import { readJobSpec } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";

const jobId = "job-55555555-5555-4555-8555-555555555555";
const spec: JobSpec = {
  name: "demo",
  framework: "pytorch",
  command: "set -e\necho 学\n",
  workspace_id: "ws-33333333-3333-4333-8333-333333333333",
  project_id: "project-22222222-2222-4222-8222-222222222222",
  logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
  task_priority: 5,
  max_running_time_ms: "7200000",
  reserve_on_fail_ms: "90500",
  auto_fault_tolerance: true,
  fault_tolerance_max_retry: 3,
  fault_tolerance_retry_interval_sec: 300,
  tb_summary_path: "/inspire/tb",
  envs: [{ name: "A", value: "1.10" }],
  framework_config: [
    {
      image: "docker.sii.shaipower.online/inspire-studio/base:v1",
      image_type: "SOURCE_OFFICIAL",
      instance_count: 2,
      shm_gi: 1800,
      spec_id: "44444444-4444-4444-8444-444444444444",
    },
  ],
};

/** A detail as recorded, of a job made in the web page. */
const madeInWebPage = {
  framework: "pytorch",
  command: "torchrun train.py",
  task_priority: 0,
  priority_name: "4",
  priority_level: "NORMAL",
  max_running_time_ms: "86400000",
  project_id: spec.project_id,
  workspace_id: spec.workspace_id,
  logic_compute_group_id: spec.logic_compute_group_id,
  envs: [],
  framework_config: [
    {
      cpu: 160,
      gpu_count: 8,
      mem_gi: 1800,
      shm_gi: 1800,
      instance_count: 2,
      image: "docker.sii.shaipower.online/inspire-studio/base:v2",
      image_type: "SOURCE_PRIVATE",
      instance_spec_price_info: {
        quota_id: "44444444-4444-4444-8444-444444444444",
        gpu_count: 8,
        cpu_count: 160,
        memory_size_gib: 1800,
        gpu_info: { gpu_type: "NVIDIA_H100_SXM_80G" },
        total_price_per_hour: 0,
      },
    },
  ],
};

async function open(answer: Record<string, unknown> = madeInWebPage) {
  const jobs = [{ jobId, name: "from-the-web", status: "job_succeeded", answer }];
  const platform = await startLocalPlatform({ jobs, commands: "skip", stages: 5 });
  const place = await createPlace(platform);
  return {
    platform,
    place,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await platform.dispose();
    },
  };
}

describe("clone", () => {
  test("turns a job of the web page into a spec that says what is not known", async () => {
    await using opened = await open();
    const { stdout, code } = await opened.place.run(["clone", jobId]);
    expect(code).toBe(0);
    const text = stdout.replaceAll(opened.platform.url, "http://host");
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      # The spec of from-the-web (job-55555555-5555-4555-8555-555555555555)
      # http://host/jobs/distributedTrainingDetail/job-55555555-5555-4555-8555-555555555555?spaceId=ws-33333333-3333-4333-8333-333333333333
      name: from-the-web
      framework: pytorch
      command: torchrun train.py
      workspace_id: ws-33333333-3333-4333-8333-333333333333
      project_id: project-22222222-2222-4222-8222-222222222222
      logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
      task_priority: 4
      max_running_time_ms: 1d
      framework_config:
        - image: docker.sii.shaipower.online/inspire-studio/base:v2
          image_type: SOURCE_PRIVATE
          instance_count: 2
          shm_gi: 1800
          spec_id: 44444444-4444-4444-8444-444444444444 # one node: 8 × NVIDIA_H100_SXM_80G, 160 CPUs, 1800 GiB
      # envs: the platform does not give variables back. If the job has some, add them:
      # envs:
      #   NAME: value
      "
    `);
    const zh = await opened.place.run(["clone", jobId, "--lang", "zh"]);
    expect(zh.stdout).toContain("# envs：平台不会返回环境变量");
    expect((await readJobSpec({ name: "-", text: zh.stdout })).spec).toEqual(
      (await readJobSpec({ name: "-", text: stdout })).spec,
    );
  });

  test("of a job submitted from here is the spec that was submitted", async () => {
    await using opened = await open();
    const { place, platform } = opened;
    await writeFile(join(place.dir, "job.json"), JSON.stringify(spec));
    expect((await place.run(["submit", "job.json"])).code).toBe(0);
    const { stdout } = await place.run(["clone", "@last"]);
    expect((await readJobSpec({ name: "-", text: stdout })).spec).toEqual(spec);
    // In the form of the platform's page, which is a spec as it stands.
    const json = await place.run(["clone", "@last", "--json"]);
    expect(JSON.parse(json.stdout)).toEqual(spec);
    expect((await readJobSpec({ name: "-", text: json.stdout })).spec).toEqual(spec);
    // Byte for byte, with another order of keys than that of the schema.
    const { code } = await place.run(["rerun", "@last"]);
    const bodies = platform.requests.filter(({ operation }) => operation === "create");
    expect(code).toBe(0);
    expect(bodies[1]!.body).toBe(bodies[0]!.body);
    await place
      .run(["rerun", "demo", "--set", "task_priority=1", "--env", "B=2"])
      .then(({ stderr }) => {
        expect(stderr).toContain('"demo" could be');
      });
    const changed = await place.run(["rerun", "@last", "--set", "task_priority=1", "--dry-run"]);
    expect(JSON.parse(changed.stdout)).toEqual({ ...spec, task_priority: 1 });
    const noLogin = { env: { QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined } };
    const dry = ["rerun", "@last", "--env", "MY_TOKEN=open-sesame", "--dry-run"];
    const hidden = await place.run(dry, noLogin);
    expect(hidden).toMatchObject({ code: 0, stdout: expect.stringContaining('"value": "***"') });
    expect(hidden.stderr).toContain("One value that looks like a secret is shown as ***");
    const whole = await place.run([...dry, "--show-secrets"], noLogin);
    expect(whole.stdout).toContain('"value": "open-sesame"');
  });

  test("of a job submitted from here keeps the fields beyond the page", async () => {
    await using opened = await open();
    const { place } = opened;
    const extra = { exclude_nodes: ["qb-prod-gpu0001"] };
    const sent = { ...spec, log_dir: "/shared/logs", extra };
    await writeFile(join(place.dir, "job.json"), JSON.stringify(sent));
    expect((await place.run(["submit", "job.json"])).code).toBe(0);
    const { stdout } = await place.run(["clone", "@last"]);
    expect((await readJobSpec({ name: "-", text: stdout })).spec).toEqual(sent);
    const json = await place.run(["clone", "@last", "--json"]);
    expect((await readJobSpec({ name: "-", text: json.stdout })).spec).toEqual(sent);
  });

  test.skipIf(process.platform === "win32")(
    "writes a file for its owner alone where any field holds what looks like a secret",
    async () => {
      const wire = { unknownFields: "accept" } as const;
      await using platform = await startLocalPlatform({ commands: "skip", wire });
      await using place = await createPlace(platform);
      const command = "export DB_PASSWORD=hunter2x9; python t.py";
      const extra = { sidecar: { api_key: "abcdefgh1234" } };
      for (const [name, changes] of Object.entries({
        open: {},
        key: { extra },
        word: { command },
      })) {
        await writeFile(join(place.dir, "job.json"), JSON.stringify({ ...spec, name, ...changes }));
        expect((await place.run(["submit", "job.json"])).code).toBe(0);
        const { code, stderr } = await place.run(["clone", "@last", `${name}.yaml`]);
        const mode = (await stat(join(place.dir, `${name}.yaml`))).mode & 0o077;
        const isPrivate = [mode === 0, stderr.includes("only you can read it")];
        expect([name, code, ...isPrivate]).toEqual([name, 0, name !== "open", name !== "open"]);
      }
    },
  );

  test("has each group of nodes that the platform tells of", async () => {
    const seeded = "job-eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee";
    const framework_config = [1, 2].map((instance_count) => ({ image: "i", instance_count }));
    const jobs = [{ jobId: seeded, status: "job_running", answer: { framework_config } }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const { stdout } = await place.run(["clone", seeded, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ framework_config });
  });

  test("in a .json file is JSON that validates", async () => {
    await using opened = await open();
    const { place } = opened;
    expect((await place.run(["clone", jobId, "again.json"])).code).toBe(0);
    const text = await readFile(join(place.dir, "again.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ $schema: ".qizhi/job-spec.schema.json" });
    const { code, stderr } = await place.run(["validate", "again.json"]);
    expect([code, stderr]).toEqual([expect.any(Number), expect.not.stringContaining("not JSON")]);
  });

  test("in a file names a schema that is there, and replaces nothing unasked", async () => {
    await using opened = await open();
    const { place } = opened;
    const first = await place.run(["clone", jobId, "jobs/again.yaml"]);
    expect(first).toMatchObject({ code: 0, stdout: "" });
    const text = await readFile(join(place.dir, "jobs/again.yaml"), "utf8");
    const [line = ""] = text.split("\n");
    expect(line).toBe("# yaml-language-server: $schema=../.qizhi/job-spec.schema.json");
    const schema = await readFile(join(place.dir, "jobs", line.split("=")[1]!), "utf8");
    expect(JSON.parse(schema)).toEqual(JSON.parse((await place.run(["schema"])).stdout));
    expect((await place.run(["validate", "jobs/again.yaml"])).code).toBe(0);
    const second = await place.run(["clone", jobId, "jobs/again.yaml"]);
    expect(second).toMatchObject({
      code: 2,
      stderr:
        "error: jobs/again.yaml already exists.\n  Add --force to replace it, or give another name.\n",
    });
    expect((await place.run(["clone", jobId, "jobs/again.yaml", "--force"])).code).toBe(0);
    const below = await place.run(["clone", jobId, "jobs/again.yaml/below.yaml"]);
    expect(below).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: Cannot write jobs\/again\.yaml\/below\.yaml: E/),
    });
  });

  test("leaves gaps where the platform says nothing, and is not fooled by its text", async () => {
    await using opened = await open({
      ...madeInWebPage,
      name: "x\nproject_id: evil\u202e",
      command: "a: b\n# c\n---\n\u001b[31m",
      priority_name: undefined,
      project_id: undefined,
      framework_config: [{ image: "nvcr.io/x:y", image_type: "SOURCE_PUBLIC", instance_count: 1 }],
    });
    const { stdout, stderr } = await opened.place.run(["clone", jobId]);
    expect(stdout).toContain("# project_id: fill in; the platform does not give it back\n");
    expect(stdout).toContain("    # spec_id: fill in; the platform does not give it back\n");
    expect(stdout).toContain("task_priority: 4 # the platform does not tell");
    expect(stdout).not.toMatch(/^project_id/m);
    expect(stdout).not.toContain("\u001b");
    expect(stderr).toContain("framework_config[0].spec_id is missing");
  });

  test("rerun says what to do for a job that was not submitted from here", async () => {
    await using opened = await open();
    const { code, stderr } = await opened.place.run(["rerun", jobId]);
    expect(code).toBe(2);
    expect(stderr).toContain(`Run qizhi clone ${jobId} job.yaml`);
  });
});
