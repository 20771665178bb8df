import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openHoldingGateway } from "../../core/src/transport/connection/holding-gateway.fixture.ts";
import type { Place, RunningCli } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import { toSpec, writeSpec } from "./write-spec.ts";

const skip = { commands: "skip", stages: 0 } as const;

function countCreates({ requests }: LocalPlatform): number {
  return requests.filter(({ operation }) => operation === "create").length;
}

async function untilRequest(
  platform: LocalPlatform,
  operation: string,
  { result }: RunningCli,
): Promise<void> {
  const ended = result.then(({ stderr }) => {
    throw new Error(`The CLI ended before its ${operation}:\n${stderr}`);
  });
  // It is killed later on, and that is no failure.
  ended.catch(() => {});
  while (!platform.requests.some((request) => request.operation === operation)) {
    await Promise.race([platform.changed(), ended]);
  }
}

async function unresolved(place: Place): Promise<Record<string, unknown>[]> {
  const run = await place.run(["list", "--unresolved", "--json"]);
  expect(run.code).toBe(0);
  return JSON.parse(run.stdout);
}

async function journalOf({ stateDir }: Place): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(stateDir, "journal.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

describe("the journal of submit", () => {
  test("has the attempt and then its job, readable by the user alone, without a secret", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const run = await place.run(["submit", await writeSpec(place)]);
    expect(run.code).toBe(0);
    expect(await journalOf(place)).toMatchObject([
      { kind: "attempt", platform: platform.url, account: "local", name: "demo-1" },
      { kind: "outcome", outcome: { result: "created", jobId: run.stdout.trim() } },
    ]);
    const file = join(place.stateDir, "journal.jsonl");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(place.stateDir)).mode & 0o777).toBe(0o700);
    const text = await readFile(file, "utf8");
    expect(text).not.toContain(platform.credentials.password);
    expect(text).not.toContain(platform.issuedTokens[0]);
    expect(await unresolved(place)).toEqual([]);
  });

  test("notes a refusal as such, so that the next submit goes through", async () => {
    await using platform = await startLocalPlatform({ ...skip, quota: { submittedGpus: 1 } });
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 3 });
    expect((await journalOf(place)).at(-1)).toMatchObject({
      outcome: { result: "refused", code: 100000 },
    });
    expect(await place.run(["submit", spec])).toMatchObject({ code: 3 });
    expect(await unresolved(place)).toEqual([]);
  });

  test("has no line for --dry-run, a wrong spec, a refused login and --local", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    await place.run(["submit", spec, "--dry-run"]);
    await place.run(["submit", spec, "--set", "task_priority=99"]);
    const env = { QIZHI_PASSWORD: "wrong-password" };
    expect(await place.run(["submit", spec], { env })).toMatchObject({ code: 3 });
    expect(await place.run(["submit", spec, "--local"])).toMatchObject({ code: 0 });
    await expect(readFile(join(place.stateDir, "journal.jsonl"))).rejects.toThrow("ENOENT");
  });

  test("stops a submit that it cannot note: exit 2, nothing sent, the way out", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    // A file where the folder would be stops root, too.
    await writeFile(place.stateDir, "");
    const run = await place.run(["submit", await writeSpec(place)]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("Nothing was sent.");
    expect(run.stderr).toContain("Set QIZHI_STATE_DIR");
    expect(countCreates(platform)).toBe(0);
  });
});

