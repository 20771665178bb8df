import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { execFileSync } from "node:child_process";
import { copyFile, mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPlace, type Place } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";
import { writeSpec } from "./write-spec.ts";

let platform: LocalPlatform;
let place: Place;
let file: string;
let commit: string;

beforeAll(async () => {
  platform = await startLocalPlatform({ stages: 0, commands: "skip" });
  place = await createPlace(platform);
  const envs = [{ name: "API_TOKEN", value: "hunter2-of-one" }];
  file = await writeSpec(place, { name: "noted", envs });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@y", ...args], {
      cwd: place.dir,
      env: { ...place.env, HOME: place.dir },
      encoding: "utf8",
    }).trim();
  git("init", "-q");
  git("add", "noted.json");
  git("commit", "-qm", "first");
  commit = git("rev-parse", "HEAD");
  const submit = await place.run(["submit", file, "--note", "warm-up \u001b[31m2k"]);
  expect([submit.code, submit.stderr.includes("error")]).toEqual([0, false]);
}, 60_000);
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await platform.dispose();
});

test("a job keeps its note, the file and folder of its spec, and the commit they were at", async () => {
  const json = JSON.parse((await place.run(["status", "--json"])).stdout);
  expect(json.origin).toEqual({ file, folder: place.dir, commit, is_dirty: false });
  expect(json.note).toContain("warm-up");
  const text = await place.run(["status"]);
  expect(text.stdout).toMatch(/^note +warm-up .*31m2k$/m);
  expect(text.stdout).not.toContain("\u001b");
  expect(text.stdout).toContain(`${file} at ${commit.slice(0, 12)}\n`);
  expect(await place.run(["note", "noted", "loss: 0.3"])).toMatchObject({ code: 0, stdout: "" });
  expect((await place.run(["status"])).stdout).toMatch(/^note +loss: 0\.3$/m);
  await place.run(["note", "noted", ""]);
  expect((await place.run(["status"])).stdout).not.toMatch(/^note /m);
  expect(await place.run(["note", "noted"])).toMatchObject({ code: 2 });
  const elsewhere = "job-11111111-1111-4111-8111-111111111111";
  expect(await place.run(["note", elsewhere, "x"])).toMatchObject({ code: 2 });
}, 60_000);

test("the commit is that of the repository into which a link leads", async () => {
  await using elsewhere = await createPlace(platform);
  const link = join(elsewhere.dir, "link");
  const inside = join(place.dir, "inside");
  await mkdir(inside);
  await copyFile(file, join(inside, "noted.json"));
  await symlink(inside, link);
  expect(await elsewhere.run(["submit", join(link, "noted.json")])).toMatchObject({ code: 0 });
  const json = JSON.parse((await elsewhere.run(["status", "--json"])).stdout);
  expect(json.origin).toMatchObject({ file: join(link, "noted.json"), commit });
}, 60_000);

test("two submissions are compared field by field, and no secret is shown", async () => {
  const envs = [{ name: "API_TOKEN", value: "hunter2-of-other" }];
  const other = await writeSpec(place, { name: "noted", task_priority: 5, envs });
  await place.run(["submit", other]);
  const diff = await place.run(["diff", "@2", "@last"]);
  expect(diff).toMatchObject({ code: 0, stderr: "" });
  expect(diff.stdout.split("\n").toSorted()).toEqual(
    [
      "",
      '+ envs[API_TOKEN].value: "***"',
      '- envs[API_TOKEN].value: "***"',
      "+ task_priority: 5",
      "- task_priority: 4",
    ].toSorted(),
  );
  const json = JSON.parse((await place.run(["diff", "@2", "@last", "--json"])).stdout);
  expect(json.fields).toContainEqual({ path: "task_priority", before: 4, after: 5 });
  expect((await place.run(["diff", "@2", "@2"])).stderr).toContain("the same spec");
  const dirty = JSON.parse((await place.run(["status", "@last", "--json"])).stdout);
  expect(dirty.origin).toMatchObject({ commit, is_dirty: true });
}, 60_000);

