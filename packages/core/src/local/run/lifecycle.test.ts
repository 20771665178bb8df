import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { logIn } from "../caller.fixture.ts";
import { startLocalPlatform } from "../index.ts";
import { findProcesses } from "./process-list.fixture.ts";

const isLinux = process.platform === "linux";

test("the command runs once per node with the variables of a training job", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit("env; node --version", {
    nodes: 2,
    envs: [
      { name: "MINE", value: "a=b c" },
      { name: "RANK", value: "7" },
    ],
  });
  await platform.waitForStatus(jobId, "job_succeeded");
  const lines = readFileSync(platform.logFile(jobId, 1), "utf8").split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "MASTER_ADDR=127.0.0.1",
      "PET_NNODES=2",
      "PET_NODE_RANK=1",
      "PET_NPROC_PER_NODE=8",
      "RANK=1",
      "WORLD_SIZE=2",
      `MY_POD_NAME=${jobId}-worker-1`,
      "HOSTNAME=local-node-1",
      `WORKSPACE_DIR=${process.cwd()}`,
      "MINE=a=b c",
      process.version,
    ]),
  );
  expect(lines.some((line) => /^MASTER_PORT=\d+$/.test(line))).toBe(true);
  expect(lines.some((line) => line.startsWith("VITEST"))).toBe(false);
});

test("variables of a distributed job may be absent, and a node may have its pod's name", async () => {
  await using platform = await startLocalPlatform({
    stages: 0,
    wire: { distributedVariables: "absent", hostname: "pod" },
  });
  const caller = await logIn(platform);
  const jobId = await caller.submit("env", { nodes: 2 });
  await platform.waitForStatus(jobId, "job_succeeded");
  const text = readFileSync(platform.logFile(jobId, 1), "utf8");
  expect(text).not.toMatch(/^(?:MASTER_|PET_|RANK|WORLD_SIZE)/m);
  expect(text).toContain(`HOSTNAME=${jobId}-worker-1\n`);
});

test("a command that begins like an option is still a command", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit("-x; echo went on");
  await platform.waitForStatus(jobId, "job_succeeded");
  expect(readFileSync(platform.logFile(jobId), "utf8")).toContain("went on");
});

test("one failed node fails the job and ends the others", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit('[ "$RANK" = 0 ] || exit 3; sleep 600', { nodes: 2 });
  const job = await platform.waitForStatus(jobId, "job_failed");
  expect(job.reason).toBe("worker-1 ended with exit code 3");
});

test.for([
  ["SEGV", 139],
  ["ABRT", 134],
  ["KILL", 137],
] as const)("a node that SIG%s ended has the exit code %i", async ([signal, code]) => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit(`ulimit -c 0; kill -s ${signal} $$`);
  const job = await platform.waitForStatus(jobId, "job_failed");
  expect(job.reason).toBe(`worker-0 ended with exit code ${code}`);
  const names = readdirSync(dirname(platform.logFile(jobId)));
  expect(names).toContainEqual(expect.stringMatching(`^worker-0\\.exit-${code}-`));
});

test("fault tolerance restarts the round until it succeeds, and counts the rounds", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const counter = platform.logFile("counter");
  const command = `mkdir -p $(dirname ${counter}); echo x >> ${counter}; [ $(wc -l < ${counter}) -ge 3 ]`;
  const seen = new Set<unknown>();
  const jobId = await caller.submit(command, {
    auto_fault_tolerance: true,
    fault_tolerance_max_retry: 5,
    fault_tolerance_retry_interval_sec: 0,
  });
  for (let job = platform.jobs()[0]; job?.status !== "job_succeeded"; [job] = platform.jobs()) {
    seen.add(job?.status);
    await platform.changed();
  }
  expect(seen).toContain("job_restarting");
  expect((await caller.detail(jobId)).data).toMatchObject({ current_running_round: 3 });
});

test("fault tolerance ends as failed when its retries are used up", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit("echo round; false", {
    auto_fault_tolerance: true,
    fault_tolerance_max_retry: 2,
    fault_tolerance_retry_interval_sec: 0,
  });
  expect((await platform.waitForStatus(jobId, "job_failed")).round).toBe(3);
  expect(readFileSync(platform.logFile(jobId), "utf8")).toBe("round\n".repeat(3));
});

test.for(["job_stopped", "job_failed"] as const)(
  "a job past its max_running_time_ms ends as %s when the platform is so set",
  async (timeLimitEnd) => {
    await using platform = await startLocalPlatform({ stages: 0, wire: { timeLimitEnd } });
    const caller = await logIn(platform);
    const jobId = await caller.submit("sleep 600", { max_running_time_ms: "50" });
    const job = await platform.waitForStatus(jobId, timeLimitEnd);
    expect(job.reason).toBe("max_running_time_ms 50 is over");
  },
);

