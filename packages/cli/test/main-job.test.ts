import { createClient } from "@qizhi/core";
import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const examples = fileURLToPath(new URL("../examples", import.meta.url));
const twoNodes = join(examples, "two-nodes.yaml");
const exampleFiles = await readdir(examples);
const quick = ["--poll-interval", "20ms"];

function countCreates(platform: LocalPlatform): number {
  return platform.requests.filter(({ operation }) => operation === "create").length;
}

describe("the main job", () => {
  test.each([
    { wire: "enveloped", envelope: true },
    { wire: "bare", envelope: false },
  ])("a two-node job queues, runs and succeeds on an $wire platform", async ({ envelope }) => {
    await using platform = await startLocalPlatform({ stages: 300, wire: { envelope } });
    await using place = await createPlace(platform);
    const run = await place.run(["submit", twoNodes, "--wait", ...quick, "--env", "STEP_MS=30"]);
    expect(run.stderr).toContain("succeeded (job_succeeded)");
    expect(run.stdout).toMatch(/^timeline  queue \S+ .*run \S+$/m);
    expect(run.stdout).not.toMatch(/[░▒█]/);
    expect(run.code).toBe(0);
    const [job] = platform.jobs();
    const log = await readFile(platform.logFile(job?.jobId ?? "", 0), "utf8");
    expect(log).toContain("result: the sum of 1..1000 over 2 nodes is 500500");
    expect(countCreates(platform)).toBe(1);
  });

  test("--local runs the job without any login and says that it is local", async () => {
    await using place = await createPlace();
    const run = await place.run(["submit", twoNodes, "--local", ...quick, "--env", "STEP_MS=10"]);
    expect(run.stderr).toContain("LOCAL PLATFORM");
    expect(run.stderr).toContain("result: the sum of 1..1000 over 2 nodes is 500500");
    expect(run.stdout).toContain("platform  local");
    expect(run.code).toBe(0);
  });

  test.each(exampleFiles)("example %s is valid and succeeds", async (file) => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const path = join(examples, file);
    expect(await place.run(["validate", path])).toMatchObject({ code: 0 });
    const args = ["submit", path, "--wait", "--json", ...quick, "--env", "STEP_MS=10"];
    const run = await place.run(args);
    expect(JSON.parse(run.stdout)).toMatchObject({ phase: "succeeded", status: "job_succeeded" });
    expect(run.code).toBe(0);
  });
});

describe("every status", () => {
  const ends: [status: string, code: number][] = [
    ["job_succeeded", 0],
    ["job_success_reserving", 0],
    ["job_failed", 1],
    ["job_fail_reserving", 1],
    ["job_create_failed", 1],
    ["job_pre_check_failed", 1],
    ["job_queue_out", 1],
    ["job_stopped", 1],
  ];
  const goesOn = [
    "job_creating",
    "job_created",
    "job_pre_checking",
    "job_queuing",
    "job_running",
    "job_restarting",
    "job_stopping",
    "job_from_the_future",
  ];

  test.each(ends)("%s ends a wait with exit code %i", async (status, code) => {
    await using platform = await startLocalPlatform({ jobs: [{ status }] });
    await using place = await createPlace(platform);
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const run = await place.run(["wait", jobId, "--json", ...quick]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      status,
      holds_nodes: status.endsWith("_reserving"),
    });
    expect(run.code).toBe(code);
  });

  test.each(goesOn)("%s keeps a wait going until its timeout", async (status) => {
    await using platform = await startLocalPlatform({ jobs: [{ status }] });
    await using place = await createPlace(platform);
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const run = await place.run(["wait", jobId, "--timeout", "100ms", ...quick]);
    expect(run.stderr).toContain(`(${status})`);
    expect(run.stderr).toContain("the job goes on");
    expect(run.code).toBe(4);
  });

  test("a queue timeout ends the wait of a queued job and says so", async () => {
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_queuing" }] });
    await using place = await createPlace(platform);
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const run = await place.run(["wait", jobId, "--queue-timeout", "100ms", ...quick]);
    expect(run.stderr).toContain("is still queued after 100 ms");
    expect(run.code).toBe(4);
  });
});

test.each([
  [
    "en",
    /active after 500 ms \(job_\w+ when last seen\); the local platform ends, and the job with it\./,
  ],
  [
    "zh",
    /500 毫秒之后任务 job-\S+ 仍未结束（最后看到的状态为 job_\w+）；本地平台和这个任务一起结束。/,
  ],
])("a limit of a wait with --local says that the job ends with it (%s)", async (lang, words) => {
  await using place = await createPlace();
  const args = ["submit", twoNodes, "--local", "--timeout", "500ms", "--env", "STEP_MS=60000"];
  const run = await place.run([...args, ...quick, "--json", "--lang", lang]);
  expect(run.code).toBe(4);
  expect(run.stderr).toMatch(words);
  expect(run.stderr).not.toContain("goes on");
  expect(JSON.parse(run.stdout)).toMatchObject({
    error: { code: "wait_timeout", limit: "total", limit_ms: 500, exit_code: 4 },
  });
});

