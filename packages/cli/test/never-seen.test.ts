import { startLocalPlatform } from "@qizhi/core/local";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPlace, type Place } from "./run-cli.ts";

const done = "job-11111111-1111-4111-8111-111111111111";
const open = "job-22222222-2222-4222-8222-222222222222";

/** The times of a job that ran for a minute, days ago. */
function daysAgo(days: number) {
  const finished = Date.now() - 1_000 - days * 86_400_000;
  const [created_at, finished_at] = [String(finished - 60_000), String(finished)];
  const timeline = { created: created_at, resource_prepared: created_at, run: created_at };
  return { created_at, finished_at, timeline: { ...timeline, finished: finished_at } };
}

/** Writes jobs into the history that nobody has looked at since. */
async function writeHistory(place: Place, platform: string, jobIds: readonly string[]) {
  await mkdir(place.stateDir, { recursive: true, mode: 0o700 });
  const time = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const lines = jobIds.map((jobId) => {
    const record = { v: 1, kind: "track", time, platform, jobId, name: `lr-${jobId[4]}` };
    return `${JSON.stringify(record)}\n`;
  });
  await writeFile(join(place.stateDir, "journal.jsonl"), lines.join(""), { mode: 0o600 });
}

describe("a job of the history that nobody has looked at", () => {
  test("ends the looks of list where many of its kind are gone, and an active one is still found", async () => {
    const gone = Array.from({ length: 200 }, (_, index) => `job-gone-${index}`);
    await using platform = await startLocalPlatform({
      jobs: [{ jobId: open, name: "lr-2", status: "job_running" }],
    });
    await using place = await createPlace(platform);
    await writeHistory(place, platform.url, [...gone, open]);
    const list = await place.run(["list", "--json"]);
    expect(JSON.parse(list.stdout)).toContainEqual(
      expect.objectContaining({ job_id: open, phase: "running" }),
    );
    const asked = platform.requests.filter(({ operation }) => operation === "detail").length;
    expect(asked).toBeGreaterThanOrEqual(60);
    expect(asked).toBeLessThanOrEqual(130);
    expect(list.stderr.match(/job-gone-/g)?.length).toBe(20);
  });

  test.each([["--all"], ["--name", "lr-*"]])(
    "is left out of the set of %s where it has ended, and named it is not",
    async (...set) => {
      const jobs = [
        { jobId: done, name: "lr-1", status: "job_failed", answer: daysAgo(2) },
        { jobId: open, name: "lr-2", status: "job_running", next: ["job_succeeded"] },
      ];
      await using platform = await startLocalPlatform({ jobs });
      await using place = await createPlace(platform);
      await writeHistory(place, platform.url, [done, open]);
      const fast = ["--json", "--poll-interval", "20ms"];
      const wait = await place.run(["wait", ...set, ...fast]);
      expect(wait.code, wait.stderr).toBe(0);
      expect(JSON.parse(wait.stdout)).toMatchObject({ job_id: open, phase: "succeeded" });
      expect(wait.stderr).toContain(
        "1 job has ended already and is left out; `qizhi list` shows it.",
      );
      const named = await place.run(["wait", "lr-*", ...fast]);
      expect([named.code, JSON.parse(named.stdout)]).toEqual([
        1,
        [expect.objectContaining({ job_id: done }), expect.objectContaining({ job_id: open })],
      ]);
    },
  );

  test("is in a set where it has just ended: a script that waits for it is to know", async () => {
    const jobs = [{ jobId: done, name: "lr-1", status: "job_failed", answer: daysAgo(0) }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await writeHistory(place, platform.url, [done]);
    const wait = await place.run(["wait", "--name", "lr-*", "--json", "--poll-interval", "20ms"]);
    expect([wait.code, JSON.parse(wait.stdout)]).toMatchObject([1, { job_id: done }]);
  });

  test("stays in a set where it could not be asked about", async () => {
    const jobs = [{ jobId: open, status: "job_running", next: ["job_succeeded"] }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await writeHistory(place, platform.url, [open]);
    const reply = { kind: "reply", status: 404, body: "404 page not found" } as const;
    platform.setFaults([{ operation: "detail", calls: [1], fault: reply }]);
    const run = await place.run(["wait", "--all", "--json", "--poll-interval", "20ms"]);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ job_id: open, phase: "succeeded" });
  });
});

test("list names the way out for a job that the platform does not know any more", async () => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace(platform);
  await writeHistory(place, platform.url, [done, open]);
  const list = await place.run(["list"]);
  expect(list.code).toBe(3);
  expect(list.stderr).toContain('2 jobs are shown as last seen, marked "?"');
  expect(list.stderr).toContain(`\n  qizhi forget ${open} ${done}\n`);
  expect(await place.run(["forget", open, done])).toMatchObject({ code: 0 });
  expect(await place.run(["list"])).toMatchObject({ code: 0 });
});
