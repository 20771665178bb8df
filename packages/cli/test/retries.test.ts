import { startLocalPlatform } from "@qizhi/core/local";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createPlace } from "./run-cli.ts";
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
