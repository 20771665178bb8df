import { startLocalPlatform } from "@qizhi/core/local";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createPlace, type Place } from "./run-cli.ts";

const open = "job-11111111-1111-4111-8111-111111111111";
const done = "job-22222222-2222-4222-8222-222222222222";

interface Line {
  readonly kind: string;
  readonly jobId?: string;
}

async function readLines({ stateDir }: Place): Promise<Line[]> {
  const text = await readFile(join(stateDir, "journal.jsonl"), "utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}

/** Lets the records of polls be older, with a run as short as a run was then. */
async function age(place: Place, ms: number): Promise<void> {
  const time = new Date(Date.now() - ms).toISOString();
  const lines = (await readLines(place)).map((line) => {
    const older = { ...line, sum: undefined, time, runMs: 1 };
    return JSON.stringify(line.kind === "seen" ? older : line);
  });
  await writeFile(join(place.stateDir, "journal.jsonl"), `${lines.join("\n")}\n`);
}

test("an active job is as last seen after minutes of the same status; its polls in between leave no line", async () => {
  const jobs = [
    { jobId: open, status: "job_running" },
    { jobId: done, status: "job_succeeded" },
  ];
  await using platform = await startLocalPlatform({ jobs });
  await using place = await createPlace(platform);
  for (const jobId of [open, done]) await place.run(["track", jobId]);
  const countSeen = async (jobId: string) =>
    (await readLines(place)).filter((line) => line.kind === "seen" && line.jobId === jobId).length;
  const runMs = async () => {
    const { stdout } = await place.run(["list", "--name", "*", "--offline", "--json"]);
    const listed: { job_id: string; run_time_ms: number }[] = JSON.parse(stdout);
    return listed.find(({ job_id: jobId }) => jobId === open)?.run_time_ms;
  };
  await age(place, 9 * 60_000);
  await place.run(["status", open, done]);
  expect([await countSeen(open), await countSeen(done), await runMs()]).toEqual([1, 1, 1]);
  await age(place, 11 * 60_000);
  await place.run(["status", open, done]);
  expect([await countSeen(open), await countSeen(done)]).toEqual([2, 1]);
  expect(await runMs()).toBeGreaterThan(1);
  await place.run(["list"]);
  expect(await countSeen(open)).toBe(2);
});

test("a job that the history has seen end, and that the platform keeps no longer, is told of as that", async () => {
  const jobs = [{ jobId: done, status: "job_succeeded" }];
  await using platform = await startLocalPlatform({ jobs });
  await using place = await createPlace(platform);
  await place.run(["track", done]);
  const body = JSON.stringify({ code: 100002, message: "parameter error: job not found" });
  platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
  for (const command of ["status", "logs"]) {
    const { code, stderr } = await place.run([command, done]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/code 100002\): [^\n]*\n$/)]);
  }
  // An id that nobody has seen may be cut off.
  expect((await place.run(["status", open])).stderr).toContain("Check the job id");
  const wait = await place.run(["wait", done, "--poll-interval", "20ms"]);
  expect([wait.code, wait.stderr]).toEqual([
    3,
    expect.stringContaining("\n  It had ended; the platform keeps it no longer.\n"),
  ]);
});

test("what a wait sees is kept at once, as it may be killed", async () => {
  const jobs = [{ jobId: open, status: "job_queuing", next: ["job_running"] }];
  await using platform = await startLocalPlatform({ jobs });
  await using place = await createPlace(platform);
  await place.run(["track", open]);
  const cli = place.start(["wait", open, "--poll-interval", "20ms"]);
  await cli.waitFor("job_running");
  cli.process.kill("SIGKILL");
  await cli.result;
  const { stdout } = await place.run(["list", "--offline", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([{ job_id: open, phase: "running" }]);
  expect((await readLines(place)).filter(({ kind }) => kind === "seen")).toHaveLength(2);
});
