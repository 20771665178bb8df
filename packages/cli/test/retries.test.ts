import { startLocalPlatform } from "@qizhi/core/local";
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createPlace, type Place } from "./run-cli.ts";
import { writeSpec } from "./write-spec.ts";

test("submit --wait --retries tries a failed job again, with a record each, and one result", async () => {
  await using platform = await startLocalPlatform({ stages: 0, gpus: 64 });
  await using place = await createPlace(platform);
  const fast = ["--wait", "--poll-interval", "20ms"];
  const names = () => platform.jobs().map(({ request }) => request.name);
  const flag = join(place.dir, "flag");
  const command = `test -e ${flag} || { touch ${flag}; exit 3; }`;
  const flaky = await writeSpec(place, { name: "flaky", command });
  const then = ["--then", 'echo "$QIZHI_JOB_NAME $QIZHI_JOB_STATUS" >> end.txt'];
  const run = await place.run(["submit", flaky, ...fast, "--retries", "2", "--json", ...then]);
  expect([run.code, JSON.parse(run.stdout)]).toEqual([
    0,
    expect.objectContaining({ name: "flaky-try2", phase: "succeeded" }),
  ]);
  expect(run.stderr).toContain("has failed; trying again (2 of 3).");
  expect(names()).toEqual(["flaky", "flaky-try2"]);
  expect(await readFile(join(place.dir, "end.txt"), "utf8")).toBe("flaky-try2 succeeded\n");
  const listed = await place.run(["list", "--name", "flaky*", "--offline", "--json"]);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ phase: "succeeded" }, { phase: "failed" }]);

  const bad = await writeSpec(place, { name: "bad", command: "exit 3" });
  const failed = await place.run(["submit", bad, ...fast, "--retries", "1"]);
  expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("bad-try2")]);
  expect(names().slice(2)).toEqual(["bad", "bad-try2"]);

  // A job is submitted again with retries of its own; a sweep counts them itself.
  const rerun = await place.run(["rerun", "@last", ...fast, "--failed", "--yes", "--retries", "1"]);
  expect([rerun.code, names().slice(4)]).toEqual([1, ["bad-try2", "bad-try2-try2"]]);
  const several = await place.run(["rerun", "bad*", "--yes", "--wait", "--retries", "1"]);
  expect(several.stderr).toContain("--retries fits one job, and several are named.");

  // The create of the second try may have worked: nobody sends a third.
  platform.setFaults([{ operation: "create", calls: [2], fault: { kind: "reset", effect: true } }]);
  const lost = await writeSpec(place, { name: "lost", command: "exit 3" });
  expect((await place.run(["submit", lost, ...fast, "--retries", "5"])).code).toBe(5);
  expect(names().slice(6)).toEqual(["lost", "lost-try2"]);
  expect(await place.run(["submit", lost, "--retries", "1"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--retries needs --wait or --local."),
  });
}, 60_000);

test("a failed job that another terminal has sent again is not tried again", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  await using place = await createPlace(platform);
  const end = join(place.dir, "end");
  const command = `until [ -e ${end} ]; do sleep 0.05; done; exit 3`;
  const file = await writeSpec(place, { name: "bad", command });
  const submit = place.start([
    "submit",
    file,
    "--wait",
    "--retries",
    "2",
    "--poll-interval",
    "20ms",
  ]);
  while (platform.jobs()[0]?.status !== "job_running") await platform.changed();
  await submit.waitFor("job-");
  submit.process.kill("SIGSTOP");
  await writeFile(end, "");
  while (platform.jobs()[0]?.status !== "job_failed") await platform.changed();
  expect(await place.run(["rerun", "bad", "--failed", "--yes"])).toMatchObject({ code: 0 });
  submit.process.kill("SIGCONT");
  const { code, stdout, stderr } = await submit.result;
  const [{ jobId = "" } = {}] = platform.jobs();
  expect([code, stdout]).toEqual([1, expect.stringContaining(jobId)]);
  expect(stderr).toContain(`${jobId} has failed, and another process has or may have submitted it`);
  expect(platform.jobs().map(({ request }) => request.name)).toEqual(["bad", "bad"]);
});

test("Ctrl-C while the last lines of a failed try are read ends that, and begins no other", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  await using place = await createPlace(platform);
  const file = await writeSpec(place, { name: "bad", command: "exit 3" });
  const logs = join(place.dir, "logs");
  // The lines are read until no more come.
  const grow = `while test -d ${place.dir}; do for log in ${logs}/*/0.*.log; do echo more >> "$log"; done; sleep 0.05; done`;
  const growing = spawn("sh", ["-c", grow], { stdio: "ignore" });
  onTestFinished(() => void growing.kill());
  const followed = ["--log-dir", logs, "--wait", "--follow", "--poll-interval", "20ms"];
  const then = ["--then", "touch then"];
  const submit = place.start(["submit", file, ...followed, "--retries", "1", ...then]);
  await submit.waitFor("(job_failed)");
  submit.process.kill("SIGINT");
  const { code, stdout } = await submit.result;
  expect([code, stdout]).toEqual([1, expect.stringContaining("bad")]);
  expect(existsSync(join(place.dir, "then"))).toBe(false);
  expect(platform.jobs()).toHaveLength(1);
});

const retrying = ["--wait", "--retries", "2", "--poll-interval", "20ms"];

