import { openJournal } from "@qizhi/core/journal";
import { startLocalPlatform } from "@qizhi/core/local";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Place } from "./run-cli.ts";
import { logIn } from "./log-in.ts";
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";
import { toSpec, writeSpec } from "./write-spec.ts";

const skip = { commands: "skip", stages: 0 } as const;

function id(digit: number): string {
  const d = String(digit);
  return `job-${d.repeat(8)}-${d.repeat(4)}-4${d.repeat(3)}-8${d.repeat(3)}-${d.repeat(12)}`;
}

async function submit(place: Place, name: string): Promise<string> {
  const run = await place.run(["submit", await writeSpec(place, { name })]);
  expect(run.code).toBe(0);
  return run.stdout.trim();
}

async function track(place: Place, ...digits: readonly number[]): Promise<void> {
  for (const digit of digits) {
    expect(await place.run(["track", id(digit)])).toMatchObject({ code: 0 });
  }
}

describe("list", () => {
  test("shows the jobs submitted from here, newest first, as they stand now", async () => {
    await using platform = await startLocalPlatform({ stages: 60_000, gpus: 8 });
    await using place = await createPlace(platform);
    const first = await submit(place, "first");
    const second = await submit(place, "second");
    const run = await place.run(["list", "--json"]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject([
      { job_id: second, name: "second", phase: "queued", is_current: true, is_tracked: false },
      { job_id: first, name: "first", phase: "queued", is_current: true, base_url: platform.url },
    ]);
    for (const { submitted_at } of JSON.parse(run.stdout)) {
      expect(Date.now() - Date.parse(submitted_at)).toBeLessThan(60_000);
    }
    const text = await place.run(["list"]);
    const lines = text.stdout.split("\n");
    const rows = lines.slice(0, 2).map((line) => line.split("\t"));
    expect(rows).toEqual([
      [second, "second", "queued", "1", "8", expect.stringMatching(/^2.*Z$/), "", ""],
      [first, "first", "queued", "1", "8", expect.stringMatching(/^2.*Z$/), "", ""],
    ]);
    // Nothing of a terminal in a pipe.
    expect(text.stdout).not.toContain("\u001b");
  });

  test("asks again only for jobs that can still change", async () => {
    const jobs = [
      { status: "job_succeeded", jobId: id(1), name: "done" },
      { status: "job_running", jobId: id(2), name: "open" },
      { status: "job_fail_reserving", jobId: id(3), name: "held" },
    ];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1, 2, 3);
    const before = platform.requests.length;
    const run = await place.run(["list", "--json"]);
    expect(JSON.parse(run.stdout)).toMatchObject([
      { name: "held", phase: "failed", is_current: true },
      { name: "open", phase: "running", is_current: true },
      { name: "done", phase: "succeeded", is_current: true, is_tracked: true },
    ]);
    const details = platform.requests.slice(before).filter((each) => each.operation === "detail");
    expect(details).toHaveLength(2);
  });

  test.each(["list", "status open", "wait open", "stop open --yes"])(
    "keeps what `qizhi %s` has seen, and does not ask again for a job that has ended",
    async (line) => {
      const jobs = [{ status: "job_running", jobId: id(1), name: "open", next: ["job_succeeded"] }];
      await using platform = await startLocalPlatform({ jobs });
      await using place = await createPlace(platform);
      await track(place, 1);
      expect(await place.run(line.split(" "))).toMatchObject({ code: 0 });
      const offline = await place.run(["list", "--offline", "--json"]);
      expect(JSON.parse(offline.stdout)).toMatchObject([{ phase: "succeeded" }]);
      const before = platform.requests.length;
      const list = await place.run(["list", "--json"]);
      expect(JSON.parse(list.stdout)).toMatchObject([{ phase: "succeeded", is_current: true }]);
      expect(platform.requests).toHaveLength(before);
    },
  );

  test("filters by phase, age, name and count", async () => {
    const jobs = ["job_running", "job_queuing", "job_failed", "job_succeeded"].map(
      (status, at) => ({
        status,
        jobId: id(at + 1),
        name: `demo-${status}`,
      }),
    );
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1, 2, 3, 4);
    const names = async (...args: readonly string[]) => {
      const { stdout } = await place.run(["list", "--json", ...args]);
      return JSON.parse(stdout).map(({ phase }: { phase: string }) => phase);
    };
    expect(await names("--status", "failed")).toEqual(["failed"]);
    expect(await names("--status", "active")).toEqual(["queued", "running"]);
    expect(await names("--status", "running,failed", "--status", "queued")).toHaveLength(3);
    expect(await names("--name", "FAILED")).toEqual(["failed"]);
    // The limit counts those that have ended: active ones are always shown.
    expect(await names("--limit", "1")).toHaveLength(3);
    expect(await names("--since", "1h", "--limit", "3")).toHaveLength(4);
    const more = await place.run(["list", "--limit", "1"]);
    expect(more.stderr).toContain("3 of 4 jobs; --limit 4 shows them all.");
    const wrong = await place.run(["list", "--status", "runing"]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("queued, starting, running");
    expect(await place.run(["list", "--since", "2"])).toMatchObject({ code: 2 });
  });

  test("asks about every job that may be active, however many there are, and once about one that has ended", async () => {
    const toId = (index: number) =>
      `job-bbbbbbbb-bbbb-4bbb-8bbb-${String(index).padStart(12, "0")}`;
    // Oldest first: one that runs, 200 that ended, 99 that run, and 5 young ones that ended.
    const statuses = [
      "job_running",
      ...Array.from({ length: 200 }, () => "job_failed"),
      ...Array.from({ length: 99 }, () => "job_running"),
      ...Array.from({ length: 5 }, () => "job_succeeded"),
    ];
    const jobs = statuses.map((status, at) => ({ status, jobId: toId(at), name: `n-${at}` }));
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await mkdir(place.stateDir, { recursive: true, mode: 0o700 });
    const lines = jobs.map(({ jobId, name }, at) => {
      const time = new Date(Date.now() - (jobs.length - at) * 60_000).toISOString();
      const record = { v: 1, kind: "track", time, platform: platform.url, jobId, name };
      return `${JSON.stringify(record)}\n`;
    });
    await writeFile(join(place.stateDir, "journal.jsonl"), lines.join(""), { mode: 0o600 });
    const list = async () => {
      const before = platform.requests.length;
      const run = await place.run(["list", "--limit", "10", "--json"]);
      const shown: { phase: string; is_current: boolean }[] = JSON.parse(run.stdout);
      const asked = platform.requests.slice(before).filter((each) => each.operation === "detail");
      return { shown, asked: asked.length, stderr: run.stderr };
    };
    const first = await list();
    expect(first.shown.filter(({ phase }) => phase === "running")).toHaveLength(100);
    expect(first.shown).toHaveLength(110);
    expect(first.shown.every((job) => job.is_current)).toBe(true);
    expect(first.asked).toBe(305);
    expect(first.stderr).toContain("Asking about 305 jobs that were never looked at");
    // The next time, those that ended are known.
    const second = await list();
    expect(second.shown).toHaveLength(110);
    expect(second.asked).toBe(100);
  });

  test("is drawn in a terminal at once as last seen, refreshed, and watched until Ctrl-C", async () => {
    const next = ["job_running", "job_succeeded"];
    const jobs = [
      { jobId: id(1), status: "job_running", name: "older", next },
      { jobId: id(2), status: "job_succeeded", name: "newer", answer: { node_count: 0 } },
    ];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1, 2);
    // The answer comes once the first picture is seen.
    platform.setFaults([{ operation: "detail", fault: { kind: "never-answer" } }]);
    await using terminal = openTerminal(place, ["list", "--watch"], { columns: 80 });
    await terminal.waitFor("running ?");
    const order = terminal.screen();
    expect(order.indexOf("older")).toBeLessThan(order.indexOf("newer"));
    expect(order).toContain("1×8");
    expect(order).toContain("0×?");
    expect(order).toContain("1 active on 8 GPUs");
    terminal.send("\x03");
    expect(await terminal.ended).toBe(130);
    platform.setFaults([]);
    await using once = openTerminal(place, ["list"], { columns: 80 });
    expect(await once.ended).toBe(0);
    expect(once.screen()).toMatch(/● running +older/);
    expect(once.screen()).not.toContain("refreshing");
    expect(once.raw()).toContain("refreshing");
  });

  test("--watch shows at first no job of a platform that it does not ask", async () => {
    const toJobs = (digit: number, name: string) => [
      { jobId: id(digit), status: "job_running", name },
    ];
    await using platform = await startLocalPlatform({ jobs: toJobs(1, "here") });
    await using other = await startLocalPlatform({ jobs: toJobs(2, "elsewhere") });
    await using place = await createPlace();
    await logIn(place, platform);
    await track(place, 1);
    const { username, password } = other.credentials;
    const env = {
      QIZHI_BASE_URL: other.url,
      QIZHI_USERNAME: username,
      QIZHI_PASSWORD: password,
    };
    expect(await place.run(["track", id(2)], { env })).toMatchObject({ code: 0 });
    platform.setFaults([{ operation: "detail", fault: { kind: "never-answer" } }]);
    await using terminal = openTerminal(place, ["list", "--watch"], { columns: 80 });
    await terminal.waitFor("running ?");
    expect(terminal.screen()).toContain("here");
    expect(terminal.screen()).not.toContain("elsewhere");
  });

  test("--watch ends by itself where the login is refused: a loop of wrong logins may lock an account", async () => {
    const jobs = [{ jobId: id(1), status: "job_running", name: "open" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1);
    const fault = { kind: "reply", status: 200, body: '{"code":100001}' } as const;
    platform.setFaults([{ operation: "token", fault }]);
    const before = platform.requests.length;
    const watch = await place.run(["list", "--watch"]);
    expect([watch.code, watch.stdout]).toEqual([3, expect.stringContaining("\trunning?\t")]);
    expect(watch.stderr).toMatch(/^error: .* refused the login/m);
    const sent = platform.requests.slice(before);
    expect(sent.map(({ operation }) => operation)).toEqual(["token"]);
  });

  test("works without a login, as last seen", async () => {
    const jobs = [{ jobId: id(1), status: "job_running", name: "open" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1);
    const env = { QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined };
    const run = await place.run(["list"], { env });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("\trunning?\t") });
    expect(run.stderr).toContain("Not logged in");
    expect(run.stderr).toContain("The jobs are shown as last seen.");
  });

  test("--since leaves out what is older", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const old = await submit(place, "old");
    const file = join(place.stateDir, "journal.jsonl");
    const text = await readFile(file, "utf8");
    const lastWeek = new Date(Date.now() - 7 * 86_400_000).toISOString();
    await writeFile(file, text.replaceAll(/"time":"[^"]+"/g, `"time":"${lastWeek}"`));
    const young = await submit(place, "young");
    const recent = await place.run(["list", "--since", "2d", "--json"]);
    expect(JSON.parse(recent.stdout)).toMatchObject([{ job_id: young }]);
    const all = await place.run(["list", "--since", "8d", "--json"]);
    expect(JSON.parse(all.stdout)).toMatchObject([{ job_id: young }, { job_id: old }]);
  });

  test("shows a platform out of reach as what was last seen, and ends with 3", async () => {
    const jobs = [{ status: "job_running", jobId: id(1), name: "open" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1);
    platform.setFaults([
      { operation: "detail", fault: { kind: "reply", status: 404, body: "404 page not found" } },
    ]);
    const run = await place.run(["list"]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain("\trunning?\t");
    expect(run.stderr).toContain('1 job is shown as last seen, marked "?":');
    const json = await place.run(["list", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { job_id: id(1), phase: "running", is_current: false, error: { code: "response" } },
    ]);
    const offline = await place.run(["list", "--offline", "--json"]);
    expect(offline.code).toBe(0);
    expect(JSON.parse(offline.stdout)).toMatchObject([{ phase: "running", is_current: false }]);
  });

  test("has an end for a job that has ended, and for no other, also of what was seen before", async () => {
    const jobs = [
      { jobId: id(1), status: "job_running" },
      { jobId: id(2), status: "job_failed" },
    ];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1, 2);
    const time = expect.stringMatching(/^\d{4}-/);
    for (const args of [["list"], ["list", "--offline"]]) {
      const { stdout } = await place.run([...args, "--json"]);
      expect(JSON.parse(stdout)).toMatchObject([
        { job_id: id(2), created_at: time, finished_at: time },
        { job_id: id(1), created_at: time, finished_at: null },
      ]);
    }
  });

  test("--offline needs no login and sends nothing", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    await submit(place, "demo");
    const before = platform.requests.length;
    const env = { QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined, QIZHI_BASE_URL: undefined };
    const run = await place.run(["list", "--offline", "--json"], { env });
    expect(JSON.parse(run.stdout)).toMatchObject([{ name: "demo" }]);
    expect(platform.requests).toHaveLength(before);
  });

  test("asks three times a second", async () => {
    const jobs = Array.from({ length: 11 }, (_, at) => ({
      status: "job_running",
      jobId: `job-${String(at).padStart(8, "0")}-1111-4111-8111-111111111111`,
    }));
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const file = join(place.stateDir, "journal.jsonl");
    await track(place);
    await place.run(["track", jobs[0]!.jobId]);
    const time = new Date().toISOString();
    const lines = jobs.map(({ jobId }) =>
      JSON.stringify({ v: 1, time, kind: "track", platform: platform.url, jobId }),
    );
    await writeFile(file, lines.join("\n"));
    const before = platform.requests.length;
    const run = await place.run(["list", "--json"], { env: { QIZHI_RATE: undefined } });
    expect(JSON.parse(run.stdout)).toHaveLength(11);
    const asked = platform.requests.slice(before).filter((each) => each.operation === "detail");
    expect(asked).toHaveLength(11);
    const times = asked.map(({ at }) => at);
    // Three at once, then three in every second; on a busy machine the first requests arrive late.
    expect(times[10]! - times[0]!).toBeGreaterThan(2_000);
    expect(times[7]! - times[0]!).toBeLessThan(times[10]! - times[0]!);
  });

  test("says what to do when there is nothing to show", async () => {
    await using one = await startLocalPlatform(skip);
    await using two = await startLocalPlatform(skip);
    await using place = await createPlace(one);
    const empty = await place.run(["list"]);
    expect(empty).toMatchObject({ code: 0, stdout: "" });
    expect(empty.stderr).toContain("qizhi track");
    expect(await place.run(["list", "--json"])).toMatchObject({ stdout: "[]\n" });
    await submit(place, "demo");
    const { username, password } = two.credentials;
    const env = { QIZHI_BASE_URL: two.url, QIZHI_USERNAME: username, QIZHI_PASSWORD: password };
    const other = await place.run(["list"], { env });
    expect(other.stderr).toContain(`jobs of other platforms: ${one.url}`);
  });

  test("reports damaged lines and goes on", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    await submit(place, "demo");
    const file = join(place.stateDir, "journal.jsonl");
    await writeFile(file, `${await readFile(file, "utf8")}\n{"v":1,"ki`);
    const run = await place.run(["list", "--json"]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("has 1 damaged line;");
    expect(JSON.parse(run.stdout)).toHaveLength(1);
  });

  test("fits a terminal, with wide characters aligned and ids cut short", async () => {
    const jobs = [
      { status: "job_running", jobId: id(1), name: "实验-一" },
      { status: "job_failed", jobId: id(2), name: "plain" },
    ];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1, 2);
    await using terminal = openTerminal(place, ["list"], { columns: 60 });
    expect(await terminal.ended).toBe(0);
    const shown = terminal
      .screen()
      .replaceAll(/ +(?:\d+\w( \d+\w)? ago|just now) +\d+s/g, " AGO RUN")
      .replace(/today [\d.]+/, "today N");
    expect(shown).toMatchSnapshot();
    for (const line of terminal.screen().split("\n")) expect(line.length).toBeLessThanOrEqual(60);
    expect(terminal.raw()).toContain("\u001b[");
    await using plain = openTerminal(place, ["list"], { env: { NO_COLOR: "1" } });
    expect(await plain.ended).toBe(0);
    expect(plain.raw()).not.toContain("\u001b[3");
  });
});

