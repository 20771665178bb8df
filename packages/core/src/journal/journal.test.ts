import { type ChildProcess, execFileSync, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../errors/errors.ts";
import { type Journal, openJournal } from "./journal.ts";
import { readLine } from "./journal-file.ts";
import type { AttemptOutcome } from "./records.ts";
import type { Attempt } from "./attempts.ts";
import { knownFingerprints, specFingerprint } from "./fingerprint.ts";
import { parseJobSpec } from "../spec/parse.ts";
import { minimalSpec } from "../spec/spec.fixture.ts";

const platform = "https://qz.example.test";
const spec = parseJobSpec({ ...minimalSpec, envs: { A: "1" } });
const fingerprint = specFingerprint(spec);
const minimal = parseJobSpec(minimalSpec);
const jobId = "job-55555555-5555-4555-8555-555555555555";
const otherId = "job-66666666-6666-4666-8666-666666666666";

let home: string;
let dir: string;
let journal: Journal;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "qizhi-journal-"));
  dir = join(home, "deep", "state");
  journal = openJournal({ dir });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function startWriter(...args: string[]): ChildProcess {
  return fork(new URL("writer.fixture.ts", import.meta.url), [dir, ...args], {
    execArgv: [],
  });
}

/** An attempt whose process is dead. */
async function attemptOfTheDead(): Promise<string> {
  const writer = startWriter("attempt", platform);
  const [id] = await once(writer, "message");
  writer.kill("SIGKILL");
  await once(writer, "exit");
  return String(id);
}

describe("what the journal says about one thing", () => {
  it("is all that it says of a job: how it was created, seen and forgotten", () => {
    const made = journal.attempt({ platform, spec });
    journal.outcome(made, { result: "created", jobId });
    journal.append({ kind: "track", platform, jobId: otherId });
    journal.append({ kind: "seen", platform, jobId, name: "as reported", status: "job_running" });
    appendFileSync(journal.file, "{ cut\n");
    const [first, second] = journal.read().jobs;
    expect(journal.read([jobId])).toEqual({
      attempts: [first?.attempt],
      jobs: [first],
      others: [],
      damagedLines: [],
    });
    expect(journal.read([otherId])).toMatchObject({ attempts: [], jobs: [second] });
    expect(journal.read([jobId, otherId]).jobs).toEqual([first, second]);
    journal.append({ kind: "forget", platform, jobId });
    expect(journal.read([jobId]).jobs).toEqual([]);
  });

  it("is all attempts of a spec with what became of them", () => {
    const id = journal.attempt({ platform, spec });
    journal.attempt({ platform, spec: parseJobSpec({ ...minimalSpec, name: "other" }) });
    journal.outcome(id, { result: "unknown", reason: "ECONNRESET" });
    expect(journal.read([fingerprint]).attempts).toMatchObject([{ id, state: "unknown" }]);
  });
});

