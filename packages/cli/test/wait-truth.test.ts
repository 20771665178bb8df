import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";
import { toSpec, writeSpec } from "./write-spec.ts";

const jobId = "job-11111111-1111-4111-8111-111111111111";
const quick = ["--poll-interval", "20ms"];
const sweepText = `name: demo
logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
project_id: project-22222222-2222-4222-8222-222222222222
workspace_id: ws-33333333-3333-4333-8333-333333333333
framework: pytorch
command: "train --seed {{ matrix.seed }}"
task_priority: 4
framework_config:
  - image: docker.sii.shaipower.online/inspire-studio/base:v1
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 0
    spec_id: 44444444-4444-4444-8444-444444444444
matrix:
  seed: [1, 2]
`;
const evaporated = {
  operation: "detail",
  fault: { kind: "unknown-status", status: "job_evaporated" },
} as const;

test("a pasted URL of a job's page on this platform names it", async () => {
  await using platform = await startLocalPlatform({ jobs: [{ jobId, status: "job_succeeded" }] });
  await using place = await createPlace(platform);
  const page = `/jobs/distributedTrainingDetail/${jobId}?spaceId=ws-33333333-3333-4333-8333-333333333333`;
  for (const command of ["status", "wait", "stop"]) {
    const run = await place.run([command, `${platform.url}${page}`, "--json"]);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ job_id: jobId });
    const other = await place.run([command, `https://elsewhere.test${page}`]);
    expect(other.code).toBe(2);
  }
});

test("a lowered priority, the nodes of a failed job and a job without GPUs are told", async () => {
  const cpu = "55555555-5555-4555-8555-555555555555";
  const nodes = { gpus: 0, cpus: 20, memoryGib: 100, pricePerHour: 2 };
  await using platform = await startLocalPlatform({
    quota: { maxPriority: 4, abovePriority: "lower" },
    specs: { [cpu]: nodes },
    stages: 0,
    jobs: [{ jobId, status: "job_running", next: ["job_failed"] }],
  });
  await using place = await createPlace(platform);
  const config = toSpec()["framework_config"];
  const [node] = Array.isArray(config) ? config : [];
  const framework_config = [{ ...node, spec_id: cpu, instance_count: 2 }];
  const file = await writeSpec(place, { task_priority: 10, framework_config });
  const run = await place.run(["submit", file, "--wait", ...quick]);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr).toContain("priority 10 was asked for, the platform keeps 4 (NORMAL)");
  expect(run.stdout).toContain("priority  4 (NORMAL)\n");
  expect(run.stdout).toContain("2 nodes without GPUs\n");
  expect(run.stdout).not.toContain("GPU-hours");
  const list = await place.run(["list", "--json"]);
  expect(JSON.parse(list.stdout)).toMatchObject([{ gpu_hours: 0 }]);
  const failed = await place.run(["wait", jobId, "--json", ...quick]);
  expect(failed.stderr).toContain(
    `qizhi rerun ${jobId} --set 'extra.exclude_nodes=["local-node-0"]', where`,
  );
  expect(JSON.parse(failed.stdout)).toMatchObject({ node_names: ["local-node-0"] });
});

describe("the times of a job", () => {
  const hour = 3_600_000;
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const seconds = new Date(now - hour).toISOString();

  test.each([
    [String((now - hour) / 1_000), seconds],
    [seconds, seconds],
    ["9e99", null],
    [`${now - hour}000`, null],
  ])("are read in status, --json and list where they are certain: %s", async (text, iso) => {
    const jobs = [{ jobId, status: "job_stopped", answer: { created_at: text, timeline: {} } }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const shown = await place.run(["status", jobId]);
    expect(shown.stdout).not.toMatch(/NaN|1970|57\d{3}|1e92/);
    expect(/\(1h 0\dm ago\)/.test(shown.stdout)).toBe(iso !== null);
    const { stdout } = await place.run(["status", jobId, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ created_at: iso });
    await place.run(["track", jobId]);
    const listed = await place.run(["list", "--json"]);
    expect(listed.stdout).toContain(`"created_at": ${JSON.stringify(iso)}`);
  });

  test("count by the platform's clock where this machine's is ten minutes off", async () => {
    const clockAheadMs = -600_000;
    const theirs = (ago: number) => String(Date.now() + clockAheadMs - ago);
    // 5 s past 3m 20s: a Date header leaves out what is less than a second.
    const created_at = theirs(205_000);
    const timeline = { created: created_at, resource_prepared: created_at, run: created_at };
    const answer = { created_at, timeline, running_time_ms: undefined };
    await using platform = await startLocalPlatform({
      jobs: [{ jobId, status: "job_running", answer }],
      wire: { clockAheadMs },
    });
    await using place = await createPlace(platform);
    const shown = await place.run(["status", jobId]);
    expect(shown.stdout).toMatch(/^created .*\(3m 2\ds ago\)$/m);
    expect(shown.stdout).toMatch(/run 3m 2\ds…/);
  });

  test("are no durations where they are in the future, or end before they begin", async () => {
    const answer = {
      created_at: String(now + 5 * hour),
      finished_at: String(now - hour),
      timeline: {},
    };
    const jobs = [{ jobId, status: "job_stopped", answer }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const { stdout } = await place.run(["status", jobId]);
    expect(stdout).toMatch(/created .*\d\d:\d\d UTC[+-]\S+$/m);
    expect(stdout).not.toMatch(/finished|ago\)|\(in |queue/);
  });
});

describe("a job that ended with a status that nobody knows", () => {
  test("ends a wait with 1 and its own words", async () => {
    const answer = { finished_at: String(Date.now() - 60_000) };
    const jobs = [{ jobId, status: "job_evaporated", answer }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const run = await place.run(["wait", jobId, "--json", ...quick]);
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      job_id: jobId,
      error: { code: "job_ended", status: "job_evaporated", exit_code: 1 },
    });
    expect(run.stderr).toMatch(
      /The platform says that job \S+ ended at .*, with a status that this version does not know: job_evaporated\./,
    );
  });

  test("ends its run of a sweep as ended, with an unknown success", async () => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    await using place = await createPlace(platform);
    await writeFile(join(place.dir, "sweep.yaml"), sweepText);
    platform.setFaults([evaporated]);
    const args = ["submit", "sweep.yaml", "--wait", "--json", "--retries", "1", ...quick];
    const run = await place.run(args);
    expect(run.code, run.stderr).toBe(1);
    const { counts, runs, sweep } = JSON.parse(run.stdout);
    expect(counts).toEqual({ ended: 2 });
    expect(runs).toMatchObject([{ state: "ended", tries: 1 }, { state: "ended" }]);
    // It may have succeeded: another try would be a second job.
    expect(platform.jobs()).toHaveLength(2);
    platform.setFaults([]);
    const shown = await place.run(["status", sweep, "--offline", "--json"]);
    expect(JSON.parse(shown.stdout).counts).toEqual({ ended: 2 });
  });
});