describe("a job may be named", () => {
  test("by a prefix of its id, by its name, and as @last, wherever an id is taken", async () => {
    const jobs = [
      { status: "job_running", jobId: id(1), name: "alpha" },
      { status: "job_succeeded", jobId: id(2), name: "beta" },
    ];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1, 2);
    for (const reference of ["beta", "2222", "job-2222", id(2), id(2).toUpperCase(), "@last"]) {
      const status = await place.run(["status", reference, "--json"]);
      expect(JSON.parse(status.stdout)).toMatchObject({ name: "beta" });
    }
    expect(await place.run(["wait", "beta"])).toMatchObject({ code: 0 });
    expect((await place.run(["stop", "alpha", "--yes"])).stdout).toContain(id(1));
    const twice = await place.run(["status", "beta", "@last", "--json"]);
    expect(JSON.parse(twice.stdout)).toMatchObject({ name: "beta" });
    expect(await place.run(["forget", "alpha", "@last"])).toMatchObject({ code: 0 });
    expect(await place.run(["list", "--json"])).toMatchObject({ stdout: "[]\n" });
  });

  test("and where that could be several, they are listed, and nothing is done", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const first = await submit(place, "same");
    const second = await submit(place, "same");
    const before = platform.requests.length;
    const run = await place.run(["stop", "same", "--yes"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain('"same" could be any of 2 jobs:');
    expect(run.stderr).toMatch(new RegExp(`${second}  same  (?:\\d+s ago|just now)\\n  ${first}`));
    expect(platform.requests.slice(before)).toEqual([]);
  });

  test("and one that is unknown here is reported before anything is sent", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    for (const reference of ["nothing", "job-1234", "@last", "../x", "\u001b[31m", "@first"]) {
      const run = await place.run(["status", reference]);
      expect(run).toMatchObject({ code: 2, stdout: "" });
      expect(run.stderr).not.toContain("\u001b");
      expect(run.stderr).toContain("40 characters");
    }
    expect(platform.requests).toEqual([]);
  });

  test("and one of another platform is reported with that platform", async () => {
    await using one = await startLocalPlatform(skip);
    await using two = await startLocalPlatform(skip);
    await using place = await createPlace(one);
    await submit(place, "demo");
    const { username, password } = two.credentials;
    const env = { QIZHI_BASE_URL: two.url, QIZHI_USERNAME: username, QIZHI_PASSWORD: password };
    const run = await place.run(["status", "demo"], { env });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`is a job of ${one.url}`);
    expect(two.requests).toEqual([]);
  });
});

