import { startLocalPlatform } from "@qizhi/core/local";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPlace, type Place } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";
import { writeSpec } from "./write-spec.ts";

const skip = { commands: "skip", stages: 0 } as const;

async function submitEach(place: Place, names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    const run = await place.run(["submit", await writeSpec(place, { name })]);
    ids.push(run.stdout.trim());
  }
  return ids;
}

describe("a rerun of several", () => {
  test("names after an unknown outcome the command that sends the rest, and nothing twice", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const [a = "", b = "", c = ""] = await submitEach(place, ["a", "b", "c"]);
    const names = () => platform.jobs().map(({ request }) => request.name);
    const lost = {
      operation: "create",
      calls: [2],
      fault: { kind: "reset", effect: true },
    } as const;
    platform.setFaults([lost]);
    const change = ["--set", "task_priority=5", "--env", "MY_TOKEN=open-sesame"];
    const cut = await place.run(["rerun", a, b, c, "--yes", ...change]);
    expect(cut.code).toBe(5);
    expect(names().slice(3)).toEqual(["a", "b"]);
    const said = "1 job was not sent. To send the rest, with the same --set, --env:";
    expect(cut.stderr).toContain(`${said}\n  qizhi rerun ${c}\n`);
    expect(cut.stderr).not.toContain("open-sesame");
    const rest = await place.run(["rerun", c, ...change]);
    expect([rest.code, names().slice(5)]).toEqual([0, ["c"]]);
  });

  test("goes on past a job that may have been submitted already, and ends with the code of that", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const ids = await submitEach(place, ["a", "b", "c"]);
    const names = () => platform.jobs().map(({ request }) => request.name);
    platform.setFaults([{ operation: "create", fault: { kind: "reset", effect: true } }]);
    expect(await place.run(["rerun", ids[1] ?? ""])).toMatchObject({ code: 5 });
    platform.setFaults([]);
    const run = await place.run(["rerun", ...ids, "--yes"]);
    expect([run.code, run.stdout.trim().split("\n")]).toEqual([
      2,
      [expect.stringMatching(/^job-/), expect.stringMatching(/^job-/)],
    ]);
    expect(run.stderr).toContain('"b" was sent from here');
    expect(run.stderr).not.toContain("not sent");
    expect(names().slice(4)).toEqual(["a", "c"]);
  });
});

test("a rerun of several that Ctrl-C ends gives the jobs that were created before", async () => {
  await using platform = await startLocalPlatform(skip);
  await using place = await createPlace(platform);
  const ids = await submitEach(place, ["a", "b"]);
  for (const json of [[], ["--json"], ["--json", "--wait"]]) {
    const before = platform.jobs().length;
    platform.setFaults([{ operation: "create", calls: [2], fault: { kind: "never-answer" } }]);
    const rerun = place.start(["rerun", ...ids, "--yes", "--allow-duplicate", ...json]);
    const creates = () => platform.requests.filter(({ operation }) => operation === "create");
    const sent = creates().length;
    while (creates().length < sent + 2) await platform.changed();
    rerun.process.kill("SIGINT");
    const { code, stdout, stderr } = await rerun.result;
    expect([code, stderr]).toEqual([130, expect.stringContaining('"b"')]);
    const { jobId = "" } = platform.jobs()[before] ?? {};
    if (json.length === 0) expect(stdout).toBe(`${jobId}\n`);
    else {
      const interruption = { exit_code: 130 };
      const unsent = { job_id: null, attempt: expect.any(String), interruption };
      expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ job_id: jobId }), unsent]);
    }
  }
});