test("a limit ends a wait that follows while the job goes on printing", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  await using place = await createPlace(platform);
  const args = ["submit", twoNodes, "--wait", "--follow", "--timeout", "3s", ...quick];
  const run = await place.run([...args, "--", "sh", "-c", "while :; do echo x; sleep 0.1; done"]);
  expect([run.code, run.stderr]).toEqual([4, expect.stringContaining("node 0 | x\n")]);
});

describe("a wrong spec", () => {
  const wrong = [
    "name: demo",
    "framework: PyTorch",
    "command: echo hi",
    "logic_compute_group_id: lcg-1111",
    "project_id: project-22222222-2222-4222-8222-222222222222",
    "workspace_id: ws-33333333-3333-4333-8333-333333333333",
    "task_priority: 11",
    "max_running_time: 2h",
    "framework_config:",
    "  - image: docker.sii.shaipower.online/inspire-studio/base:v1",
    "    image_type: OFFICIAL",
    "    instance_count: 2",
    "    shm_gi: 16",
    "    spec_id: 44444444-4444-4444-8444-444444444444",
  ].join("\n");

  test.each(["validate", "submit"])("%s names five mistakes with their places", async (command) => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await writeFile(join(place.dir, "job.yaml"), wrong);
    const run = await place.run([command, "job.yaml"]);
    const text = run.stdout + run.stderr;
    const places = ["2:12", "4:25", "7:16", "8:1", "11:17"];
    for (const at of places) expect(text).toContain(`job.yaml:${at}`);
    expect(text.match(/job\.yaml:\d+:\d+/g)).toHaveLength(places.length);
    expect(text).toContain("max_running_time_ms");
    expect(run.code).toBe(2);
    expect(platform.requests).toHaveLength(0);
  });
});

describe("a waiting CLI that is killed", () => {
  test("leaves the job untouched, and qizhi wait picks it up", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const gate = join(place.dir, "gate");
    const command = ["sh", "-c", `until [ -e ${gate} ]; do sleep 0.05; done`];
    const first = place.start(["submit", twoNodes, "--wait", ...quick, "--", ...command]);
    await first.waitFor("(job_running)");
    first.process.kill("SIGKILL");
    await first.result;
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const second = place.start(["wait", jobId, ...quick]);
    await second.waitFor("(job_running)");
    await writeFile(gate, "");
    expect(await second.result).toMatchObject({ code: 0 });
    expect(countCreates(platform)).toBe(1);
    expect(platform.requests.filter(({ operation }) => operation === "stop")).toHaveLength(0);
  });
});

describe("configuration", () => {
  test("without a login the error names both ways on, and nothing is sent", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    const env = { QIZHI_BASE_URL: platform.url };
    const run = await place.run(["submit", twoNodes], { env });
    expect(run.stderr).toContain("QIZHI_USERNAME");
    expect(run.stderr).toContain("--local");
    expect(run.code).toBe(2);
    expect(platform.requests).toHaveLength(0);
  });

  test.each(["QIZHI_USERNAME", "QIZHI_PASSWORD"])("a login without %s is refused", async (name) => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const run = await place.run(["submit", twoNodes], { env: { [name]: undefined } });
    expect(run.stderr).toContain(name);
    expect(run.code).toBe(2);
    expect(platform.requests).toHaveLength(0);
  });

  test("a platform that cannot be reached ends with exit code 3", async () => {
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
    await using place = await createPlace(platform);
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const refused = {
      operation: "token",
      fault: { kind: "reply", status: 404, body: "" },
    } as const;
    platform.setFaults([refused]);
    const run = await place.run(["status", jobId, "--json"]);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { exit_code: 3 } });
    expect(run.code).toBe(3);
  });

  test("a token alone is enough", async () => {
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
    await using place = await createPlace();
    let token = "";
    const { url: baseUrl, credentials } = platform;
    await createClient({
      baseUrl,
      credentials,
      onToken: (value) => (token = value),
    }).authenticate();
    const env = { QIZHI_BASE_URL: platform.url, QIZHI_TOKEN: token };
    const run = await place.run(["status", platform.jobs()[0]?.jobId ?? "", "--json"], { env });
    expect(JSON.parse(run.stdout)).toMatchObject({ phase: "running", job: { node_count: 1 } });
    expect(run.code).toBe(0);
  });
});