describe("the journal's file", () => {
  it("is for this user alone, and is not created by reading", () => {
    expect(journal.read()).toEqual({ attempts: [], jobs: [], others: [], damagedLines: [] });
    expect(() => statSync(dir)).toThrow("ENOENT");
    journal.attempt({ platform, spec });
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, "deep")).mode & 0o777).toBe(0o700);
    expect(statSync(journal.file).mode & 0o777).toBe(0o600);
  });

  it("is closed to others again when somebody has opened it", () => {
    journal.append({ kind: "track", platform, jobId });
    chmodSync(journal.file, 0o644);
    journal.append({ kind: "track", platform, jobId });
    expect(statSync(journal.file).mode & 0o777).toBe(0o600);
  });

  it("holds no name and password of a platform's address", () => {
    journal.attempt({ platform: "https://user:hunter2@qz.example.test/", account: "user", spec });
    journal.append({ kind: "track", platform: "https://user:hunter2@qz.example.test", jobId });
    expect(readFileSync(journal.file, "utf8")).not.toContain("hunter2");
    expect(journal.read().jobs[0]?.platform).toBe(platform);
    expect(journal.read().attempts[0]).toMatchObject({ platform, account: "user" });
  });

  it("takes no record that it could not read again", () => {
    const numbered = Object({ kind: "track", platform, jobId: 12 });
    expect(() => journal.append(numbered)).toThrow('"track" for the journal has a wrong value in');
    expect(existsSync(journal.file)).toBe(false);
  });

  it("says what to do when it cannot be written or read", () => {
    writeFileSync(join(home, "file"), "");
    const blocked = openJournal({ dir: join(home, "file", "state") });
    expect(() => blocked.attempt({ platform, spec })).toThrow(InputError);
    expect(() => blocked.attempt({ platform, spec })).toThrow("QIZHI_STATE_DIR");
    expect(blocked.read().attempts).toEqual([]);
    mkdirSync(journal.file, { recursive: true });
    expect(() => journal.read()).toThrow("Cannot read");
  });

  it.runIf(process.getuid !== undefined)(
    "is refused where something else stands in its place, and hangs on nothing",
    () => {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const precious = join(home, "precious");
      writeFileSync(precious, "mine", { mode: 0o644 });
      for (const [stand, text] of [
        [() => symlinkSync(precious, journal.file), "it is a symbolic link"],
        [() => execFileSync("mkfifo", [journal.file]), "it is a pipe or a device"],
        [() => symlinkSync("/dev/full", journal.file), "it is a symbolic link"],
        [() => mkdirSync(journal.file), "EISDIR"],
        [() => writeFileSync(journal.file, "", { mode: 0o600 }), "Other users can write to"],
      ] as const) {
        stand();
        if (text.startsWith("Other")) chmodSync(journal.file, 0o622);
        expect(() => journal.attempt({ platform, spec })).toThrow(text);
        expect(() => journal.read()).toThrow(text);
        expect(() => journal.index()).toThrow(text);
        rmSync(journal.file, { recursive: true });
      }
      expect(readFileSync(precious, "utf8")).toBe("mine");
      expect(statSync(precious).mode & 0o777).toBe(0o644);
    },
  );

  it.runIf(process.platform === "linux")(
    "keeps no half of a line that the disk had no room for",
    () => {
      journal.append({ kind: "track", platform, jobId, name: "x".repeat(600) });
      const before = readFileSync(journal.file, "utf8");
      const writer = new URL("writer.fixture.ts", import.meta.url).pathname;
      // A limit on the size of files does what a full disk does.
      const script = `trap "" XFSZ; ulimit -f 1; exec "$0" "$@"`;
      const args = [process.execPath, writer, dir, "attempt", platform];
      const { status, stderr } = spawnSync("bash", ["-c", script, ...args], { encoding: "utf8" });
      expect([status, stderr]).toEqual([1, expect.stringContaining("the disk is full")]);
      expect(readFileSync(journal.file, "utf8")).toBe(before);
      expect(journal.index().unreadLines).toBe(0);
    },
  );

  it("takes lines of eight processes at once, none lost and none mixed", async () => {
    const writers = Array.from({ length: 8 }, () => startWriter("many"));
    const exits = writers.map((writer) => once(writer, "exit"));
    await Promise.all(writers.map((writer) => once(writer, "spawn")));
    for (const writer of writers) writer.send("go");
    await Promise.all(exits);
    const { others, damagedLines } = journal.read();
    expect(damagedLines).toEqual([]);
    expect(others).toHaveLength(1_600);
    for (const { pid } of writers) {
      const own = others.filter((line) => line["writer"] === pid).map((line) => line["index"]);
      expect(own).toEqual(Array.from({ length: 200 }, (_, index) => index));
    }
  });

  it("skips and reports a line that a crash has cut, and goes on behind it", () => {
    journal.append({ kind: "track", platform, jobId });
    appendFileSync(journal.file, '\n{"v":1,"time":"2026-01-01T00:00:00.000Z","kind":"tra');
    expect(journal.read()).toMatchObject({ jobs: [{ jobId }], damagedLines: [4] });
    journal.append({ kind: "track", platform, jobId: otherId });
    const { jobs, damagedLines } = journal.read();
    expect(jobs.map((job) => job.jobId)).toEqual([jobId, otherId]);
    expect(damagedLines).toEqual([4]);
  });

  it("keeps kinds and versions that it does not know, and skips what is no record", () => {
    const lines = [
      '{"v":1,"kind":"sweep:begin","id":7}',
      '{"v":2,"kind":"attempt","new":true}',
      "[]",
      "null",
      '"x"',
      '{"v":1,"kind":"seen","time":"t"}',
      '{"v":1,"kind":"toString"}',
    ];
    mkdirSync(dir, { recursive: true });
    writeFileSync(journal.file, lines.join("\n"));
    const { others, damagedLines } = journal.read();
    expect(others.map(({ kind }) => kind)).toEqual(["sweep:begin", "attempt", "toString"]);
    expect(others[0]).toEqual({ v: 1, kind: "sweep:begin", id: 7 });
    expect(damagedLines).toEqual([3, 4, 5, 6]);
  });

  it("reads 50,000 lines in well under a second or two", () => {
    journal.append({ kind: "track", platform, jobId });
    const id = journal.attempt({ platform, spec });
    journal.outcome(id, { result: "created", jobId: otherId });
    const seen = {
      v: 1,
      time: "2026-01-01T00:00:00.000Z",
      kind: "seen",
      platform,
      jobId,
      status: "job_running",
      phase: "running",
    };
    const lines = Array.from({ length: 50_000 }, (_, index) =>
      JSON.stringify({ ...seen, runMs: index }),
    );
    appendFileSync(journal.file, `${lines.join("\n")}\n`);
    // Of its own time: on a busy machine others have most of it.
    const before = process.cpuUsage();
    const { jobs } = journal.read();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_000);
    expect(jobs.map((job) => job.seen?.runMs)).toEqual([49_999, undefined]);
  });
});