describe("a rerun of what failed", () => {
  test("sends once what failed in its last try, and nothing whose retry succeeded or goes on", async () => {
    await using platform = await startLocalPlatform({ stages: 0, gpus: 64 });
    await using place = await createPlace(platform);
    const names = () => platform.jobs().map(({ request }) => request.name);
    const tried = ["--wait", "--poll-interval", "20ms", "--retries", "1"];
    const [first, second] = [join(place.dir, "first"), join(place.dir, "second")];
    const once = (flag: string) => `test -e ${flag} || { touch ${flag}; exit 3; }`;
    const flaky = await writeSpec(place, { name: "flaky", command: once(first) });
    expect((await place.run(["submit", flaky, ...tried])).code).toBe(0);
    const bad = await writeSpec(place, { name: "bad", command: "exit 3" });
    expect((await place.run(["submit", bad, ...tried])).code).toBe(1);
    const matrix = { command: "exit {{ matrix.n }}", matrix: { n: [3, 0] } };
    const search = await writeSpec(place, { name: "search", ...matrix });
    expect((await place.run(["submit", search, ...tried])).code).toBe(1);
    const command = `${once(second)}; sleep 600`;
    const slow = await writeSpec(place, { name: "slow", command });
    const submit = place.start(["submit", slow, ...tried]);
    await submit.waitFor("slow-try2");
    const before = platform.jobs().length;
    const none = await place.run(["rerun", "flaky", "slow", "--failed", "--yes"]);
    expect(none).toMatchObject({ code: 0, stdout: "" });
    const run = await place.run(["rerun", "--failed", "--since", "1h", "--yes"]);
    expect([run.code, names().slice(before).toSorted()]).toEqual([
      0,
      ["bad-try2", "search-n-3-try2"],
    ]);
  });

  const settled = "leaves a job whose retry may exist, until a person has settled that";
  test.each([-7_200_000, 7_200_000])(
    `${settled}, also of a clock ahead by %d ms`,
    async (aheadMs) => {
      await using platform = await startLocalPlatform({ stages: 0 });
      await using place = await createPlace(platform);
      const lost = { kind: "reset", effect: true } as const;
      platform.setFaults([{ operation: "create", calls: [2], fault: lost }]);
      const file = await writeSpec(place, { name: "lost", command: "exit 3" });
      const tried = ["--wait", "--poll-interval", "20ms", "--retries", "1"];
      expect((await place.run(["submit", file, ...tried])).code).toBe(5);
      const journal = join(place.stateDir, "journal.jsonl");
      const [none = "", first = "", ...retry] = (await readFile(journal, "utf8")).split(
        /^(?=.*"kind":"attempt")/m,
      );
      const before = new Date(Date.now() + aheadMs).toISOString();
      const ahead = first.replaceAll(/"time":"[^"]*"/g, `"time":"${before}"`);
      await writeFile(journal, [none, ahead, ...retry].join(""));
      const left = await place.run(["rerun", "lost", "--failed", "--yes"]);
      expect(left).toMatchObject({ code: 0, stdout: "" });
      expect(left.stderr).toContain("1 submit has an unknown outcome: qizhi list --unresolved");
      const [{ attempt = "" } = {}] = JSON.parse(
        (await place.run(["list", "--unresolved", "--json"])).stdout,
      );
      await place.run(["forget", attempt]);
      const sent = await place.run(["rerun", "lost", "--failed", "--yes"]);
      expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^job-/) });
    },
  );

  test("refuses a failed job that was not submitted from here, and names it", async () => {
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_failed" }] });
    await using place = await createPlace(platform);
    const { jobId = "" } = platform.jobs()[0] ?? {};
    const run = await place.run(["rerun", jobId, "--failed", "--yes"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(`${jobId} was not submitted from here`);
  });

  test("ends with 3 where the platform does not tell of a job that may have failed", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const bad = await writeSpec(place, { name: "bad", command: "exit 3" });
    expect((await place.run(["submit", bad, "--wait", "--poll-interval", "20ms"])).code).toBe(1);
    await submitEach(place, ["untold"]);
    const body = JSON.stringify({ code: 100002, message: "no job" });
    platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
    const none = await place.run(["rerun", "untold", "--failed", "--yes", "--json"]);
    expect([none.code, JSON.parse(none.stdout)]).toEqual([3, []]);
    expect(none.stderr).not.toContain("None of these jobs has failed");
    // How it ended is known, whatever the platform says now.
    const known = await place.run(["rerun", "bad", "--failed", "--dry-run"]);
    expect(known.code).toBe(0);
    const some = await place.run(["rerun", "untold", "bad", "--failed", "--yes"]);
    expect([some.code, some.stdout]).toEqual([3, expect.stringMatching(/^job-\S+\n$/)]);
  });

  test("leaves to a sweep what that is about to try again, and names it", async () => {
    await using platform = await startLocalPlatform({ stages: 0, gpus: 64 });
    await using place = await createPlace(platform);
    const end = join(place.dir, "end");
    // The second run holds the only place when the first is to be tried again.
    const command = `[ {{ matrix.n }} = 2 ] || exit 3; until [ -e ${end} ]; do sleep 0.05; done`;
    const file = await writeSpec(place, { name: "search", command, matrix: { n: [1, 2] } });
    const flags = ["--wait", "--poll-interval", "20ms", "--max-active", "1", "--retries", "1"];
    const sweep = place.start(["submit", file, ...flags]);
    await sweep.waitFor(/n-1 {2}failed and is tried again[^]*n-2 {2}submitted/);
    const rerun = await place.run(["rerun", "--failed", "--since", "1h", "--yes"]);
    expect(rerun).toMatchObject({ code: 0, stdout: "" });
    expect(rerun.stderr).toMatch(/^sweep-\w+ tries 1 failed job again itself: left out here\./);
    await writeFile(end, "");
    expect((await sweep.result).code).toBe(1);
    const names = platform.jobs().map(({ request }) => request.name);
    expect(names).toEqual(["search-n-1", "search-n-2", "search-n-1-try2"]);
  });
});

