import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPlace, type Place } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";
import { writeSpec } from "./write-spec.ts";

// One platform for all: six jobs, of which one fails, and a sweep of two.
let platform: LocalPlatform;
let place: Place;
let sweepId: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  platform = await startLocalPlatform({ stages: { queuingMs: 0 }, gpus: 64 });
  place = await createPlace(platform);
  for (const [name, command] of [
    ["lr-bad", "exit 3"],
    ["lr-1", "sleep 600"],
    ["lr-2", "sleep 600"],
    ["other", "sleep 600"],
  ] as const) {
    const file = await writeSpec(place, { name, command });
    ids[name] = (await place.run(["submit", file])).stdout.trim();
  }
  const matrix = { command: "sleep 600 {{ matrix.n }}", matrix: { n: [1, 2] } };
  const file = await writeSpec(place, { name: "search", ...matrix });
  sweepId = JSON.parse((await place.run(["submit", file, "--json"])).stdout).sweep;
  await place.run(["wait", "lr-bad"]);
}, 60_000);
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await platform.dispose();
});

const seedOf = (digit: string) =>
  `job-${"8-4-4-4-12".replaceAll(/\d+/g, (length) => digit.repeat(Number(length)))}`;

const namesOf = (stdout: string): string[] => {
  const found = [JSON.parse(stdout)].flat();
  return found.map((each: { name: string }) => each.name);
};

