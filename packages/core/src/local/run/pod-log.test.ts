import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { logIn } from "../caller.fixture.ts";
import { startLocalPlatform, type LocalPlatformOptions } from "../index.ts";

async function run(command: string, options: LocalPlatformOptions = {}, body = {}) {
  const platform = await startLocalPlatform({ stages: 0, ...options });
  const caller = await logIn(platform);
  const jobId = await caller.submit(command, body);
  return { platform, caller, jobId, log: () => readFileSync(platform.logFile(jobId), "utf8") };
}

const lastLine = (text: string) => text.trimEnd().split("\n").at(-1);

test("all that a command writes to either stream is in its log, in order, once it has ended", async () => {
  const script = "i=0; while [ $i -lt 3000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done";
  const { platform, jobId, log } = await run(`${script}; echo by name > /dev/stderr`);
  await using _ = platform;
  await platform.waitForStatus(jobId, "job_succeeded");
  const lines = Array.from({ length: 3000 }, (_each, index) => `out ${index}\nerr ${index}\n`);
  expect(log()).toBe(`${lines.join("")}by name\n`);
});

test("a log stops at its limit with a line that says so, and the job goes on", async () => {
  const { platform, jobId, caller, log } = await run("yes; echo never", { logBytes: 100_000 });
  await using _ = platform;
  await expect
    .poll(() => lastLine(log()))
    .toMatch(/^\[local platform\] The log ends here.* 100000 /);
  const { size } = statSync(platform.logFile(jobId));
  expect(size).toBe(100_000);
  // It still writes, and everything else still answers.
  expect((await caller.detail(jobId)).json).toMatchObject({ data: { status: "job_running" } });
  expect(statSync(platform.logFile(jobId)).size).toBe(size);
  await caller.stop(jobId);
  await platform.waitForStatus(jobId, "job_stopped");
});

test("the limit holds for all rounds of a job together", async () => {
  const again = { auto_fault_tolerance: true, fault_tolerance_max_retry: 2 };
  const body = { ...again, fault_tolerance_retry_interval_sec: 0 };
  const command = "head -c 4000 /dev/zero | tr '\\\\0' x; exit 1";
  const { platform, jobId, log } = await run(command, { logBytes: 10_000 }, body);
  await using _ = platform;
  await platform.waitForStatus(jobId, "job_failed");
  expect(log()).toHaveLength(10_000);
  expect(lastLine(log())).toContain("The log ends here");
});

/** Whether a small disk can be mounted for a test. */
const canMount = (() => {
  try {
    execFileSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()]);
    return true;
  } catch {
    return false;
  }
})();

test.runIf(canMount)(
  "on a full disk jobs fail and say why, the platform lives, and goes on once there is room",
  { timeout: 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "qizhi-full-"));
    const fixture = fileURLToPath(new URL("full-disk.fixture.ts", import.meta.url));
    const script = 'mount -t tmpfs -o size=400k none "$0" && exec "$@"';
    const words = ["-rm", "sh", "-c", script, folder, process.execPath, fixture, folder];
    try {
      const { stdout } = await promisify(execFile)("unshare", words);
      expect(JSON.parse(stdout)).toEqual({
        chatty: "worker-0 was ended: its output cannot be kept: ENOSPC",
        next: expect.stringMatching(/^(cannot start the command: ENOSPC|worker-0 was ended)/),
        troubles: ["local_jobs_unsaved"],
        after: "job_succeeded",
        kept: ["job_failed", "job_failed", "job_succeeded"],
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
