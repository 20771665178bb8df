import { startLocalPlatform } from "@qizhi/core/local";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { bin, createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";
import { toSpec } from "./write-spec.ts";

const spec = (name: string) => JSON.stringify(toSpec({ name, command: "sleep 60" }));

test("each of two shells at once has a @last of its own, and a stop hits no other's job", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  for (const name of ["runA", "runB"]) await writeFile(join(place.dir, `${name}.json`), spec(name));
  // A submits first, B after it; only then A asks for the last one, and stops it.
  const script = `
    q() { "${process.execPath}" "${bin}" "$@"; }
    ( q submit runA.json >a.id 2>/dev/null; touch a.done
      while [ ! -e b.done ]; do sleep 0.05; done
      q status @last --json >a.json 2>a.err; q stop @last --yes >a.stop 2>>a.err; touch a.end ) &
    ( while [ ! -e a.done ]; do sleep 0.05; done
      q submit runB.json >b.id 2>/dev/null; touch b.done
      while [ ! -e a.end ]; do sleep 0.05; done
      q status @last --json >b.json; true ) &
    wait; cat a.json a.stop; echo ---; cat b.json; echo ---; cat a.err`;
  const { stdout } = await promisify(execFile)("bash", ["-c", script], {
    cwd: place.dir,
    env: place.env,
  });
  const [a = "", b = "", errors = ""] = stdout.split("---");
  expect(a).toContain('"name": "runA"');
  expect(b).toContain('"name": "runB"');
  expect(errors).toContain("@last is the last job of this terminal");
  expect(platform.jobs().map(({ request, status }) => [request.name, status])).toEqual([
    ["runA", expect.stringMatching(/job_stopp/)],
    ["runB", "job_queuing"],
  ]);
}, 60_000);

test("@last is the later of two submits though the clock was set back between them", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  const journal = join(place.stateDir, "journal.jsonl");
  for (const name of ["ahead", "now"]) {
    await writeFile(join(place.dir, "job.json"), spec(name));
    expect(await place.run(["submit", "job.json"])).toMatchObject({ code: 0 });
    if (name === "now") break;
    // The checksum of a line leaves its time out.
    const time = `"time":"${new Date(Date.now() + 7_200_000).toISOString()}"`;
    const text = await readFile(journal, "utf8");
    await writeFile(journal, text.replaceAll(/"time":"[^"]*"/g, time));
  }
  expect(await place.run(["stop", "@last", "--yes"])).toMatchObject({ code: 0 });
  expect(platform.jobs().map(({ request, status }) => [request.name, status])).toEqual([
    ["ahead", "job_queuing"],
    ["now", expect.stringMatching(/job_stopp/)],
  ]);
});

test("@last stays the later submit where an older one is settled with a job that was tracked before", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  const lost = { kind: "reset", effect: true } as const;
  platform.setFaults([{ operation: "create", calls: [1], fault: lost }]);
  await writeFile(join(place.dir, "job.json"), spec("older"));
  expect(await place.run(["submit", "job.json"])).toMatchObject({ code: 5 });
  const jobId = platform.jobs()[0]!.jobId;
  const { stderr } = await place.run(["track", jobId]);
  const attempt = /--for ([\da-f]{8})/.exec(stderr)![1]!;
  await writeFile(join(place.dir, "job.json"), spec("newer"));
  expect(await place.run(["submit", "job.json"])).toMatchObject({ code: 0 });
  expect(await place.run(["track", jobId, "--for", attempt])).toMatchObject({ code: 0 });
  expect(await place.run(["stop", "@last", "--yes"])).toMatchObject({ code: 0 });
  expect(platform.jobs().map(({ request, status }) => [request.name, status])).toEqual([
    ["older", "job_queuing"],
    ["newer", expect.stringMatching(/job_stopp/)],
  ]);
});

test("a shell that submitted nothing stops no job of another one by @last --yes", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  await writeFile(join(place.dir, "runA.json"), spec("runA"));
  const script = `
    q() { "${process.execPath}" "${bin}" "$@"; }
    ( q submit runA.json >a.id 2>/dev/null; touch a.done
      while [ ! -e b.done ]; do sleep 0.05; done ) &
    ( while [ ! -e a.done ]; do sleep 0.05; done
      q stop @last --yes; echo "code $?"; touch b.done ) &
    wait`;
  const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], {
    cwd: place.dir,
    env: place.env,
  });
  expect(stdout).toBe("code 2\n");
  expect(stderr).toContain("@last was submitted from another terminal");
  expect(platform.jobs()).toMatchObject([{ status: "job_queuing" }]);
}, 60_000);

