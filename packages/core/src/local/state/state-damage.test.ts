import * as fc from "fast-check";
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { InputError } from "../../errors/input-errors.ts";
import { logIn } from "../caller.fixture.ts";
import { readIdentity, openState, readSavedJobs } from "./state.ts";
import { startLocalPlatform, type LocalPlatformOptions } from "../index.ts";

let stateDir: string;
let troubles: InputError[];
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "qizhi-state-"));
  troubles = [];
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const onTrouble = (trouble: InputError) => void troubles.push(trouble);
const start = (options: LocalPlatformOptions = {}) =>
  startLocalPlatform({ stages: 0, stateDir, onTrouble, ...options });
const file = (name: string) => join(stateDir, name);

/** A folder with a job that has ended, one that waits and one that ran. */
async function fillFolder() {
  await using platform = await start({ gpus: 8 });
  const caller = await logIn(platform);
  const done = await caller.submit("true");
  await platform.waitForStatus(done, "job_succeeded");
  await platform.waitForStatus(await caller.submit("sleep 600"), "job_running");
  await caller.submit("true", { envs: [{ name: "A", value: "b" }] });
  return done;
}

test.each(["null", "{}", "[]", "7", '{"id":""}', "", '{"id":', '{"id":1,"secret":2,"password":3}'])(
  "a login that is damaged to %s is reported, and created anew",
  async (text) => {
    writeFileSync(file("platform.json"), text, { mode: 0o600 });
    await using platform = await start();
    expect(platform.credentials.password).toMatch(/^[\w-]{16}$/);
    await logIn(platform);
    expect(troubles.map(({ rule }) => rule)).toEqual(["local_login_damaged"]);
  },
);

test("lines that are no jobs are skipped and reported, and the jobs beside them stay", async () => {
  const done = await fillFolder();
  const lines = ["{}", '{"jobId":"x"}', "null", "[]", '{"jobId":"job-', "\u0000\u0000"];
  writeFileSync(file("jobs.jsonl"), `\n${lines.join("\n")}`, { flag: "a" });
  await using platform = await start({ gpus: 8 });
  expect(platform.jobs()).toHaveLength(3);
  expect(platform.jobs()[0]).toMatchObject({ jobId: done, status: "job_succeeded" });
  const [trouble, ...more] = troubles;
  expect([trouble?.summary, more]).toEqual([
    `6 lines of ${file("jobs.jsonl")} cannot be read and were skipped.`,
    [],
  ]);
});