describe("track and forget", () => {
  test("an unknown job is not tracked", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const run = await place.run(["track", id(7)]);
    expect(run.code).toBe(3);
    expect(await place.run(["list", "--json"])).toMatchObject({ stdout: "[]\n" });
  });

  test("tracking twice keeps one, and a forgotten job can be tracked again", async () => {
    const jobs = [{ status: "job_running", jobId: id(1), name: "open" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await track(place, 1);
    const again = await place.run(["track", id(1)]);
    expect(again.stderr).toContain("is in the history already");
    expect(JSON.parse((await place.run(["list", "--json"])).stdout)).toHaveLength(1);
    const forgot = await place.run(["forget", "open"]);
    expect(forgot.stderr).toContain("The job itself is left as it is.");
    expect(await place.run(["list", "--json"])).toMatchObject({ stdout: "[]\n" });
    await track(place, 1);
    expect(JSON.parse((await place.run(["list", "--json"])).stdout)).toHaveLength(1);
    const stops = platform.requests.filter(({ operation }) => operation === "stop");
    expect(stops).toEqual([]);
  });

  test("a name that a job and an attempt have needs an id", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    await submit(place, "same");
    platform.setFaults([{ operation: "create", fault: { kind: "reset", effect: true } }]);
    const spec = toSpec({ name: "same", command: "echo other" });
    writeFileSync(join(place.dir, "other.json"), JSON.stringify(spec));
    expect(await place.run(["submit", "other.json"])).toMatchObject({ code: 5 });
    const forget = await place.run(["forget", "same"]);
    expect([forget.code, forget.stderr]).toEqual([
      2,
      'error: "same" could be a job or an attempt.\n  Give more of the id.\n',
    ]);
  });

  test("an attempt that another machine may still be sending is not settled", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const journal = openJournal({ dir: place.stateDir });
    const attempt = journal.attempt({ platform: platform.url, spec: toSpec() });
    const text = readFileSync(journal.file, "utf8");
    const elsewhere = text.replace(/"host":"[^"]*"/, '"host":"login-node-2"');
    writeFileSync(journal.file, elsewhere);
    const forget = ["forget", attempt.slice(0, 8)];
    const refused = await place.run(forget);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`may still be sent by process ${process.pid} on login-node-2`);
    expect(readFileSync(journal.file, "utf8")).toBe(elsewhere);
    const before = new Date(Date.now() - 600_000).toISOString();
    writeFileSync(journal.file, elsewhere.replace(/"time":"[^"]*"/, `"time":"${before}"`));
    expect(await place.run(forget)).toMatchObject({ code: 0 });
  });

  test("forgetting what is not there changes nothing", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    await submit(place, "kept");
    expect(await place.run(["forget", "kept", "nothing"])).toMatchObject({ code: 2 });
    expect(JSON.parse((await place.run(["list", "--json"])).stdout)).toHaveLength(1);
  });
});