test("what a shell starts knows the @last of that shell, through a subshell and another program", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  await writeFile(join(place.dir, "runA.json"), spec("runA"));
  const q = `"${process.execPath}" "${bin}"`;
  const script = `
    ${q} submit runA.json >a.id 2>/dev/null
    status=$(${q} status @last --json); echo "code $?"
    env sh -c '(${q} stop @last --yes; echo "code $?")'; true`;
  const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], {
    cwd: place.dir,
    env: place.env,
  });
  expect(stdout.match(/code \d/g)).toEqual(["code 0", "code 0"]);
  expect(stderr).not.toContain("another terminal");
  expect(platform.jobs()).toMatchObject([{ status: expect.stringMatching(/job_stopp/) }]);
}, 60_000);

test("scripts of one session know its @last after the process that began the session has ended", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  await writeFile(join(place.dir, "runA.json"), spec("runA"));
  const q = `"${process.execPath}" "${bin}"`;
  await writeFile(
    join(place.dir, "later.sh"),
    `while kill -0 "$1" 2>/dev/null; do sleep 0.05; done
    sh -c '${q} submit runA.json; true'
    sh -c '${q} stop @last --yes; echo "code $?"'`,
  );
  // setsid begins a session with a shell that ends at once; the script goes on in it.
  const { stdout } = await promisify(execFile)("setsid", ["sh", "-c", "sh later.sh $$ & exit"], {
    cwd: place.dir,
    env: place.env,
  });
  expect(stdout).toContain("code 0\n");
  expect(platform.jobs()).toMatchObject([{ status: expect.stringMatching(/job_stopp/) }]);
}, 60_000);

test("@last is the last sweep of this terminal where only a sweep can be meant, and forget takes it whole", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  const sweep = { ...JSON.parse(spec("x-{{ matrix.n }}")), matrix: { n: ["1", "2"] } };
  await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
  const submit = await place.run(["submit", "sweep.json", "--json"]);
  expect(submit.code, submit.stderr).toBe(0);
  const { sweep: id } = JSON.parse(submit.stdout);
  expect(id).toMatch(/^sweep-/);
  const show = await place.run(["status", "@last", "--json"]);
  expect(JSON.parse(show.stdout), show.stderr).toMatchObject({ sweep: id });
  expect(await place.run(["report", "@last"])).toMatchObject({ code: 0, stdout: `${id}.html\n` });
  expect(await place.run(["stop", "@last", "--yes"])).toMatchObject({ code: 0 });
  const forget = await place.run(["forget", "@last", "--json"]);
  expect(JSON.parse(forget.stdout), forget.stderr).toEqual({
    forgot: [{ sweep: id, unresolved: [] }],
  });
}, 60_000);