test("a table with a foreign folder, pipe or file in its place is an error that says so", async () => {
  mkdirSync(file("jobs.jsonl"));
  await expect(start()).rejects.toThrow(/state folder .* cannot be used: .*jobs\.jsonl \(EISDIR/);
  rmSync(file("jobs.jsonl"), { recursive: true });
  for (const name of ["jobs.jsonl", "platform.json", "lock"]) {
    execFileSync("mkfifo", [file(name)]);
    await expect(start()).rejects.toThrow(`Cannot read ${file(name)}`);
    rmSync(file(name));
  }
  await using platform = await start();
  expect(platform.jobs()).toEqual([]);
});

test("a table that cannot be written any more is told once, and jobs are made, stopped and killed", async () => {
  await using platform = await start({ gpus: 8 });
  const caller = await logIn(platform);
  const running = await caller.submit("sleep 600");
  await platform.waitForStatus(running, "job_running");
  rmSync(file("jobs.jsonl"));
  mkdirSync(file("jobs.jsonl"));
  expect((await caller.create()).code).toBe(0);
  await caller.stop(running);
  await platform.waitForStatus(running, "job_stopped");
  await platform.dispose();
  expect(troubles.map(({ rule }) => rule)).toEqual(["local_jobs_unsaved"]);
});

test("a lock whose process id belongs to another process by now is left over", async () => {
  const innocent = spawn("sleep", ["600"], { stdio: "ignore" });
  try {
    const mark = { pid: innocent.pid, host: "another-host", started: "boot:1" };
    for (const lock of [String(innocent.pid), JSON.stringify(mark), "{}", ""]) {
      writeFileSync(file("lock"), lock, { mode: 0o600 });
      await using platform = await start();
      expect(platform.jobs()).toEqual([]);
    }
  } finally {
    innocent.kill();
  }
});

test("a lock that is left over and cannot be put aside is an error that says so", async () => {
  writeFileSync(file("lock"), "{}", { mode: 0o600 });
  // Its own process, as a start that tries for ever lets no test end.
  const script = `
    import { mkdirSync } from "node:fs";
    import { openState } from ${JSON.stringify(new URL("state.ts", import.meta.url).href)};
    mkdirSync(${JSON.stringify(file("lock"))} + "." + process.pid);
    try {
      openState(${JSON.stringify(stateDir)}, () => {});
    } catch (error) {
      console.log(error.message);
    }`;
  const args = ["--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  expect(stdout).toMatch(/state folder .* cannot be used: EISDIR/);
});

test("logs are for this user alone, and so are their folders", async () => {
  await using platform = await start();
  const caller = await logIn(platform);
  const jobId = await caller.submit("echo secret");
  await platform.waitForStatus(jobId, "job_succeeded");
  const log = platform.logFile(jobId);
  const modes = [log, dirname(log), dirname(dirname(log))].map(
    (path) => statSync(path).mode & 0o777,
  );
  expect(modes).toEqual([0o600, 0o700, 0o700]);
});

const mutation = fc.tuple(
  fc.nat(),
  fc.nat(60),
  fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.json().map((text) => Buffer.from(text)),
  ),
);

function mutate(text: string, [at, length, bytes]: [number, number, Uint8Array]): Buffer {
  const whole = Buffer.from(text);
  const from = at % (whole.length + 1);
  return Buffer.concat([whole.subarray(0, from), bytes, whole.subarray(from + length)]);
}

test("2000 random mutations of what it keeps are read without a fault", async () => {
  await fillFolder();
  const [jobs, login] = [readText("jobs.jsonl"), readText("platform.json")];
  fc.assert(
    fc.property(mutation, mutation, (first, second) => {
      const read = readSavedJobs(String(mutate(jobs, first)));
      expect(read.jobs.every(({ jobId }) => /^job-[0-9a-f-]{36}$/.test(jobId))).toBe(true);
      expect(read.jobs.length + read.damagedLines).toBeGreaterThan(0);
      expect(readIdentity(String(mutate(login, second)))?.password ?? "").toMatch(/^[\w-]{0,16}$/);
    }),
    { numRuns: 2000 },
  );
});

test(
  "it starts on whatever became of its files, and hangs nowhere",
  { timeout: 60_000 },
  async () => {
    await fillFolder();
    const kept = new Map(["jobs.jsonl", "platform.json"].map((name) => [name, readText(name)]));
    kept.set("lock", JSON.stringify({ pid: 1, host: "h", started: "s" }));
    fc.assert(
      fc.property(fc.constantFrom(...kept.keys()), mutation, (name, change) => {
        for (const [each, text] of kept) writeFileSync(file(each), text, { mode: 0o600 });
        writeFileSync(file(name), mutate(kept.get(name)!, change));
        openState(stateDir, onTrouble).close();
      }),
      { numRuns: 100 },
    );
  },
);

test("whatever is read back can be taken up and shown", { timeout: 60_000 }, async () => {
  await fillFolder();
  const text = readText("jobs.jsonl");
  const values = fc.oneof(
    fc.integer(),
    fc.constantFrom("", "job_running", "job_restarting", "-1", null, 1e15, 0, -1, true),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(), values, fc.nat(), values, async (first, one, second, other) => {
      let changed = replaceValue(text, first, one);
      changed = replaceValue(changed, second, other);
      writeFileSync(file("jobs.jsonl"), changed, { mode: 0o600 });
      await using platform = await start({ commands: "skip" });
      const caller = await logIn(platform);
      for (const { jobId } of platform.jobs()) {
        expect((await caller.detail(jobId)).status).toBe(200);
      }
    }),
    { numRuns: 60 },
  );
});

function readText(name: string): string {
  return readFileSync(file(name), "utf8");
}

/** The text with one of the values in it replaced. */
function replaceValue(text: string, index: number, value: unknown): string {
  const places = [...text.matchAll(/(?<=":)("[^"]*"|-?\d+|true|false)/g)];
  const place = places[index % places.length]!;
  const end = place.index + place[0].length;
  return text.slice(0, place.index) + JSON.stringify(value) + text.slice(end);
}