describe("what a command line names", () => {
  test("is the same for every command: @last, @2, names, patterns, sets by flags", async () => {
    for (const [args, names] of [
      [["status", "@2"], ["other"]],
      [["status", "@4"], ["lr-1"]],
      [
        ["status", "lr-*"],
        ["lr-bad", "lr-1", "lr-2"],
      ],
      [
        ["status", "--name", "LR-?"],
        ["lr-1", "lr-2"],
      ],
      [["status", "--status", "failed"], ["lr-bad"]],
      [["status", "--status", "running", "--name", "*o*er*"], ["other"]],
      [
        ["status", "--all"],
        ["lr-1", "lr-2", "other", "search-n-1", "search-n-2"],
      ],
      [["status", "--since", "1h", "--name", "other"], ["other"]],
      [["list", "--name", "r-b"], ["lr-bad"]],
      [
        ["list", "--name", "lr-?", "--phase", "active"],
        ["lr-2", "lr-1"],
      ],
    ] as const) {
      const { stdout, stderr, code } = await place.run([...args, "--json"]);
      expect([code, stderr.replace(/.*deprecated.*\n/, "")], args.join(" ")).toEqual([0, ""]);
      expect(namesOf(stdout), args.join(" ")).toEqual(names);
    }
  }, 60_000);

  test("is @last without a word for status and wait, and for stop has to be typed", async () => {
    const status = await place.run(["status", "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({ sweep: sweepId, counts: { running: 2 } });
    const wait = await place.run(["wait", "--timeout", "10ms", "--json"]);
    expect(JSON.parse(wait.stdout)).toHaveLength(2);
    expect(await place.run(["stop", "--yes"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Name what to stop"),
    });
  }, 60_000);

  test("is refused where it fits nothing, or where a set is chosen beside names", async () => {
    for (const [args, said] of [
      [["status", "@9"], "There is no @9"],
      [["stop", "nothing-*", "--yes"], 'No job of the history matches "nothing-*"'],
      [["wait", "--name", "nothing"], "No job of the history matches."],
      [["stop", "other", "--name", "lr-*"], "--name does nothing beside <jobs>"],
      [["stop", "--all", "--status", "queued"], "--all does nothing beside --status"],
      [["status", "other", "--csv", "x.csv"], "--csv is for a sweep, and this is none."],
      [["rerun", sweepId, "--set", "task_priority=5"], "--set is for jobs, not for a sweep."],
      [["rerun", "other", sweepId], "A sweep is resumed alone"],
      [["rerun", sweepId, "--failed", "--", "python", "x.py"], "-- is for jobs, not for a sweep."],
      [["sweep", "list", sweepId], "qizhi sweep list does not take"],
      [["track", sweepId], "is a sweep; name one of its jobs"],
    ] as const) {
      const run = await place.run(args);
      expect([run.code, run.stdout], args.join(" ")).toEqual([2, ""]);
      expect(run.stderr).toContain(said);
    }
    const stops = platform.requests.filter(({ operation }) => operation === "stop");
    expect(stops).toEqual([]);
  }, 60_000);

  test("is told as deprecated in its old form, which still works", async () => {
    const show = await place.run(["sweep", "show", "search", "--json"]);
    expect(JSON.parse(show.stdout)).toMatchObject({ sweep: sweepId });
    expect(show.stderr).toContain("`qizhi sweep show` is deprecated");
    expect(show.stderr).toContain("use `qizhi status <sweep>`");
    const list = await place.run(["list", "--phase", "failed", "--json"]);
    expect(list.stderr).toContain("`--phase` is deprecated");
    expect((await place.run(["list", "--help"])).stdout).not.toContain("--phase");
    const sweeps = await place.run(["list", "--sweeps", "--name", "sea*", "--json"]);
    expect(JSON.parse(sweeps.stdout)).toMatchObject([{ sweep: sweepId, name: "search" }]);
    const none = await place.run(["list", "--sweeps", "--name", "zzz"]);
    expect(none).toMatchObject({ code: 0, stderr: "No sweep of the history matches.\n" });
    const elsewhere = ["list", "--sweeps", "--base-url", "https://qz.sii.edu.cn"];
    expect(await place.run(elsewhere)).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "No sweep of the history matches.\n",
    });
  }, 60_000);
});

describe("rerun of what failed", () => {
  test("sends each failed job once more, and not again when the same is asked for again", async () => {
    const without = await place.run(["rerun", "lr-*", "--failed"]);
    expect(without).toMatchObject({ code: 2, stdout: "" });
    expect(without.stderr).toContain("1 job would be submitted again");
    const before = platform.jobs().length;
    const run = await place.run(["rerun", "lr-*", "--failed", "--yes"]);
    expect([run.code, run.stdout.trim().split("\n")]).toEqual([
      0,
      [expect.stringMatching(/^job-/)],
    ]);
    expect(
      platform
        .jobs()
        .slice(before)
        .map(({ request }) => request.name),
    ).toEqual(["lr-bad"]);
    await place.run(["wait", run.stdout.trim()]);
    const since = await place.run(["rerun", "--failed", "--since", "1h", "--dry-run"]);
    expect(JSON.parse(since.stdout)).toMatchObject({ name: "lr-bad" });
    const old = await place.run(["rerun", ids["lr-bad"]!, "--failed", "--yes"]);
    expect([old.code, old.stdout]).toEqual([0, ""]);
    expect(old.stderr).toContain("None of these jobs has failed");
    expect(platform.jobs()).toHaveLength(before + 1);
  }, 60_000);
});

describe("a stop of a set", () => {
  test.each([
    ["no answer of the platform", { status: 404, body: "<html>404</html>" }, 3],
    ["a refusal", { status: 200, body: JSON.stringify({ code: 100_002, message: "参数错误" }) }, 2],
  ])(
    "by status leaves a job whose status is of before, after %s",
    async (_, reply, code) => {
      const jobIds = ["c", "d"].map(seedOf);
      const jobs = jobIds.map((jobId) => ({ jobId, status: "job_queuing" }));
      await using other = await startLocalPlatform({ jobs });
      await using elsewhere = await createPlace(other);
      for (const jobId of jobIds) await elsewhere.run(["track", jobId]);
      other.setFaults([{ operation: "detail", fault: { kind: "reply", ...reply } }]);
      const run = await elsewhere.run(["stop", "--status", "queued", "--yes"]);
      expect(run).toMatchObject({ code, stdout: "" });
      for (const jobId of code === 2 ? jobIds : []) expect(run.stderr).toContain(jobId);
      expect(other.requests.filter(({ operation }) => operation === "stop")).toEqual([]);
    },
    60_000,
  );

  test("asks one question that lists the jobs and their GPUs", async () => {
    await using terminal = openTerminal(place, ["stop", "--name", "lr-*"], { columns: 100 });
    await terminal.waitFor("Stop these 2 jobs (16 GPUs)?");
    expect(terminal.screen()).toContain("lr-1");
    expect(terminal.screen()).toContain("lr-2");
    terminal.send("n");
    expect(await terminal.ended).toBe(2);
  }, 60_000);

  test("stops every active job with --all, and halts sweeps", async () => {
    const matrix = { command: "sleep 600 {{ matrix.n }}", matrix: { n: [3, 4] } };
    const file = await writeSpec(place, { name: "later", ...matrix });
    const running = place.start(["submit", file, "--max-active", "1", "--wait"]);
    await running.waitFor(/later-n-3 {2}submitted/);
    const run = await place.run(["stop", "--all", "--yes", "--json"]);
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const [halted, ...stopped] = JSON.parse(run.stdout);
    expect(halted).toMatchObject({ name: "later", is_halted: true, not_submitted: 1 });
    expect(stopped).toHaveLength(6);
    await running.result;
    while (platform.jobs().some(({ status }) => /stopping|reserving/.test(status ?? "")))
      await platform.changed();
    await place.run(["status", "*"]);
    expect(await place.run(["stop", "--all", "--yes"])).toMatchObject({
      code: 0,
      stderr: "No job is active.\n",
    });
    for (const { status } of platform.jobs()) expect(status).toMatch(/job_stopp|job_failed/);
  }, 60_000);
});

test("--all halts a sweep that has not seen yet that the job of its last try failed", async () => {
  await using own = await startLocalPlatform({ stages: 0, gpus: 64 });
  await using home = await createPlace(own);
  const end = join(home.dir, "end");
  const command = `until [ -e ${end} ]; do sleep 0.05; done; exit {{ matrix.n }}`;
  const file = await writeSpec(home, { name: "search", command, matrix: { n: [3] } });
  const flags = ["--wait", "--poll-interval", "1h", "--retries", "1"];
  const sweep = home.start(["submit", file, ...flags]);
  await sweep.waitFor(/search {2}submitted/);
  await writeFile(end, "");
  while (own.jobs()[0]?.status !== "job_failed") await own.changed();
  const run = await home.run(["stop", "--all", "--yes", "--json"]);
  expect([run.code, JSON.parse(run.stdout)]).toMatchObject([
    0,
    [
      { name: "search", is_halted: true },
      { stop_sent: false, status: "job_failed" },
    ],
  ]);
  sweep.process.kill("SIGKILL");
  await sweep.result;
});

test("a job that could not be asked about is left out of a set of some status, which ends with 3", async () => {
  const [one, two] = ["1", "2"].map((digit) => `job-11111111-1111-4111-8111-11111111111${digit}`);
  await using own = await startLocalPlatform({
    jobs: [one!, two!].map((jobId) => ({ jobId, status: "job_running" })),
  });
  await using home = await createPlace(own);
  for (const jobId of [one!, two!]) await home.run(["track", jobId]);
  const refused = { code: 100_003, message: "permission denied" };
  const fault = { kind: "reply", status: 200, body: JSON.stringify(refused) } as const;
  for (const args of [["status"], ["stop", "--yes"]]) {
    own.setFaults([{ operation: "detail", calls: [1], fault }]);
    const run = await home.run([...args, "--status", "running", "--json"]);
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining("permission denied")]);
    expect(JSON.parse(run.stdout)).toHaveProperty("job_id");
  }
  expect(own.requests.filter(({ operation }) => operation === "stop")).toHaveLength(1);
});