describe("status of several jobs", () => {
  test("shows those that it can, and ends with the error of the other", async () => {
    const jobs = [
      { status: "job_running", name: "one" },
      { status: "job_failed", name: "two" },
    ];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const [one = "", two = ""] = platform.jobs().map(({ jobId }) => jobId);
    const unknown = "job-99999999-9999-4999-8999-999999999999";
    const run = await place.run(["status", two, unknown, one]);
    expect(run.stdout).toMatch(/failed +two [^]*running +one /);
    expect(run.stderr).toContain("100002");
    expect(run.code).toBe(3);
    const json = await place.run(["status", two, unknown, one, "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { job_id: two, phase: "failed" },
      { job_id: unknown, error: { code: "api", exit_code: 3 } },
      { job_id: one, phase: "running" },
    ]);
  });
});

describe("submit", () => {
  test("prints the job id alone on stdout", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const run = await place.run(["submit", twoNodes]);
    expect(run.stdout).toBe(`${platform.jobs()[0]?.jobId}\n`);
  });

  test("a command after -- reaches sh word for word", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const words = ["printf", "%s|", "a b", "it's", "$HOME", '"q"', ""];
    const run = await place.run(["submit", twoNodes, "--wait", ...quick, "--", ...words]);
    expect(run.code).toBe(0);
    const log = await readFile(platform.logFile(platform.jobs()[0]?.jobId ?? ""), "utf8");
    expect(log).toBe('a b|it\'s|$HOME|"q"||');
  });

  test("a line of shell in one word after -- is warned about: it would be one program's name", async () => {
    await using place = await createPlace();
    const args = ["submit", twoNodes, "--dry-run", "--"];
    const run = await place.run([...args, "cd /a && make"]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ command: "'cd /a && make'" });
    expect(run.stderr).toContain('name of one program: "cd /a && make". For a line of shell write');
    for (const words of [["make"], ["sh", "-c", "cd /a && make"]]) {
      expect((await place.run([...args, ...words])).stderr).toBe("Nothing was sent.\n");
    }
  });

  test("a -- without a command is refused: the spec's own would run in its place", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    for (const args of [
      ["submit", twoNodes],
      ["rerun", "@last", "--dry-run"],
    ]) {
      const run = await place.run([...args, "--yes", "--"]);
      expect(run).toMatchObject({ code: 2, stdout: "" });
      expect(run.stderr).toContain("-- needs a value.");
    }
    expect(platform.requests).toEqual([]);
  });

  test("--dry-run prints the body and sends nothing", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const args = ["submit", "-", "--dry-run", "--name", "007", "--set", "task_priority=5"];
    const run = await place.run(args, { stdin: await readFile(twoNodes) });
    expect(JSON.parse(run.stdout)).toMatchObject({
      name: "007",
      task_priority: 5,
      max_running_time_ms: "600000",
      envs: [
        { name: "STEP_MS", value: "800" },
        { name: "NODES", value: "2" },
        { name: "SHARED", value: "." },
        { name: "RUN", value: "1" },
      ],
    });
    expect(run.code).toBe(0);
    expect(platform.requests).toHaveLength(0);
  });

  test("a reply that is lost ends with exit code 5 and one create", async () => {
    await using platform = await startLocalPlatform({
      faults: [{ operation: "create", fault: { kind: "reset", effect: true } }],
    });
    await using place = await createPlace(platform);
    const run = await place.run(["submit", twoNodes]);
    expect(run.stderr).toContain("two-nodes");
    expect(run.stderr).toContain("/jobs/distributedTraining?spaceId=ws-");
    expect(run.code).toBe(5);
    expect(countCreates(platform)).toBe(1);
  });
});

describe("a call that is tried again", () => {
  const jobId = "job-11111111-1111-4111-8111-111111111111";
  const jobs = [{ jobId, status: "job_running" }];

  test("is reported in a terminal, once", async () => {
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await platform.outage();
    await using terminal = openTerminal(place, ["status", jobId], { columns: 200 });
    await terminal.waitFor("the connection was refused; nothing was sent (ECONNREFUSED). Trying");
    await platform.restore();
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen().match(/Trying again/g)).toHaveLength(1);
  });

  test("is not reported in a pipe", async () => {
    const faults = [{ operation: "detail", calls: [1], fault: { kind: "reset" } }] as const;
    await using platform = await startLocalPlatform({ jobs, faults });
    await using place = await createPlace(platform);
    const { code, stdout, stderr } = await place.run(["status", jobId, "--json"]);
    expect([code, stderr, JSON.parse(stdout).status]).toEqual([0, "", "job_running"]);
    expect(platform.requests.filter(({ operation }) => operation === "detail")).toHaveLength(2);
  });
});