test("usage sums what the jobs of this machine used, by day, name and project", async () => {
  const jobs = [
    { jobId: id(1), status: "job_succeeded", name: "a" },
    { jobId: id(2), status: "job_failed", name: "a" },
    { jobId: id(3), status: "job_queuing", name: "b" },
  ];
  await using platform = await startLocalPlatform({ jobs, stages: 0 });
  await using place = await createPlace(platform);
  await track(place, 1, 2, 3);
  const byName = await place.run(["usage", "--by", "name", "--json"]);
  const { rows, total } = JSON.parse(byName.stdout);
  expect(rows).toMatchObject([{ name: "a", jobs: 2, gpu_hours: expect.closeTo(0.1333, 2) }]);
  expect(total).toMatchObject({ jobs: 2, gpu_hours: rows[0].gpu_hours });
  const byDay = await place.run(["usage"]);
  expect(byDay).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d{4}-\d\d-\d\d\t2?/) });
  expect(byDay.stderr).toContain("of the jobs submitted from this machine alone");
  const wrong = await place.run(["usage", "--by", "user"]);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("day, name, project") });
  const before = platform.requests.length;
  const offline = await place.run(["usage", "--offline", "--by", "project", "--json"]);
  expect(JSON.parse(offline.stdout).total).toMatchObject({ jobs: 2 });
  expect(platform.requests).toHaveLength(before);
  // An id is said by its name, once jobs or a person have given it one.
  const spec = await writeSpec(place, { command: "sleep 1.1" });
  expect((await place.run(["submit", spec, "--wait", "--poll-interval", "20ms"])).code).toBe(0);
  const project = "project-22222222-2222-4222-8222-222222222222";
  expect((await place.run(["ids", "add", project, "demo"])).code).toBe(0);
  const named = await place.run(["usage", "--by", "project", "--offline", "--json"]);
  expect(JSON.parse(named.stdout).rows).toContainEqual(
    expect.objectContaining({ project, name: "demo", jobs: 1 }),
  );
  const table = await place.run(["usage", "--by", "project", "--offline"]);
  expect(table.stdout).toMatch(new RegExp(`^${project}\t1\t[\\d.]+\t[\\d.]+\tdemo$`, "m"));
});