test("a rerun of several leaves to a sweep what that tries again since it goes on with --retries", async () => {
  await using platform = await startLocalPlatform({ stages: 0, gpus: 64 });
  await using place = await createPlace(platform);
  const command = `until [ -e ${place.dir}/end-{{ matrix.n }} ]; do sleep 0.05; done; [ {{ matrix.n }} = 2 ]`;
  const file = await writeSpec(place, { name: "search", command, matrix: { n: [1, 2] } });
  const wait = ["--wait", "--poll-interval", "20ms"];
  const first = place.start(["submit", file, ...wait, "--max-active", "1"]);
  await first.waitFor(/n-1 {2}submitted/);
  first.process.kill("SIGKILL");
  await first.result;
  const second = place.start(["rerun", "search", ...wait, "--retries", "1"]);
  await second.waitFor(/goes on/);
  await writeFile(join(place.dir, "end-1"), "");
  await second.waitFor(/n-1 {2}failed and is tried again[^]*n-2 {2}submitted/);
  const rerun = await place.run(["rerun", "--failed", "--since", "1h", "--yes"]);
  expect(rerun).toMatchObject({ code: 0, stdout: "" });
  expect(rerun.stderr).toMatch(/^sweep-\w+ tries 1 failed job again itself: left out here\./);
  second.process.kill("SIGKILL");
  await second.result;
  await writeFile(join(place.dir, "end-2"), "");
  // As the words after an interrupt say: without the flags of before.
  expect((await place.run(["rerun", "search", ...wait])).code).toBe(1);
  const names = platform.jobs().map(({ request }) => request.name);
  expect(names).toEqual(["search-n-1", "search-n-2", "search-n-1-try2"]);
});

describe("a document of a rerun of several", () => {
  test("holds the jobs that were created and the errors of those that were not", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const ids = await submitEach(place, ["a", "b"]);
    const fault = { kind: "reset", effect: true } as const;
    platform.setFaults([{ operation: "create", calls: [2], fault }]);
    const error = { code: "submission_unknown", exit_code: 5 };
    const run = await place.run(["rerun", ...ids, "--yes", "--json"]);
    expect([run.code, JSON.parse(run.stdout)]).toMatchObject([
      5,
      [{ job_id: expect.any(String) }, { error }],
    ]);
    platform.setFaults([{ operation: "create", calls: [2], fault }]);
    const again = ["--yes", "--allow-duplicate", "--wait", "--poll-interval", "20ms", "--json"];
    const waited = await place.run(["rerun", ...ids, ...again]);
    expect([waited.code, JSON.parse(waited.stdout)]).toMatchObject([
      5,
      [{ phase: "succeeded" }, { error }],
    ]);
  });

  test("is an empty list where none of them has failed", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const ids = await submitEach(place, ["a", "b"]);
    const run = await place.run(["rerun", ...ids, "--failed", "--yes", "--json"]);
    expect([run.code, JSON.parse(run.stdout)]).toEqual([0, []]);
  });
});