test("a wait without any time takes the answer of its single look, also where that is slow", async () => {
  await using platform = await startLocalPlatform({
    jobs: [{ jobId, status: "job_running" }],
    faults: [{ operation: "detail", fault: { kind: "latency", ms: 1_500 } }],
  });
  await using place = await createPlace(platform);
  const run = await place.run(["wait", jobId, "--timeout", "0s"]);
  expect([run.code, run.stderr]).toEqual([4, expect.stringContaining("(job_running")]);
});

describe("what a wait saw last", () => {
  test("is kept when its limit ends it, and `list --offline` shows it", async () => {
    const jobs = [{ jobId, name: "demo", status: "job_queuing", next: ["job_running"] }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    expect(await place.run(["track", jobId])).toMatchObject({ code: 0 });
    const run = await place.run(["wait", jobId, "--timeout", "300ms", ...quick]);
    expect(run.code).toBe(4);
    const listed = await place.run(["list", "--offline", "--json"]);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { job_id: jobId, status: "job_running", phase: "running", is_current: false },
    ]);
  });

  test("is kept of the jobs of a sweep that is left, and `sweep show --offline` shows it", async () => {
    await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
    await using place = await createPlace(platform);
    await writeFile(join(place.dir, "sweep.yaml"), sweepText);
    const limit = ["--wait", "--timeout", "1s", "--json"];
    const run = await place.run(["submit", "sweep.yaml", ...limit, ...quick]);
    expect(run.code, run.stderr).toBe(4);
    const { sweep } = JSON.parse(run.stdout);
    const shown = await place.run(["status", sweep, "--offline", "--json"]);
    expect(JSON.parse(shown.stdout).counts).toEqual({ queued: 2 });
    expect(shown.stderr).toBe("2 active jobs are shown as last seen.\n");
    const listed = await place.run(["list", "--offline", "--json"]);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { status: "job_queuing", is_current: false },
      { status: "job_queuing", is_current: false },
    ]);
  });
});

describe("a login that no password can renew", () => {
  const toToken = (endsAt: number) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "none" })}.${part({ exp: Math.floor(endsAt / 1_000) })}.signature`;
  };
  const byToken = (token: string) => ({
    env: { QIZHI_TOKEN: token, QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined },
  });

  test.each([
    ["1h", "2h", true],
    ["3h", "2h", false],
    ["1h", undefined, true],
    ["26h", undefined, false],
  ])(
    "that ends in %s is warned of at the begin of a wait of %s: %s",
    async (ends, limit, isWarned) => {
      await using platform = await startLocalPlatform({
        jobs: [{ jobId, status: "job_succeeded" }],
      });
      await using place = await createPlace(platform);
      const hours = Number.parseInt(ends, 10);
      const token = toToken(Date.now() + hours * 3_600_000);
      const args = ["wait", jobId, ...(limit === undefined ? [] : ["--timeout", limit])];
      const { stderr } = await place.run(args, byToken(token));
      const warning =
        /^The login expires \d{4}-.*, maybe before the wait ends\. The job goes on then: qizhi login, and wait again\.$/m;
      expect(warning.test(stderr)).toBe(isWarned);
    },
  );

  test("and that expires in a wait ends it with both commands: log in, and wait again", async () => {
    await using platform = await startLocalPlatform({ jobs: [{ jobId, status: "job_running" }] });
    await using place = await createPlace(platform);
    const { username, password } = platform.credentials;
    const login = ["login", "--username", username, "--password-stdin", "--base-url", platform.url];
    expect(await place.run(login, { stdin: password })).toMatchObject({ code: 0 });
    const account = { env: { QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined } };
    const running = place.start(["wait", jobId, ...quick], account);
    await running.waitFor("running (job_running)");
    platform.setFaults([{ operation: "detail", fault: { kind: "token-refused" } }]);
    const { code, stderr } = await running.result;
    expect(code).toBe(3);
    expect(stderr).toContain(`  log in: qizhi login\n  wait again: qizhi wait ${jobId}\n`);
  });
});