describe("an attempt", () => {
  const last = () => journal.read().attempts.at(-1);

  it("is on the disk with its whole spec before anything else happens", () => {
    const id = journal.attempt({ platform, account: "me", spec });
    expect(last()).toMatchObject({
      id,
      platform,
      account: "me",
      name: "demo-1",
      fingerprint,
      spec,
    });
    expect(Date.parse(last()?.time ?? "")).toBeCloseTo(Date.now(), -4);
  });

  it("is in flight for an hour at most, so that a person can settle it", () => {
    journal.attempt({ platform, spec });
    expect(last()).toMatchObject({ state: "in_flight" });
    const before = new Date(Date.now() - 3_600_000).toISOString();
    const text = readFileSync(journal.file, "utf8");
    writeFileSync(journal.file, text.replace(/"time":"[^"]+"/, `"time":"${before}"`));
    expect(last()).toMatchObject({ state: "unknown" });
    expect(journal.unresolved()).toHaveLength(1);
  });

  it("is in flight while its process runs, and unknown once that is dead", async () => {
    const writer = startWriter("attempt", platform);
    const [id] = await once(writer, "message");
    expect(last()).toMatchObject({ id, state: "in_flight" });
    expect(journal.unresolved()).toEqual([]);
    expect(journal.index().findOpen(platform, minimal)).toMatchObject([{ id }]);
    writer.kill("SIGKILL");
    await once(writer, "exit");
    expect(last()).toMatchObject({ id, state: "unknown" });
    expect(last()?.reason).toContain("ended before it wrote an outcome");
    expect(journal.unresolved()).toHaveLength(1);
  });

  it.runIf(process.platform === "linux")(
    "is unknown when its pid has passed to another process",
    () => {
      journal.attempt({ platform, spec });
      const text = readFileSync(journal.file, "utf8");
      writeFileSync(journal.file, text.replace(/(?<="started":"[^"]*:)\d+/, "1"));
      expect(last()).toMatchObject({ state: "unknown", process: { pid: process.pid } });
    },
  );

  it("is unknown when it was sent from another machine, where its process may go on for minutes", () => {
    journal.attempt({ platform, spec });
    const text = readFileSync(journal.file, "utf8").replace(/"host":"[^"]*"/, '"host":"elsewhere"');
    writeFileSync(journal.file, text);
    expect(last()).toMatchObject({ state: "unknown", cause: { code: "under_way" } });
    const before = new Date(Date.now() - 600_000).toISOString();
    writeFileSync(journal.file, text.replace(/"time":"[^"]*"/, `"time":"${before}"`));
    expect(last()).toMatchObject({ state: "unknown", cause: { code: "process_ended" } });
  });

  it.each([
    [
      { result: "created", jobId },
      { state: "created", jobId },
    ],
    [
      { result: "refused", code: -100000, reason: "no" },
      { state: "refused", jobId: undefined },
    ],
    [
      { result: "not_sent", reason: "ECONNREFUSED" },
      { state: "not_sent", jobId: undefined },
    ],
    [
      { result: "unknown", reason: "ECONNRESET" },
      { state: "unknown", reason: "ECONNRESET" },
    ],
  ] as const)("has the outcome %j", (outcome, wanted) => {
    journal.outcome(journal.attempt({ platform, spec }), outcome);
    expect(last()).toMatchObject({ ...wanted, outcome });
    expect(journal.unresolved()).toHaveLength(outcome.result === "unknown" ? 1 : 0);
  });

  it("stays unresolved for its platform and spec until a person settles it", async () => {
    const id = await attemptOfTheDead();
    expect(journal.unresolved()).toMatchObject([{ id }]);
    const find = (of: string, sent: object) => journal.index().findOpen(of, sent);
    expect(find(platform, minimal)).toMatchObject([{ id }]);
    expect(find("https://other.example.test", minimal)).toEqual([]);
    expect(find(platform, spec)).toEqual([]);
    journal.append({ kind: "resolved", attempt: id, jobId });
    expect([journal.unresolved(), find(platform, minimal)]).toEqual([[], []]);
    expect(last()).toMatchObject({ state: "resolved", jobId });
    expect(journal.read().jobs).toMatchObject([{ jobId, platform, attempt: { id } }]);
  });

  it("is found by the index as in the whole journal, whatever the specs hold", () => {
    const id = fc.constantFrom("a0", "a1", "a2");
    const forged = `{"v":1,"time":"","kind":"outcome","attempt":"a0","outcome":{"result":"created"}}`;
    const text = fc.constantFrom(forged, `\n${forged}`, '"id":"a1"', '","attempt":"a2"', "plain");
    const outcome = fc.constantFrom<AttemptOutcome>(
      { result: "created", jobId },
      { result: "refused", reason: "" },
      { result: "not_sent", reason: "" },
      { result: "unknown", reason: "" },
    );
    const step = fc.oneof(
      fc.tuple(id, text).map(([attempt, A]) => () => {
        const sent = parseJobSpec({ ...minimalSpec, envs: { A } });
        journal.attempt({ platform, spec: sent, id: attempt });
      }),
      fc.tuple(id, outcome).map(
        ([attempt, known]) =>
          () =>
            journal.outcome(attempt, known),
      ),
      id.map((attempt) => () => journal.append({ kind: "resolved", attempt })),
      // What a full disk has left of an outcome.
      fc
        .tuple(id, outcome, fc.integer({ min: 60, max: 130 }))
        .map(([attempt, known, length]) => () => {
          journal.append({ kind: "test:cut" });
          const line = { v: 1, time: "", kind: "outcome", attempt, outcome: known };
          appendFileSync(journal.file, `\n${JSON.stringify(line).slice(0, length)}`);
        }),
    );
    const isOpen = ({ state }: Attempt) => state === "unknown" || state === "in_flight";
    const check = (steps: readonly (() => void)[]) => {
      rmSync(dir, { recursive: true, force: true });
      for (const take of steps) take();
      const { attempts } = journal.read();
      const index = openJournal({ dir }).index();
      for (const { spec: sent } of attempts) {
        const prints = new Set(["", specFingerprint(sent)]);
        const same = attempts.filter((each) => isOpen(each) && prints.has(each.fingerprint));
        const found = index.findOpen(platform, sent);
        expect(found.map(({ id: of }) => of)).toEqual(same.map(({ id: of }) => of));
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 12 }), check));
  });

  it("is settled without a job when a person found none", async () => {
    journal.append({ kind: "resolved", attempt: await attemptOfTheDead() });
    expect(journal.unresolved()).toEqual([]);
    expect(journal.read().jobs).toEqual([]);
  });

  it("has the job of its answer, also where a person found none before or after that was written down", () => {
    const none = (attempt: string) => journal.append({ kind: "resolved", attempt });
    const made = (attempt: string) => journal.outcome(attempt, { result: "created", jobId });
    for (const steps of [
      [none, made],
      [made, none],
    ]) {
      const id = journal.attempt({ platform, spec });
      for (const step of steps) step(id);
      expect(last()).toMatchObject({ id, state: "created", jobId });
    }
  });
});