describe("a submit with an unknown outcome", () => {
  test("is refused the second time, and says why, when and what to check", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    platform.setFaults([
      { operation: "create", calls: [1], fault: { kind: "reset", effect: true } },
    ]);
    const first = await place.run(["submit", spec]);
    expect(first).toMatchObject({ code: 5, stdout: "" });
    expect(first.stderr).toContain("qizhi list --unresolved");
    const second = await place.run(["submit", spec]);
    expect(second).toMatchObject({ code: 2, stdout: "" });
    const [{ attempt }] = (await unresolved(place)) as [{ attempt: string }];
    const short = attempt.slice(0, 8);
    expect(second.stderr).toMatch(
      /"demo-1" was sent from here \d{4}-[\d: -]+ \((?:\d+s ago|just now)\)/,
    );
    expect(second.stderr).toContain("the connection was cut before the answer");
    expect(second.stderr).toContain(`${platform.url}/jobs/distributedTraining?spaceId=ws-3333`);
    expect(second.stderr).toContain(`qizhi track <job-id> --for ${short}`);
    expect(second.stderr).toContain(`qizhi forget ${short}`);
    expect(countCreates(platform)).toBe(1);
    // The same request in other words is the same request.
    const other = join(place.dir, "other.json");
    const keys = Object.entries(JSON.parse(await readFile(spec, "utf8"))).toReversed();
    await writeFile(other, JSON.stringify(Object.fromEntries(keys), undefined, 4));
    expect(await place.run(["submit", other])).toMatchObject({ code: 2 });
    // Another one is not.
    expect(await place.run(["submit", spec, "--name", "demo-2"])).toMatchObject({ code: 0 });
    expect(await place.run(["submit", spec, "--allow-duplicate"])).toMatchObject({ code: 0 });
    expect(countCreates(platform)).toBe(3);
  });

  test("is told of by a stop that means it, which cannot reach its job", async () => {
    const ids = ["1", "2"].map((digit) => `job-${crypto.randomUUID().slice(0, -1)}${digit}`);
    const jobs = ids.map((jobId) => ({ status: "job_running", jobId, name: `l-${jobId}` }));
    await using platform = await startLocalPlatform({ ...skip, jobs });
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    const lost = { kind: "reset", effect: true } as const;
    platform.setFaults([{ operation: "create", calls: [1], fault: lost }]);
    expect(await place.run(["submit", spec, "--name", "lost"])).toMatchObject({ code: 5 });
    const [{ attempt }] = (await unresolved(place)) as [{ attempt: string }];
    for (const word of ["lost", "l*t", attempt.slice(0, 8)]) {
      const alone = await place.run(["stop", word, "--yes"]);
      expect(alone).toMatchObject({ code: 2, stdout: "" });
      expect(alone.stderr).toMatch(
        / is the submit [\da-f]{8} \("lost"\), whose outcome is not known/,
      );
      expect(alone.stderr).toContain("qizhi list --unresolved");
    }
    const note = "1 submit has an unknown outcome: qizhi list --unresolved\n";
    const none = await place.run(["stop", "--all", "--yes"]);
    expect(none).toMatchObject({ code: 5, stderr: `${note}No job is active.\n` });
    expect(await place.run(["stop", "--name", "lost", "--yes"])).toMatchObject(none);
    for (const [index, how] of [["--all"], ["l*", "*", "l*"]].entries()) {
      await place.run(["track", ids[index]!]);
      expect(await place.run(["stop", ...how, "--yes"])).toMatchObject({ code: 5, stderr: note });
    }
    const stopped = platform.requests.filter(({ operation }) => operation === "stop");
    expect(stopped.map(({ jobId }) => jobId)).toEqual(ids);
  });

  test("is told of by a stop also where it is a run's, whose sweep is not stopped as a whole", async () => {
    await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
    await using place = await createPlace(platform);
    const sweep = {
      ...toSpec({ name: "demo", command: "sleep {{ matrix.n }}" }),
      matrix: { n: [61, 62] },
    };
    await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
    const lost = { kind: "reset", effect: true } as const;
    platform.setFaults([{ operation: "create", calls: [2], fault: lost }]);
    await place.run(["submit", "sweep.json"]);
    const note = "1 submit has an unknown outcome: qizhi list --unresolved\n";
    const first = await place.run(["stop", "demo-*", "--yes"]);
    expect(first).toMatchObject({ code: 5, stderr: note });
    expect(await place.run(["stop", "--all", "--yes"])).toMatchObject({ code: 5 });
    expect(platform.jobs().filter(({ status }) => status === "job_queuing")).toHaveLength(1);
  });

  test("is settled by the job that was found, or by none", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    platform.setFaults([
      { operation: "create", calls: [1], fault: { kind: "html-200", effect: true } },
      { operation: "create", calls: [2], fault: { kind: "gateway-error" } },
    ]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 5 });
    const [{ attempt }] = (await unresolved(place)) as [{ attempt: string }];
    const [job] = platform.jobs();
    const hint = await place.run(["track", job!.jobId]);
    expect(hint.stderr).toContain(`qizhi track ${job!.jobId} --for ${attempt.slice(0, 8)}`);
    const tracked = await place.run(["track", job!.jobId, "--for", attempt.slice(0, 8)]);
    expect(tracked).toMatchObject({ code: 0 });
    expect(await unresolved(place)).toEqual([]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 5 });
    const none = await place.run(["forget", "demo-1"]);
    expect(none).toMatchObject({ code: 2 });
    const [{ attempt: second }] = (await unresolved(place)) as [{ attempt: string }];
    expect(await place.run(["forget", second.slice(0, 6)])).toMatchObject({ code: 0 });
    expect(await unresolved(place)).toEqual([]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 0 });
  });

  test("is not settled with the job of another submit", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    platform.setFaults([
      { operation: "create", calls: [2], fault: { kind: "reset", effect: true } },
    ]);
    const first = await place.run(["submit", spec, "--name", "demo-0"]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 5 });
    const [{ attempt }] = (await unresolved(place)) as [{ attempt: string }];
    const wrong = await place.run(["track", first.stdout.trim(), "--for", attempt]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain(`${first.stdout.trim()} is the job of another attempt`);
    expect(await unresolved(place)).toMatchObject([{ attempt }]);
    const right = await place.run(["track", platform.jobs()[1]!.jobId, "--for", attempt]);
    expect(right).toMatchObject({ code: 0 });
    expect(await unresolved(place)).toEqual([]);
  });

  test("is listed by a pattern for its name, and hidden by another one without being called known", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    expect(await place.run(["list", "--unresolved"])).toMatchObject({
      stderr: "Every submit has a known outcome.\n",
    });
    const spec = await writeSpec(place);
    platform.setFaults([{ operation: "create", fault: { kind: "reset", effect: true } }]);
    expect(await place.run(["submit", spec, "--name", "lr-1"])).toMatchObject({ code: 5 });
    for (const name of ["lr-*", "LR-?", "r-1"]) {
      const found = await place.run(["list", "--unresolved", "--name", name, "--json"]);
      expect(JSON.parse(found.stdout), name).toMatchObject([{ name: "lr-1" }]);
    }
    for (const name of ["r-*", "other"]) {
      expect(await place.run(["list", "--unresolved", "--name", name])).toMatchObject({
        code: 0,
        stdout: "",
        stderr: "No submit with an unknown outcome matches.\n",
      });
    }
  });

  test("is not said to be absent where the base URL is wrong", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    platform.setFaults([{ operation: "create", fault: { kind: "reset", effect: true } }]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 5 });
    const list = (url: string) => {
      return place.run(["list", "--unresolved", "--json"], { env: { QIZHI_BASE_URL: url } });
    };
    const wrong = await list("qz.sii.edu.cn");
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain("https://qz.sii.edu.cn");
    expect(JSON.parse((await list(`${platform.url}/`)).stdout)).toMatchObject([{ name: "demo-1" }]);
    expect(JSON.parse((await list("https://qz.sii.edu.cn")).stdout)).toEqual([]);
  });

  test("stays one when a person interrupts the create", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    platform.setFaults([{ operation: "create", fault: { kind: "never-answer", effect: true } }]);
    const submit = place.start(["submit", spec]);
    await untilRequest(platform, "create", submit);
    submit.process.kill("SIGINT");
    const { code, stderr } = await submit.result;
    expect(code).toBe(130);
    expect(stderr).toContain("may or may not exist");
    expect(await unresolved(place)).toMatchObject([{ name: "demo-1" }]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 2 });
  });

  test("is none with --on-interrupt stop: the create is answered after the interrupt, and its job stopped", async () => {
    await using platform = await startLocalPlatform({
      ...skip,
      stages: { queuingMs: 60_000, stoppingMs: 20 },
    });
    await using gateway = await openHoldingGateway(platform.url, (name) => name === "create");
    await using place = await createPlace({ ...platform, url: gateway.url });
    const spec = await writeSpec(place);
    const args = ["submit", spec, "--wait", "--on-interrupt", "stop", "--json"];
    const submit = place.start(args);
    await untilRequest(platform, "create", submit);
    submit.process.kill("SIGINT");
    await submit.waitFor("waiting for its answer");
    gateway.release();
    const { code, stdout, stderr } = await submit.result;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("The create is under way: waiting for its answer, to stop the job.");
    const [job] = platform.jobs();
    expect(stderr).toContain(`${job?.jobId} is `);
    expect(platform.requests.filter(({ operation }) => operation === "stop")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      job_id: job?.jobId,
      interruption: { exit_code: 130, stop_sent: true },
    });
    expect(await unresolved(place)).toEqual([]);
  });

  test("is none with --on-interrupt stop in the pause after a refusal: nothing is sent any more", async () => {
    await using platform = await startLocalPlatform({ ...skip, stages: { queuingMs: 60_000 } });
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    const fault = { kind: "rate-limit", retryAfterSec: 4 } as const;
    platform.setFaults([{ operation: "create", calls: [1], fault }]);
    const submit = place.start(["submit", spec, "--wait", "--on-interrupt", "stop"]);
    const isRefused = () =>
      platform.requests.some(
        ({ operation, outcome }) => operation === "create" && outcome === "answered",
      );
    while (!isRefused()) await platform.changed();
    submit.process.kill("SIGINT");
    const { code, stderr } = await submit.result;
    expect(code, stderr).toBe(130);
    expect(countCreates(platform)).toBe(1);
    expect(platform.jobs()).toEqual([]);
    expect(stderr).toContain("Interrupted. Nothing was sent.");
    expect(await unresolved(place)).toEqual([]);
  });

  test("is none of a rerun of several with --on-interrupt stop: what was created before is stopped too", async () => {
    await using platform = await startLocalPlatform({
      ...skip,
      gpus: 64,
      stages: { queuingMs: 60_000, stoppingMs: 20 },
    });
    const isHeld = (name: string) => name === "create" && countCreates(platform) === 3;
    await using gateway = await openHoldingGateway(platform.url, isHeld);
    await using place = await createPlace({ ...platform, url: gateway.url });
    const spec = await writeSpec(place);
    const first = await Promise.all(
      ["a", "b"].map((name) => place.run(["submit", spec, "--name", name])),
    );
    const ids = first.map(({ stdout }) => stdout.trim());
    const args = ["rerun", ...ids, "--yes", "--again", "--wait", "--on-interrupt", "stop"];
    const rerun = place.start(args);
    while (countCreates(platform) < 4) await platform.changed();
    rerun.process.kill("SIGINT");
    await rerun.waitFor("waiting for its answer");
    gateway.release();
    const { code, stderr } = await rerun.result;
    expect(code, stderr).toBe(130);
    const stopped = platform.requests.flatMap(({ operation, jobId }) =>
      operation === "stop" ? jobId : [],
    );
    expect(stopped.toSorted()).toEqual(
      platform
        .jobs()
        .slice(2)
        .map(({ jobId }) => jobId)
        .toSorted(),
    );
  });

  test("is reported as not sent when a person interrupts the login before it", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    platform.setFaults([{ operation: "token", fault: { kind: "never-answer" } }]);
    const submit = place.start(["submit", await writeSpec(place)]);
    await untilRequest(platform, "token", submit);
    submit.process.kill("SIGINT");
    expect(await submit.result).toMatchObject({
      code: 130,
      stderr: "Interrupted. Nothing was sent.\n",
    });
    expect(await unresolved(place)).toEqual([]);
  });
});

