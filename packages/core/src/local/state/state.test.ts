import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logIn, toCaller } from "../caller.fixture.ts";
import { startLocalPlatform, type LocalPlatformOptions } from "../index.ts";

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "qizhi-state-"));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const start = (options: LocalPlatformOptions = {}) =>
  startLocalPlatform({ stages: 0, stateDir, ...options });

test("a restart forgets no job: ended ones stay, running ones have failed, queued ones run", async () => {
  const first = await start({ gpus: 8 });
  const caller = await logIn(first);
  const done = await caller.submit("echo kept");
  await first.waitForStatus(done, "job_succeeded");
  const before = (await caller.detail(done)).json;
  const running = await caller.submit("sleep 600");
  await first.waitForStatus(running, "job_running");
  const queued = await caller.submit("true");
  await first.dispose();

  await using second = await start({ gpus: 8 });
  const again = toCaller(second);
  again.token = caller.token;
  expect((await again.detail(done)).json).toEqual(before);
  expect(readFileSync(second.logFile(done), "utf8")).toBe("kept\n");
  const failed = await second.waitForStatus(running, "job_failed");
  expect(failed.reason).toBe("the local platform ended while the job ran");
  await second.waitForStatus(queued, "job_succeeded");
  expect(second.jobs().map(({ jobId }) => jobId)).toEqual([done, running, queued]);
});

test("the time between two starts is no run time of a job that ran at the end of the first", async () => {
  const first = await start();
  const caller = await logIn(first);
  const running = await caller.submit("sleep 600");
  await first.waitForStatus(running, "job_running");
  await first.dispose();
  const disposedAt = Date.now();
  while (Date.now() < disposedAt + 2) await new Promise(setImmediate);
  await using second = await start();
  const { finishedAt } = await second.waitForStatus(running, "job_failed");
  expect(finishedAt).toBeLessThanOrEqual(disposedAt);
});

test("a job under fault tolerance goes on with its next round after a restart", async () => {
  const first = await start();
  const caller = await logIn(first);
  const gate = join(stateDir, "gate");
  const jobId = await caller.submit(`test -e ${gate} || exec sleep 600`, {
    auto_fault_tolerance: true,
    fault_tolerance_max_retry: 1,
    fault_tolerance_retry_interval_sec: 0,
  });
  await first.waitForStatus(jobId, "job_running");
  await first.dispose();
  writeFileSync(gate, "");
  await using second = await start();
  expect((await second.waitForStatus(jobId, "job_succeeded")).round).toBe(2);
});

test("a job that waits for its next round at a restart runs that round, and no other is counted", async () => {
  const first = await start({
    stages: { queuingMs: 0, creatingMs: 0, restartingMs: 3_600_000 },
  });
  const caller = await logIn(first);
  const jobId = await caller.submit("false", {
    auto_fault_tolerance: true,
    fault_tolerance_max_retry: 1,
  });
  await first.waitForStatus(jobId, "job_restarting");
  await first.dispose();
  await using second = await start();
  const { round, reason } = await second.waitForStatus(jobId, "job_failed");
  expect([round, reason]).toEqual([2, "worker-0 ended with exit code 1"]);
  expect(second.jobs()[0]?.finishedAt).toBeGreaterThan(first.jobs()[0]?.finishedAt ?? Infinity);
});

test("a job that held nodes still holds them after a restart, until its time is over", async () => {
  const first = await start();
  const caller = await logIn(first);
  const jobId = await caller.submit("true", { reserve_on_success_ms: "300" });
  await first.waitForStatus(jobId, "job_success_reserving");
  await first.dispose();
  await using second = await start();
  await second.waitForStatus(jobId, "job_succeeded");
});

test("a job with times of 15 digits is still there after a restart", async () => {
  const first = await start();
  const caller = await logIn(first);
  const jobId = await caller.submit("false", { reserve_on_fail_ms: "9".repeat(15) });
  await first.waitForStatus(jobId, "job_fail_reserving");
  await first.dispose();
  await using second = await start();
  expect(second.jobs()).toMatchObject([{ jobId, status: "job_fail_reserving" }]);
});

test("a call that is late has no effect once the platform has ended", async () => {
  const faults = [{ operation: "create", fault: { kind: "late-effect", ms: 300 } }] as const;
  const first = await start({ faults });
  const caller = await logIn(first);
  const lost = expect(caller.create()).rejects.toThrow();
  while (first.requests.at(-1)?.fault === undefined) await new Promise(setImmediate);
  await first.dispose();
  await lost;
  await using second = await start({ faults });
  // As late as the first, so that its time is over as well.
  const jobId = await (await logIn(second)).submit("true");
  expect(first.jobs()).toEqual([]);
  expect(second.jobs()).toMatchObject([{ jobId }]);
});

test("a table whose last line a crash has cut is read up to there", async () => {
  const first = await start();
  const caller = await logIn(first);
  const jobId = await caller.submit("true");
  await first.waitForStatus(jobId, "job_succeeded");
  await first.dispose();
  appendFileSync(join(stateDir, "jobs.jsonl"), '{"jobId":"job-');
  await using second = await start({ onTrouble: () => {} });
  expect(second.jobs().map(({ status }) => status)).toEqual(["job_succeeded"]);
});

test("a folder has one platform at a time, is for this user alone, and keeps its login", async () => {
  const first = await start();
  await expect(start()).rejects.toThrow("uses the state folder");
  for (const file of ["platform.json", "jobs.jsonl"]) {
    expect(statSync(join(stateDir, file)).mode & 0o777).toBe(0o600);
  }
  await first.dispose();
  await using second = await start();
  expect(second.credentials).toEqual(first.credentials);
});

test("a fault of a wrong name is an error that leaves nothing behind", async () => {
  const fault = Object({ kind: "rset" });
  await expect(start({ faults: [{ operation: "create", fault }] })).rejects.toThrow("write reset");
  await using corrected = await start({
    faults: [{ operation: "create", fault: { kind: "reset" } }],
  });
  expect(corrected.jobs()).toEqual([]);
});

test("a port in use is an error that leaves nothing behind", async () => {
  await using first = await startLocalPlatform();
  const port = Number(new URL(first.url).port);
  await expect(start({ port })).rejects.toThrow(`cannot listen on port ${port}: it is in use`);
  await using second = await start();
  expect(second.url).not.toBe(first.url);
});