test("a command at the end has the facts as variables, and a name is no code in it", async () => {
  const evil = await writeSpec(place, { name: "x$(touch hacked)`touch hacked`" });
  const then = 'printf "%s|" "$QIZHI_JOB_STATUS" $QIZHI_JOB_NAME "$QIZHI_EXIT_CODE" > end.txt';
  const run = await place.run(["submit", evil, "--wait", "--then", `${then}; echo told`]);
  expect([run.code, run.stdout.includes("told")]).toEqual([0, false]);
  expect(run.stderr).toContain("told");
  const told = await readFile(join(place.dir, "end.txt"), "utf8");
  expect(told).toBe("succeeded|x$(touch|hacked)`touch|hacked`|0|");
  await expect(readFile(join(place.dir, "hacked"))).rejects.toThrow("ENOENT");
  const failing = await place.run(["wait", "--then", "exit 3"]);
  expect([failing.code, failing.stderr]).toEqual([
    0,
    expect.stringContaining("The command of --then ended with 3."),
  ]);
  const sweep = ["submit", file, "--matrix", "n=1,2", "--wait", "--rate", "200"];
  const sweepThen = ["--then", 'echo "$QIZHI_SWEEP_ID $QIZHI_EXIT_CODE" > end.txt'];
  await place.run([...sweep, ...sweepThen, "--", "echo", "{{ matrix.n }}"]);
  expect(await readFile(join(place.dir, "end.txt"), "utf8")).toMatch(/^sweep-[\da-f]{8} 0\n$/);
  expect(await place.run(["submit", file, "--then", "true"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--then needs --wait or --local."),
  });
}, 60_000);

test("a terminal rings and is handed a notification, and a page opens in the browser that is named", async () => {
  await using terminal = openTerminal(place, ["wait", "noted-n-1", "--notify"]);
  expect(await terminal.ended).toBe(0);
  expect(terminal.raw()).toContain("\u001b]9;qizhi: noted-n-1: succeeded\u0007\u0007");
  const open = await place.run(["open", "noted-n-1"]);
  expect([open.code, open.stdout]).toEqual([
    0,
    expect.stringMatching(/distributedTrainingDetail\/job-.*\?spaceId=ws-3333.*\n$/),
  ]);
  expect(open.stderr).toContain("There is no browser");
  const browser = { BROWSER: "/bin/true", DISPLAY: undefined };
  expect(await place.run(["open", "noted-n-1"], { env: browser })).toMatchObject({ stderr: "" });
}, 60_000);

test("a command after a wait that reached its limit has the facts of the last poll", async () => {
  const ids = ["b", "c"].map((digit) => `job-bbbbbbbb-bbbb-4bbb-8bbb-${digit.repeat(12)}`);
  const [running = "", gone = ""] = ids;
  const jobs = [{ jobId: running, status: "job_running", answer: { name: "long" } }];
  await using other = await startLocalPlatform({ jobs });
  await using elsewhere = await createPlace(other);
  const then = 'echo "$QIZHI_JOB_ID|$QIZHI_JOB_NAME|$QIZHI_JOB_STATUS|$QIZHI_JOB_URL"';
  const wait = ["wait", ...ids, "--timeout", "2s", "--then", then];
  const { stderr } = await elsewhere.run(wait);
  const told = /^job-b.*\|.*$/m.exec(stderr)?.[0].split("|") ?? [];
  expect(told.slice(0, 3)).toEqual([ids.join(" "), `long ${gone}`, "running unknown"]);
  expect(told[3]?.split(" ").map((url) => ids.findIndex((id) => url.includes(id)))).toEqual([0, 1]);
}, 60_000);

test("a command after a wait for several jobs has the seconds of each, in the order of the ids", async () => {
  const ids = ["b", "c", "d"].map((digit) => `job-bbbbbbbb-bbbb-4bbb-8bbb-${digit.repeat(12)}`);
  const ran = [
    ["job_succeeded", "90000"],
    ["job_stopped", undefined],
    ["job_failed", "30400"],
  ] as const;
  const untimed = { created_at: undefined, finished_at: undefined, timeline: undefined };
  const jobs = ran.map(([status, running_time_ms], at) => {
    return { jobId: ids[at]!, status, answer: { ...untimed, running_time_ms } };
  });
  await using other = await startLocalPlatform({ jobs });
  await using elsewhere = await createPlace(other);
  const run = await elsewhere.run(["wait", ...ids, "--then", 'echo "ran: $QIZHI_JOB_SECONDS"']);
  expect(run.stderr).toMatch(/^ran: 90 0 30$/m);
}, 60_000);

test("a command after the wait runs also where a name is longer than a variable may be", async () => {
  const jobId = "job-bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
  const answer = { name: "训".repeat(100_000) };
  const jobs = [{ jobId, status: "job_succeeded", answer }];
  await using other = await startLocalPlatform({ jobs });
  await using elsewhere = await createPlace(other);
  const run = await elsewhere.run([
    "wait",
    jobId,
    "--then",
    'echo "${#QIZHI_JOB_NAME} $QIZHI_JOB_STATUS"',
  ]);
  expect([run.code, run.stderr]).toEqual([0, expect.stringMatching(/^\d{1,5} succeeded$/m)]);
}, 60_000);