describe("the same spec from two processes at once", () => {
  test("creates one job: a later process reports who sends it, and sends nothing", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    platform.setFaults([{ operation: "create", fault: { kind: "never-answer", effect: true } }]);
    const first = place.start(["submit", spec]);
    await untilRequest(platform, "create", first);
    const second = await place.run(["submit", spec]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`right now by another process (${first.process.pid})`);
    expect(countCreates(platform)).toBe(1);
    platform.setFaults([]);
    expect(await place.run(["submit", spec, "--allow-duplicate"])).toMatchObject({ code: 0 });
    // Another spec is nobody's business.
    expect(await place.run(["submit", spec, "--name", "other"])).toMatchObject({ code: 0 });
  });

  test("creates one job also when both begin at the same moment", async () => {
    await using platform = await startLocalPlatform(skip);
    await using gateway = await openHoldingGateway(platform.url, (name) => name === "create");
    await using place = await createPlace({ ...platform, url: gateway.url });
    const spec = await writeSpec(place);
    const runs = [1, 2, 3].map(() => place.run(["submit", spec]));
    // The create is answered once the others have met it.
    let ended = 0;
    const noteEnd = () => {
      ended += 1;
      if (ended === 2) gateway.release();
    };
    for (const run of runs) void run.then(noteEnd);
    const ends = await Promise.all(runs);
    expect(ends.map(({ code }) => code).toSorted()).toEqual([0, 2, 2]);
    expect(platform.jobs()).toHaveLength(1);
    expect(await unresolved(place)).toEqual([]);
    // Its outcome is known now, and a second job is nobody's mistake.
    expect(await place.run(["submit", spec])).toMatchObject({ code: 0 });
  });
});