/** Starts a submit with retries of a job that runs until a file is there, and then fails. */
async function startFailing(place: Place) {
  const end = join(place.dir, "end");
  const command = `until [ -e ${end} ]; do sleep 0.05; done; exit 3`;
  const file = await writeSpec(place, { name: "bad", command });
  const submit = place.start(["submit", file, ...retrying]);
  await submit.waitFor("(job_running)");
  return { submit, file, end };
}

test.each([
  ["of the job", ["stop", "bad", "--yes"]],
  ["of all", ["stop", "--all", "--yes"]],
])("an accepted stop %s leaves a job that has just failed as it is", async (_, stop) => {
  await using platform = await startLocalPlatform({ stages: 0 });
  await using place = await createPlace(platform);
  const { submit, file, end } = await startFailing(place);
  submit.process.kill("SIGSTOP");
  await writeFile(end, "");
  while (platform.jobs()[0]?.status !== "job_failed") await platform.changed();
  const [{ jobId = "" } = {}] = platform.jobs();
  // It is known to have ended before it is stopped.
  await place.run(["status", "bad"]);
  expect(await place.run(stop)).toMatchObject({ code: 0 });
  submit.process.kill("SIGCONT");
  const { code, stdout, stderr } = await submit.result;
  expect([code, stdout]).toEqual([1, expect.stringContaining(jobId)]);
  expect(stderr).toContain(`${jobId} has failed, and a stop of it was asked for`);
  expect(platform.jobs()).toHaveLength(1);
  // Who submits it again gets new tries.
  expect((await place.run(["submit", file, ...retrying])).code).toBe(1);
  expect(platform.jobs()).toHaveLength(4);
});

test("a stop that comes while the next try waits for its turn keeps it from being sent", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  await using place = await createPlace(platform);
  const file = await writeSpec(place, { name: "bad", command: "exit 3" });
  const fault = { kind: "rate-limit", retryAfterSec: 10 } as const;
  platform.setFaults([{ operation: "create", calls: [2], fault }]);
  const fast = ["--wait", "--retries", "2", "--poll-interval", "20ms", "--json"];
  const submit = place.start(["submit", file, ...fast, "--then", 'echo "$QIZHI_JOB_ID" > end']);
  const isCreate = ({ operation }: { operation: string }) => operation === "create";
  while (platform.requests.filter(isCreate).length < 2) await platform.changed();
  expect(await place.run(["stop", "--all", "--yes"])).toMatchObject({ code: 0 });
  const { code, stdout, stderr } = await submit.result;
  const [{ jobId = "" } = {}] = platform.jobs();
  expect([code, JSON.parse(stdout)]).toEqual([
    1,
    [
      expect.objectContaining({ job_id: jobId, phase: "failed" }),
      { error: expect.objectContaining({ code: "input", exit_code: 2 }) },
    ],
  ]);
  expect(stderr).toContain(`The next try was not sent; the result is that of ${jobId}`);
  expect(await readFile(join(place.dir, "end"), "utf8")).toBe(`${jobId}\n`);
  expect(platform.jobs()).toHaveLength(1);
});

describe("a next try that cannot be created leaves the one before as the result", () => {
  const refusal = { code: 100_003, message: "not permitted" };
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(refusal);

  test.each([
    ["refused", { kind: "reply", status: 200, headers, body }, 1, "api", 3],
    ["of unknown outcome", { kind: "reset", effect: true }, 5, "submission_unknown", 5],
  ] as const)("where it is %s", async (_, fault, expected, reason, ofError) => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const file = await writeSpec(place, { name: "bad", command: "exit 3" });
    platform.setFaults([{ operation: "create", calls: [2], fault }]);
    const then = ["--then", 'echo "$QIZHI_JOB_NAME $QIZHI_JOB_STATUS $QIZHI_EXIT_CODE" > end'];
    const fast = ["--wait", "--retries", "2", "--poll-interval", "20ms", "--json"];
    const { code, stdout, stderr } = await place.run(["submit", file, ...fast, ...then]);
    expect([code, JSON.parse(stdout)]).toEqual([
      expected,
      [
        expect.objectContaining({ name: "bad", phase: "failed" }),
        { error: expect.objectContaining({ code: reason, exit_code: ofError }) },
      ],
    ]);
    expect(stderr.includes("The next try was not sent")).toBe(ofError === 3);
    expect(stderr).not.toContain("Nothing was sent");
    expect(await readFile(join(place.dir, "end"), "utf8")).toBe(`bad failed ${expected}\n`);
  });

  const unreadable = async ({ stateDir }: Place) => {
    await rename(join(stateDir, "journal.jsonl"), join(stateDir, "moved"));
    await mkdir(join(stateDir, "journal.jsonl"));
  };
  const full = async ({ stateDir }: Place, pid: number | undefined) => {
    const { size } = await stat(join(stateDir, "journal.jsonl"));
    await promisify(execFile)("prlimit", [`--pid=${pid}`, `--fsize=${size}`]);
  };

  test.each([
    ["read", unreadable],
    ...(process.platform === "linux" ? [["written", full] as const] : []),
  ] as const)("where the history cannot be %s", async (_, breakIt) => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const { submit, end } = await startFailing(place);
    await breakIt(place, submit.process.pid);
    await writeFile(end, "");
    const { code, stdout, stderr } = await submit.result;
    expect([code, stdout]).toEqual([1, expect.stringContaining("bad")]);
    expect(stderr).toContain("error: Cannot");
    expect(stderr).toContain("The next try was not sent");
    expect(stderr).not.toContain("Nothing was sent");
    expect(platform.jobs()).toHaveLength(1);
  });
});
