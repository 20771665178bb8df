import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type JobUpdate } from "@qizhi/core";
import { type Clock } from "@qizhi/core/internal";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { startCli, toCliEnv } from "./cli-process.ts";

const jobId = "job-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

/** A platform with a job that runs for some looks and then succeeds. */
function startWithJob(looks: number): Promise<LocalPlatform> {
  const next = [...Array.from({ length: looks }, () => "job_running"), "job_succeeded"];
  return startLocalPlatform({ jobs: [{ status: "job_running", jobId, next }] });
}

/** A clock that passes by sleeping, at once; something may happen at a time. */
function createClock(plan: { atMs: number; act: () => Promise<void> }[]): Clock {
  let now = 0;
  return {
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      now += ms;
      while (plan[0] !== undefined && plan[0].atMs <= now) await plan.shift()?.act();
    },
  };
}

function countDetails({ requests }: LocalPlatform): number {
  return requests.filter(({ operation }) => operation === "detail").length;
}

test.each([
  { closedMs: 60_000, looks: 12 },
  { closedMs: 9 * 60_000, looks: 12 },
])("a port closed for $closedMs ms in mid-wait is told once and gone through", async (given) => {
  await using platform = await startWithJob(given.looks);
  const clock = createClock([
    { atMs: 10_000, act: () => platform.outage() },
    { atMs: 10_000 + given.closedMs, act: () => platform.restore() },
  ]);
  const { url: baseUrl, credentials } = platform;
  const client = createClient({ baseUrl, credentials, clock });
  const updates: JobUpdate[] = [];
  const job = await client.waitForJob(jobId, { onUpdate: (update) => updates.push(update) });
  expect(job.status).toBe("job_succeeded");
  expect(updates.map(({ type }) => type)).toEqual(["job", "trouble", "recovered", "job"]);
  const [, , recovered] = updates;
  const afterMs = recovered?.type === "recovered" ? recovered.afterMs : 0;
  expect(afterMs).toBeGreaterThan(given.closedMs - 15_000);
  expect(afterMs).toBeLessThan(given.closedMs + 90_000);
  expect(countDetails(platform)).toBe(given.looks + 2);
});

test("a port closed for longer than the error budget ends the wait, not the job", async () => {
  await using platform = await startWithJob(50);
  const clock = createClock([{ atMs: 10_000, act: () => platform.outage() }]);
  const { url: baseUrl, credentials } = platform;
  const client = createClient({ baseUrl, credentials, clock });
  const lost = client.waitForJob(jobId);
  await expect(lost).rejects.toMatchObject({ code: "wait_lost", jobId });
  expect(clock.now()).toBeGreaterThan(600_000);
  expect(clock.now()).toBeLessThan(600_000 + 180_000);
  expect(platform.jobs()).toMatchObject([{ status: "job_running" }]);
});

test("the CLI goes through a port that is closed in mid-wait and opens again", async () => {
  await using platform = await startWithJob(6);
  const home = await mkdtemp(join(tmpdir(), "qizhi-outage-"));
  let isShut = false;
  const run = await startCli(
    ["wait", jobId, "--json", "--poll-interval", "50ms"],
    toCliEnv({ platform, token: undefined }, home),
    (stderr) => {
      if (stderr.includes("cannot ask: ")) return platform.restore();
      if (isShut || !stderr.includes("(job_running)")) return undefined;
      isShut = true;
      return platform.outage();
    },
  );
  await rm(home, { recursive: true, force: true });
  expect(JSON.parse(run.stdout)).toMatchObject({ status: "job_succeeded" });
  expect(run.stderr.match(/cannot ask: /g)).toHaveLength(1);
  expect(run.stderr.match(/can ask again after /g)).toHaveLength(1);
  expect(run.code).toBe(0);
}, 30_000);