test("a job that the platform does not show any more is sent again with the others", async () => {
  await using platform = await startLocalPlatform(skip);
  await using place = await createPlace(platform);
  const ids = await submitEach(place, ["a", "b"]);
  const gone = { kind: "reply", status: 200, body: '{"code":100002,"message":"no job"}' } as const;
  platform.setFaults([{ operation: "detail", calls: [1], fault: gone }]);
  const run = await place.run(["rerun", ...ids, "--yes"]);
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("no job")]);
  const names = platform.jobs().map(({ request }) => request.name);
  expect(names).toEqual(["a", "b", "a", "b"]);
});

test("a pattern that fits a sweep and its jobs sends again what failed of them", async () => {
  await using platform = await startLocalPlatform({ stages: 0, gpus: 64 });
  await using place = await createPlace(platform);
  const matrix = { command: "exit {{ matrix.n }}", matrix: { n: [0, 3] } };
  const file = await writeSpec(place, { name: "lr-search", ...matrix });
  expect((await place.run(["submit", file, "--wait", "--poll-interval", "20ms"])).code).toBe(1);
  const run = await place.run(["rerun", "lr-*", "--failed", "--yes"]);
  expect([run.code, run.stdout]).toEqual([0, expect.stringMatching(/^job-\S+\n$/)]);
  const names = platform.jobs().map(({ request }) => request.name);
  expect(names).toEqual(["lr-search-n-0", "lr-search-n-3", "lr-search-n-3"]);
});

const tries = ["--wait", "--retries", "1", "--poll-interval", "20ms"];
test.each([
  ["", []],
  [" with retries", tries],
])(
  "a rerun of what failed%s sends nothing that another terminal has sent again while it asked",
  async (_how, flags) => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const file = await writeSpec(place, { name: "bad", command: "exit 3" });
    expect((await place.run(["submit", file, "--wait", "--poll-interval", "20ms"])).code).toBe(1);
    const failed = ["rerun", "--failed", "--since", "1h"];
    await using terminal = openTerminal(place, [...failed, ...flags], { columns: 200 });
    await terminal.waitFor("again?");
    expect(await place.run([...failed, "--yes"])).toMatchObject({ code: 0 });
    terminal.send("y");
    expect(await terminal.ended).toBe(2);
    expect(terminal.screen()).toContain("Nothing was sent");
    expect(platform.jobs()).toHaveLength(2);
  },
);

test("a rerun of what failed sends nothing that its own submit has tried again while it asked", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  await using place = await createPlace(platform);
  const names = () => platform.jobs().map(({ request }) => request.name);
  const other = await writeSpec(place, { name: "other", command: "exit 3" });
  expect((await place.run(["submit", other, "--wait", "--poll-interval", "20ms"])).code).toBe(1);
  const end = join(place.dir, "end");
  const command = `until [ -e ${end} ]; do sleep 0.05; done; exit 3`;
  const bad = await writeSpec(place, { name: "bad", command });
  const submit = place.start(["submit", bad, ...tries]);
  while (platform.jobs()[1]?.status !== "job_running") await platform.changed();
  await submit.waitFor("job-");
  submit.process.kill("SIGSTOP");
  await writeFile(end, "");
  while (platform.jobs()[1]?.status !== "job_failed") await platform.changed();
  const failed = ["rerun", "--failed", "--since", "1h"];
  await using terminal = openTerminal(place, failed, { columns: 200 });
  await terminal.waitFor("these 2 jobs again");
  submit.process.kill("SIGCONT");
  expect((await submit.result).code).toBe(1);
  terminal.send("y");
  expect(await terminal.ended).toBe(2);
  expect(terminal.screen()).toContain("1 job was, or may have been, submitted again meanwhile");
  expect(names()).toEqual(["other", "bad", "bad-try2", "other"]);
});