describe("kill -9", () => {
  test("before the attempt is noted leaves no trace, and nothing was sent", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    platform.setFaults([{ operation: "token", calls: [1], fault: { kind: "never-answer" } }]);
    const spec = await writeSpec(place);
    const submit = place.start(["submit", spec]);
    await untilRequest(platform, "token", submit);
    submit.process.kill("SIGKILL");
    await submit.result;
    expect(await unresolved(place)).toEqual([]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 0 });
    expect(countCreates(platform)).toBe(1);
  });

  test("between the attempt's line and the create leaves an attempt that may have been sent", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    // With a token there is no login first, and with the port closed the create cannot leave.
    const login = await place.run(["submit", spec, "--name", "first"]);
    expect(login.code).toBe(0);
    const [token = ""] = platform.issuedTokens;
    await platform.outage();
    const env = { QIZHI_TOKEN: token, QIZHI_PASSWORD: undefined, QIZHI_DEBUG: "1" };
    const submit = place.start(["submit", spec], { env });
    await submit.waitFor("retry");
    submit.process.kill("SIGKILL");
    await submit.result;
    await platform.restore();
    expect(countCreates(platform)).toBe(1);
    expect(await unresolved(place)).toMatchObject([
      { name: "demo-1", reason: expect.stringContaining("ended before it wrote an outcome") },
    ]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 2 });
  });

  test("while the answer is awaited leaves an unknown attempt whose job exists", async () => {
    await using platform = await startLocalPlatform(skip);
    await using place = await createPlace(platform);
    platform.setFaults([
      { operation: "create", calls: [1], fault: { kind: "never-answer", effect: true } },
    ]);
    const spec = await writeSpec(place);
    const submit = place.start(["submit", spec]);
    await untilRequest(platform, "create", submit);
    // While it runs, its outcome is open and not unknown.
    expect(await unresolved(place)).toEqual([]);
    submit.process.kill("SIGKILL");
    await submit.result;
    expect(platform.jobs()).toHaveLength(1);
    expect(await unresolved(place)).toMatchObject([{ name: "demo-1" }]);
    expect(await place.run(["submit", spec])).toMatchObject({ code: 2 });
    expect(countCreates(platform)).toBe(1);
  });

  test("after the outcome's line leaves a job that list knows", async () => {
    await using platform = await startLocalPlatform({ stages: 60_000 });
    await using place = await createPlace(platform);
    const submit = place.start(["submit", await writeSpec(place), "--wait"]);
    await submit.waitFor("queued");
    submit.process.kill("SIGKILL");
    await submit.result;
    const [job] = platform.jobs();
    const list = await place.run(["list", "--json"]);
    expect(JSON.parse(list.stdout)).toMatchObject([{ job_id: job?.jobId, phase: "queued" }]);
    expect(await unresolved(place)).toEqual([]);
  });
});

test("an outcome that cannot be noted does not hide the job", async () => {
  await using platform = await startLocalPlatform(skip);
  await using gateway = await openHoldingGateway(platform.url, (name) => name === "create");
  await using place = await createPlace({ ...platform, url: gateway.url });
  const spec = await writeSpec(place);
  const file = join(place.stateDir, "journal.jsonl");
  const submit = place.start(["submit", spec]);
  await untilRequest(platform, "create", submit);
  await rm(file);
  await mkdir(file);
  gateway.release();
  const { code, stdout, stderr } = await submit.result;
  expect(code).toBe(0);
  expect(stdout.trim()).toBe(platform.jobs()[0]?.jobId);
  expect(stderr).toContain("the journal could not note its id");
});