describe("a damaged journal", () => {
  const lines = () => readFileSync(journal.file, "utf8").split("\n");
  const write = (...all: string[]) => writeFileSync(journal.file, all.join("\n"));

  it("sees that a line was changed, whatever was changed in it but the moment and the process", () => {
    journal.attempt({ platform, spec });
    const line = lines().find(Boolean) ?? "";
    for (const [from, to] of [
      ["qz.example", "qy.example"],
      [fingerprint.slice(0, 4), "0000"],
      ['"demo-1"', '"demo-9"'],
      ['"v":1', '"v":3'],
      ['"kind":"attempt"', '"kind":"attempu"'],
    ] as const) {
      expect(line).toContain(from);
      write(line.replace(from, to));
      expect(journal.read()).toMatchObject({ attempts: [], damagedLines: [1] });
      expect(openJournal({ dir }).index().unreadLines).toBe(1);
    }
    write(line.replace(/"host":"[^"]*"/, '"host":"x"').replace(/"time":"[^"]*"/, '"time":"x"'));
    expect(journal.read()).toMatchObject({ attempts: [{ state: "unknown" }], damagedLines: [] });
  });

  it("never reads what is left of two lines as one, wherever what is between was lost", () => {
    const made = journal.attempt({ platform, spec });
    journal.outcome(made, { result: "created", jobId });
    journal.attempt({ platform, spec });
    const [, outcome = "", attempt = ""] = lines().filter(Boolean);
    const readRecord = (line: string) => readLine(line).record;
    for (let head = outcome.indexOf(jobId); head < outcome.length; head++) {
      for (let tail = attempt.length - 100; tail < attempt.length; tail++) {
        const line = readLine(outcome.slice(0, head) + attempt.slice(tail));
        // Only a process of another line may follow a whole record.
        if (line.kind !== "damaged") expect(line.record).toEqual(readRecord(outcome));
      }
    }
    // A sum whose key was changed is not a line of an earlier version, which had none.
    write(outcome.replace('"sum"', '"sun"').replace(jobId, jobId.replaceAll("5", "6")));
    expect(journal.read()).toMatchObject({ attempts: [], jobs: [], damagedLines: [1] });
  });

  it("believes an outcome without its attempt, and knows the platform and the spec by it", () => {
    const id = journal.attempt({ platform, spec });
    journal.outcome(id, { result: "unknown", reason: "ECONNRESET" });
    write(...lines().map((line) => (line.includes('"attempt","id"') ? line.slice(0, 99) : line)));
    const index = openJournal({ dir }).index();
    expect(index.findOpen(platform, spec)).toMatchObject([{ id, state: "unknown", platform }]);
    expect(index.findOpen(platform, { ...spec, name: "other" })).toEqual([]);
    expect(index.unreadLines).toBe(1);
    expect(journal.unresolved()).toMatchObject([{ id, name: "demo-1", fingerprint }]);
    journal.append({ kind: "resolved", attempt: id });
    expect(openJournal({ dir }).index().findOpen(platform, spec)).toEqual([]);
  });

  it("treats an outcome of an earlier version without its attempt as one of any spec", () => {
    journal.append({ kind: "track", platform, jobId });
    const outcome = { result: "unknown", reason: "ECONNRESET" };
    const time = new Date().toISOString();
    const line = JSON.stringify({ v: 1, time, kind: "outcome", attempt: "gone", outcome });
    appendFileSync(journal.file, `\n${line}\n`);
    const index = journal.index();
    expect(index.findOpen(platform, spec)).toMatchObject([{ id: "gone", name: "" }]);
    expect(index.findOpen("https://other.example.test", spec)).toHaveLength(1);
    expect(journal.unresolved()).toMatchObject([{ id: "gone", platform: "" }]);
  });

  it("is the same in any order of its lines, and with lines twice", () => {
    const id = journal.attempt({ platform, spec });
    journal.outcome(id, { result: "created", jobId });
    const want = journal.read();
    const all = lines().filter(Boolean);
    write(...all.toReversed(), ...all);
    const { attempts, jobs } = journal.read();
    expect(attempts).toEqual(want.attempts);
    expect(jobs).toMatchObject([{ jobId, attempt: { id } }]);
  });

  it("counts lines that may have recorded a create, until a person accepts that", () => {
    journal.append({ kind: "seen", platform, jobId, status: "job_running" });
    const seen = lines().find(Boolean) ?? "";
    write(seen.replace("job_running", "job_rumming"));
    expect(journal.index().unreadLines).toBe(0);
    expect(journal.read().damagedLines).toEqual([1]);
    appendFileSync(journal.file, '\n\0\0\0\n{"v":1,"time":"2026');
    const index = openJournal({ dir }).index();
    expect(index.unreadLines).toBe(2);
    journal.append(index.toAcceptance());
    expect(journal.index().unreadLines).toBe(0);
    expect(openJournal({ dir }).index().unreadLines).toBe(0);
    appendFileSync(journal.file, "garbage\n");
    expect(journal.index().unreadLines).toBe(3);
  });

  it("is read anew where the file is another one", () => {
    journal.outcome(journal.attempt({ platform, spec }), { result: "created", jobId });
    expect(journal.index().findCreated(platform, spec)).toMatchObject({ jobId });
    rmSync(journal.file);
    expect(journal.index().findCreated(platform, spec)).toBeUndefined();
    journal.attempt({ platform, spec });
    expect(journal.index().findOpen(platform, spec)).toHaveLength(1);
  });

  it("finds attempts that an earlier version has written under their old fingerprint", () => {
    const id = journal.attempt({ platform, spec });
    const line = lines().find(Boolean) ?? "";
    const { sum: _sum, ...old } = JSON.parse(line);
    const [, legacy = ""] = knownFingerprints(spec);
    write(JSON.stringify({ ...old, fingerprint: legacy }));
    expect(journal.index().findOpen(platform, spec)).toMatchObject([{ id }]);
  });

  it("knows another attempt that has the same job", () => {
    const first = journal.attempt({ platform, spec });
    journal.outcome(first, { result: "created", jobId });
    const second = journal.attempt({ platform, spec });
    expect(journal.index().findOwner(platform, jobId.toUpperCase(), second)).toMatchObject({
      id: first,
    });
    expect(journal.index().findOwner(platform, jobId, first)).toBeUndefined();
    expect(journal.index().findOwner("https://other.example.test", jobId, second)).toBeUndefined();
  });
});