describe("@last of a submit that has no job yet", () => {
  const lost = { operation: "create", fault: { kind: "reset", effect: true } } as const;

  test("is that sweep, and never an older job", async () => {
    await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
    await using place = await createPlace(platform);
    await writeFile(join(place.dir, "old.json"), spec("old"));
    await place.run(["submit", "old.json"]);
    platform.setFaults([lost]);
    const sweep = { ...JSON.parse(spec("x-{{ matrix.n }}")), matrix: { n: ["1", "2"] } };
    await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
    const submit = await place.run(["submit", "sweep.json", "--json"]);
    expect(submit.code, submit.stderr).toBe(5);
    const { sweep: id } = JSON.parse(submit.stdout);
    const status = await place.run(["status", "@last", "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({ sweep: id, counts: { unknown: 2 } });
    const wait = await place.run(["wait", "@last"]);
    expect(wait).toMatchObject({ code: 2, stdout: "" });
    expect(wait.stderr).toContain(`${id} has no job yet.`);
    expect(wait.stderr).toContain(`qizhi rerun ${id} --wait`);
    const stop = await place.run(["stop", "@last", "--yes", "--json"]);
    expect(JSON.parse(stop.stdout), stop.stderr).toMatchObject({ sweep: id, is_halted: true });
    expect(platform.requests.filter(({ operation }) => operation === "stop")).toEqual([]);
    const forget = await place.run(["forget", "@last", "--json"]);
    expect(JSON.parse(forget.stdout), forget.stderr).toMatchObject({
      forgot: [{ sweep: id, unresolved: [{ name: "x-1" }, { name: "x-2" }] }],
    });
    const left = await place.run(["status", "@last", "--json"]);
    expect(JSON.parse(left.stdout)).toMatchObject({ name: "old" });
  }, 60_000);

  test("is that create of unknown outcome, which no command takes for an older job", async () => {
    await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
    await using place = await createPlace(platform);
    for (const name of ["old", "new"]) await writeFile(join(place.dir, `${name}.json`), spec(name));
    await place.run(["submit", "old.json"]);
    platform.setFaults([lost]);
    expect(await place.run(["submit", "new.json"])).toMatchObject({ code: 5 });
    for (const args of [["status"], ["wait"], ["stop", "--yes"], ["clone"], ["forget"]]) {
      const run = await place.run([...args, "@last"]);
      expect(run).toMatchObject({ code: 2, stdout: "" });
      expect(run.stderr).toMatch(/@last is the submit \w+ \("new"\), whose outcome is not known/);
    }
    expect(platform.requests.filter(({ operation }) => operation === "stop")).toEqual([]);
  }, 60_000);

  test("means every job of a sweep for status and wait, and says how many runs have none", async () => {
    await using platform = await startLocalPlatform({ stages: 10, commands: "skip" });
    await using place = await createPlace(platform);
    platform.setFaults([{ ...lost, calls: [2] }]);
    const sweep = { ...JSON.parse(spec("x-{{ matrix.n }}")), matrix: { n: ["1", "2", "3"] } };
    await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
    const submit = await place.run(["submit", "sweep.json", "--json"]);
    const { sweep: id, runs } = JSON.parse(submit.stdout);
    const ids = runs.flatMap(({ job_id: jobId }: { job_id: string | null }) => jobId ?? []);
    expect(ids).toHaveLength(2);
    for (const reference of ["@last", id]) {
      const wait = await place.run(["wait", reference, "--json", "--poll-interval", "20ms"]);
      expect(JSON.parse(wait.stdout)).toMatchObject(
        ids.map((job: string) => ({ job_id: job, phase: "succeeded" })),
      );
      expect(wait.stderr).toContain(`1 run of ${id} has no job yet and is left out.`);
    }
  }, 60_000);
});

test("a job that another shell has only taken in is not this shell's @last", async () => {
  const jobId = "job-11111111-1111-4111-8111-111111111111";
  await using platform = await startLocalPlatform({
    jobs: [{ jobId, status: "job_running" }],
    stages: { queuingMs: 60_000 },
  });
  await using place = await createPlace(platform);
  await writeFile(join(place.dir, "runA.json"), spec("runA"));
  const script = `
    q() { "${process.execPath}" "${bin}" "$@"; }
    ( q submit runA.json >a.id 2>/dev/null; touch a.done
      while [ ! -e b.done ]; do sleep 0.05; done
      q stop @last --yes; echo "code $?"; touch a.end ) &
    ( while [ ! -e a.done ]; do sleep 0.05; done
      q track ${jobId} 2>/dev/null; touch b.done
      while [ ! -e a.end ]; do sleep 0.05; done ) &
    wait`;
  const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], {
    cwd: place.dir,
    env: place.env,
  });
  expect(stdout).toContain("code 0");
  expect(stderr).toContain("@last is the last job of this terminal");
  expect(platform.jobs().map(({ status }) => status)).toEqual([
    "job_running",
    expect.stringMatching(/job_stopp/),
  ]);
}, 60_000);

test("a forget drops nothing where an attempt got its job from another terminal while it asked", async () => {
  await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
  await using place = await createPlace(platform);
  await writeFile(join(place.dir, "a.json"), spec("a"));
  await writeFile(join(place.dir, "b.json"), spec("b"));
  await place.run(["submit", "a.json"]);
  platform.setFaults([{ operation: "create", fault: { kind: "reset", effect: true } }]);
  expect((await place.run(["submit", "b.json"])).code).toBe(5);
  const open = await place.run(["list", "--unresolved", "--json"]);
  const [{ attempt = "" } = {}] = JSON.parse(open.stdout);
  // What another shell submitted is asked about.
  const command = ["sh", "-c", '"$@"; exit $?', "sh", process.execPath, bin] as const;
  const forget = ["forget", "@2", attempt];
  await using terminal = openTerminal(place, forget, { columns: 200, command });
  await terminal.waitFor("Forget it?");
  const [, made] = platform.jobs();
  expect((await place.run(["track", made!.jobId, "--for", attempt])).code).toBe(0);
  terminal.send("y");
  expect(await terminal.ended).toBe(2);
  const listed = await place.run(["list", "--offline", "--json"]);
  const names = JSON.parse(listed.stdout).map(({ name }: { name: string }) => name);
  expect(names.toSorted()).toEqual(["a", "b"]);
});