test("usage counts a job of which the cost alone is known, and says how many are of unknown size or price", async () => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace(platform);
  const journal = openJournal({ dir: place.stateDir });
  const used = [{ gpuHours: 8, cost: 8.8 }, { cost: 5 }, { gpuHours: 2 }, {}, { runMs: 0 }];
  for (const [index, amounts] of used.entries()) {
    const jobId = id(index + 1);
    const spec = toSpec({ name: `job-${index}` });
    const attempt = journal.attempt({ platform: platform.url, spec });
    journal.outcome(attempt, { result: "created", jobId });
    journal.append({ kind: "seen", platform: platform.url, jobId, runMs: 60_000, ...amounts });
  }
  const json = await place.run(["usage", "--offline", "--json"]);
  const total = { jobs: 4, gpu_hours: 10, cost: 13.8, unknown: 3 };
  expect(JSON.parse(json.stdout)).toMatchObject({ rows: [total], total });
  const english = await place.run(["usage", "--offline"]);
  expect(english.stderr).toContain("; 3 of unknown size or price.");
  const chinese = await place.run(["usage", "--offline", "--lang", "zh"]);
  expect(chinese.stderr).toContain("；3 个的规模或价格未知。");
});

test("a name that ends in a UUID, and a bare UUID of an id, name the job of the history", async () => {
  await using platform = await startLocalPlatform({ commands: "skip", stages: 60_000 });
  await using place = await createPlace(platform);
  const name = "ci-99999999-9999-4999-8999-999999999999";
  const jobId = await submit(place, name);
  for (const reference of [name, jobId.slice("job-".length)]) {
    const run = await place.run(["status", reference, "--json"]);
    expect([run.code, JSON.parse(run.stdout)]).toMatchObject([0, { job_id: jobId }]);
  }
});

test("list --watch into a pipe says once what it cannot ask about, and ends when its reader does", async () => {
  await using platform = await startLocalPlatform({ commands: "skip", stages: 60_000 });
  await using place = await createPlace(platform);
  await submit(place, "demo");
  const reply = { kind: "reply", status: 404, body: "404 page not found" } as const;
  platform.setFaults([{ operation: "detail", fault: reply }]);
  const list = place.start(["list", "--watch"]);
  await list.waitFor("demo");
  list.process.stdout?.destroy();
  await place.run(["note", "@last", "seen"]);
  const { code, stderr } = await list.result;
  expect([code, stderr.match(/shown as last seen/g)]).toEqual([0, ["shown as last seen"]]);
}, 60_000);