it("keeps what its option says of a value, and knows specs by what it keeps", () => {
  const keeps = <Value>(value: Value): Value =>
    JSON.parse(JSON.stringify(value).replaceAll("hunter2", "***"));
  const redacted = openJournal({ dir, file: "run.jsonl", keeps });
  const first = parseJobSpec({ ...minimalSpec, envs: { KEY: "hunter2" } });
  const id = redacted.attempt({ platform, spec: first });
  redacted.outcome(id, { result: "unknown", reason: "said hunter2" });
  expect(readFileSync(join(dir, "run.jsonl"), "utf8")).not.toContain("hunter2");
  expect(redacted.index().findOpen(platform, first)).toMatchObject([{ id, reason: "said ***" }]);
});

describe("the history", () => {
  it("holds jobs created from here and tracked ones, with what was last seen of them", () => {
    const id = journal.attempt({ platform, spec });
    journal.outcome(id, { result: "created", jobId, workspaceId: "ws-1" });
    journal.append({ kind: "seen", platform, jobId, status: "job_queuing", phase: "queued" });
    journal.append({
      kind: "seen",
      platform,
      jobId: otherId,
      name: "theirs",
      status: "job_running",
      phase: "running",
    });
    journal.append({ kind: "track", platform, jobId: otherId });
    journal.append({
      kind: "seen",
      platform,
      jobId,
      status: "job_failed",
      phase: "failed",
      gpuHours: 1.5,
    });
    expect(journal.read().jobs).toMatchObject([
      {
        jobId,
        name: "demo-1",
        workspaceId: "ws-1",
        attempt: { id },
        seen: { phase: "failed", gpuHours: 1.5 },
      },
      { jobId: otherId, name: "theirs", attempt: undefined, seen: { phase: "running" } },
    ]);
  });

  it("forgets a job until it is tracked again", () => {
    journal.outcome(journal.attempt({ platform, spec }), { result: "created", jobId });
    journal.append({ kind: "forget", platform, jobId });
    journal.append({ kind: "seen", platform, jobId, status: "job_running", phase: "running" });
    expect(journal.read().jobs).toEqual([]);
    journal.append({ kind: "track", platform, jobId });
    expect(journal.read().jobs).toMatchObject([{ jobId, seen: { phase: "running" } }]);
  });

  it("knows one job by platform and id, and keeps how it was created when it is tracked as well", () => {
    const id = journal.attempt({ platform, spec });
    journal.outcome(id, { result: "created", jobId });
    journal.append({ kind: "track", platform: `${platform}/`, jobId });
    journal.append({ kind: "track", platform: "https://other.example.test", jobId });
    const { jobs } = journal.read();
    expect(jobs.map((job) => [job.platform, job.attempt?.id])).toEqual([
      [platform, id],
      ["https://other.example.test", undefined],
    ]);
  });
});