test("a job whose next round could not start keeps that reason when its max_running_time_ms is over", async () => {
  const workDir = mkdtempSync(join(tmpdir(), "qizhi-work-"));
  onTestFinished(() => rmSync(workDir, { recursive: true, force: true }));
  await using platform = await startLocalPlatform({ stages: 0, workDir });
  const caller = await logIn(platform);
  const failed = await caller.submit('rmdir "$WORKSPACE_DIR"; false', {
    max_running_time_ms: "10000",
    auto_fault_tolerance: true,
    fault_tolerance_max_retry: 1,
    fault_tolerance_retry_interval_sec: 0,
  });
  expect((await platform.waitForStatus(failed, "job_failed")).round).toBe(2);
  mkdirSync(workDir);
  // It starts later, so the time of the first is over before its own.
  const later = await caller.submit("sleep 600", { max_running_time_ms: "10000" });
  await platform.waitForStatus(later, "job_stopped");
  expect(platform.jobs()[0]?.reason).toContain("cannot start the command");
}, 60_000);

test.for([
  ["exit 0", "job_success_reserving", "job_succeeded"],
  ["exit 1", "job_fail_reserving", "job_failed"],
] as const)("after %s reserved nodes are held in %s", async ([command, reserving, end]) => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const reserve = { reserve_on_fail_ms: "150", reserve_on_success_ms: "150" };
  const jobId = await caller.submit(command, reserve);
  const held = await platform.waitForStatus(jobId, reserving);
  expect(held.heldGpus).toBe(8);
  const ended = await platform.waitForStatus(jobId, end);
  expect(ended.heldGpus).toBe(0);
});

test("a stop of a job that holds nodes gives them back and keeps its outcome", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit("false", { reserve_on_fail_ms: "3600000" });
  await platform.waitForStatus(jobId, "job_fail_reserving");
  await caller.stop(jobId);
  expect((await platform.waitForStatus(jobId, "job_failed")).heldGpus).toBe(0);
});

test("a job stopped in the queue ends without ever having run", async () => {
  await using platform = await startLocalPlatform({
    stages: { queuingMs: 60_000, stoppingMs: 300 },
  });
  const caller = await logIn(platform);
  const jobId = await caller.submit("true");
  await caller.stop(jobId);
  expect((await caller.detail(jobId)).data["status"]).toBe("job_stopping");
  await platform.waitForStatus(jobId, "job_stopped");
  const { data } = await caller.detail(jobId);
  expect(Object.keys(Object(data["timeline"]))).toEqual(["created", "finished"]);
});

test("a stop lets the processes end by themselves, then kills those that do not", async () => {
  await using platform = await startLocalPlatform({ stages: 0, stopGraceMs: 1_000 });
  const caller = await logIn(platform);
  const command = "trap 'echo got TERM' TERM; echo ready; while :; do sleep 0.05; done";
  const jobId = await caller.submit(command);
  const log = platform.logFile(jobId);
  await platform.waitForStatus(jobId, "job_running");
  await expect.poll(() => readFileSync(log, "utf8")).toContain("ready");
  await caller.stop(jobId);
  await platform.waitForStatus(jobId, "job_stopped");
  expect(readFileSync(log, "utf8")).toContain("got TERM");
});

test.runIf(isLinux)(
  "no process of a job outlives it, not even in a session of its own",
  async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    const caller = await logIn(platform);
    const background = "sleep 987651 & setsid sleep 987652 & sleep 0.05";
    const jobId = await caller.submit(background);
    await platform.waitForStatus(jobId, "job_succeeded");
    expect(findProcesses("\u0000987651")).toEqual([]);
    await expect.poll(() => findProcesses("\u0000987652")).toEqual([]);
  },
);

test("a command that cannot be started ends as job_create_failed with the reason", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit(`: ${"x".repeat(300_000)}`);
  const job = await platform.waitForStatus(jobId, "job_create_failed");
  expect(job.reason).toContain("cannot start the command");
});

test("a job whose work folder is gone says so, and the next one runs once it is back", async () => {
  const workDir = mkdtempSync(join(tmpdir(), "qizhi-work-"));
  onTestFinished(() => rmSync(workDir, { recursive: true }));
  await using platform = await startLocalPlatform({ stages: 0, workDir });
  const caller = await logIn(platform);
  rmSync(workDir, { recursive: true });
  const lost = await caller.submit("true");
  const { reason } = await platform.waitForStatus(lost, "job_create_failed");
  expect(reason).toBe(`cannot start the command: the work folder ${workDir} is not there`);
  mkdirSync(workDir);
  await platform.waitForStatus(await caller.submit("true"), "job_succeeded");
});

test("waiting for a status that cannot come any more is an error", async () => {
  const platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const failed = await caller.submit("exit 4");
  await expect(platform.waitForStatus(failed, "job_succeeded")).rejects.toThrow("exit code 4");
  const running = await caller.submit("sleep 600");
  const waiting = expect(platform.waitForStatus(running, "job_succeeded")).rejects.toThrow("ended");
  await platform.dispose();
  await waiting;
});
