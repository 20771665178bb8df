import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { openHoldingGateway } from "../../core/src/transport/connection/holding-gateway.fixture.ts";
import { bin, type Place } from "./run-cli.ts";
import { fast, idIn, names, setUp } from "./sweep-place.ts";
import { openTerminal } from "./terminal.ts";

const queuing = { stages: { queuingMs: 60_000 }, gpus: 256 };
const submit = ["submit", "sweep.yaml", ...fast];
const node = process.env["QIZHI_TEST_NODE"] ?? process.execPath;

/** Runs the CLI where no file can grow. */
async function runOnFullDisk(args: readonly string[], { dir, env }: Place) {
  const all = ["-c", 'ulimit -f 0; exec "$@"', "sh", node, bin, ...args];
  const ended = promisify(execFile)("sh", all, { cwd: dir, env });
  return ended.then(
    (said) => ({ code: 0, ...said }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

const isStopped = ({ status }: { status: string }) => /stop/.test(status);

async function untilCreates(platform: LocalPlatform, count: number): Promise<void> {
  const isCreate = ({ operation }: { operation: string }) => operation === "create";
  while (platform.requests.filter(isCreate).length < count) await platform.changed();
}

describe("a stop of a sweep on a full disk", () => {
  test("stops its jobs all the same, says that it goes on, and ends with 2", async () => {
    await using all = await setUp(queuing);
    const { place, platform } = all;
    const id = idIn((await place.run(submit)).stderr);
    const told = await runOnFullDisk(["stop", id, "--yes"], place);
    expect(platform.jobs().map(isStopped)).toEqual(Array(6).fill(true));
    expect(told.code).toBe(2);
    expect(told.stderr).toContain("error: Cannot write");
    expect(told.stderr).toContain(`${id} (demo) could not be halted`);
    expect(told.stderr).not.toContain("submits no more");
  });

  test("says so as JSON", async () => {
    await using all = await setUp(queuing);
    const { place, platform } = all;
    const id = idIn((await place.run(submit)).stderr);
    const { code, stdout } = await runOnFullDisk(["stop", id, "--yes", "--json"], place);
    const error = { rule: "state_file", exit_code: 2 };
    expect(code).toBe(2);
    expect(JSON.parse(stdout)[0]).toMatchObject({ sweep: id, is_halted: false, error });
    expect(platform.jobs().map(isStopped)).toEqual(Array(6).fill(true));
  });
});

describe("a stop of a sweep while another process sends a create", () => {
  const slow = { ...queuing, stages: { queuingMs: 60_000, stoppingMs: 5_000 } };
  const journalOf = (place: Place) => readFile(join(place.stateDir, "journal.jsonl"), "utf8");

  test("waits for its answer, and stops the job", async () => {
    await using all = await setUp(slow);
    const { place, platform } = all;
    const isSecond = (name: string) => name === "create" && platform.jobs().length === 1;
    await using gateway = await openHoldingGateway(platform.url, isSecond);
    const env = { QIZHI_BASE_URL: gateway.url };
    const running = place.start([...submit, "--wait"], { env });
    await untilCreates(platform, 2);
    const stopping = place.run(["stop", "demo", "--yes"], { env });
    await expect.poll(() => journalOf(place)).toContain('"sweep:halt"');
    gateway.release();
    const told = await stopping;
    expect(told.code).toBe(0);
    expect(told.stdout.trim().split("\n")).toHaveLength(2);
    expect(platform.jobs().map(isStopped)).toEqual([true, true]);
    expect((await running.result).code).toBe(1);
    expect(platform.jobs()).toHaveLength(2);
  });

  test("stops the job also where that was killed after the answer, while the others were being stopped", async () => {
    await using all = await setUp(slow);
    const { place, platform } = all;
    const isSecond = (name: string) => name === "create" && platform.jobs().length === 1;
    await using creates = await openHoldingGateway(platform.url, isSecond);
    // What the other process learns of its jobs, and what stop learns of the first.
    const isLater = (name: string) => name !== "create" && platform.jobs().length === 2;
    await using others = await openHoldingGateway(creates.url, isLater);
    const env = { QIZHI_BASE_URL: others.url };
    const running = place.start([...submit, "--wait"], { env });
    await untilCreates(platform, 2);
    const stopping = place.run(["stop", "demo", "--yes"], { env });
    await expect.poll(() => journalOf(place)).toContain('"sweep:halt"');
    creates.release();
    await expect.poll(() => journalOf(place)).toMatch(/("kind":"outcome"[^]*){2}/);
    running.process.kill("SIGKILL");
    await running.result;
    others.release();
    const told = await stopping;
    expect(told.code).toBe(0);
    expect(told.stdout.trim().split("\n")).toHaveLength(2);
    expect(platform.jobs().map(isStopped)).toEqual([true, true]);
  });

  test("asks first, also where nothing else of it is open", async () => {
    await using all = await setUp({
      ...queuing,
      faults: [{ operation: "create", fault: { kind: "never-answer" } }],
    });
    const { place, platform } = all;
    place.start([...submit, "--matrix", "lr=1e-3", "--matrix", "seed=1", "--wait"]);
    await untilCreates(platform, 1);
    const told = await place.run(["stop", "demo"]);
    expect([told.code, told.stderr]).toEqual([2, expect.stringContaining("--yes")]);
    expect(told.stderr).toContain("The sweep is not over");
    expect(told.stderr).not.toContain("submits no more");
    expect((await place.run(["stop", "demo", "--yes"])).code).toBe(5);
    // What is halted already is no question any more, and a job may still be there.
    expect((await place.run(["stop", "demo"])).code).toBe(5);
  });

  test("that is never answered says so and ends with 5, also of --all and the last create", async () => {
    await using all = await setUp({
      ...queuing,
      faults: [{ operation: "create", calls: [2], fault: { kind: "never-answer" } }],
    });
    const { place, platform } = all;
    place.start([...submit, "--matrix", "lr=1e-3", "--matrix", "seed=1,2", "--wait"]);
    await untilCreates(platform, 2);
    const told = await place.run(["stop", "--all", "--yes"]);
    expect(told.code).toBe(5);
    expect(told.stderr).toContain("(demo) submits no more.");
    expect(told.stderr).toContain("the process that sends it has no answer yet");
    expect(told.stderr).toContain("stop the sweep again in a moment");
    expect(platform.jobs().map(isStopped)).toEqual([true]);
  });
});

test("a stop of a halted sweep halts it also where it was resumed while a person was asked", async () => {
  await using all = await setUp({ ...queuing, stages: { queuingMs: 60_000, stoppingMs: 20 } });
  const { place, platform } = all;
  const running = place.start([...submit, "--max-active", "1", "--wait"]);
  await running.waitFor(/seed-1 {2}submitted/);
  expect((await place.run(["stop", "demo", "--yes"])).code).toBe(0);
  const id = idIn((await running.result).stderr);
  await using terminal = openTerminal(place, ["stop", id], { columns: 200 });
  await terminal.waitFor("Submit no more?");
  const resumed = place.start(["rerun", id, "--failed", "--wait", ...fast]);
  await resumed.waitFor(/submitted/);
  terminal.send("y");
  expect(await terminal.ended).toBe(0);
  expect((await resumed.result).code).toBe(1);
  expect(names(platform)).toHaveLength(2);
});

test.each([
  ["a sweep", []],
  ["a halted sweep", ["halted"]],
])(
  "an accepted stop of %s stands against a rerun --failed that had begun",
  async (_, [isHalted]) => {
    await using all = await setUp({
      ...queuing,
      stages: { queuingMs: 60_000, stoppingMs: 1_000 },
    });
    const { platform } = all;
    const hold = { is: false };
    const isHeld = (name: string) => hold.is && name === "detail";
    await using gateway = await openHoldingGateway(platform.url, isHeld);
    const env = { QIZHI_BASE_URL: gateway.url };
    const start = (args: readonly string[]) => all.place.start(args, { env });
    const stop = () => start(["stop", id, "--yes"]).result;
    const running = start([...submit, "--max-active", "1", "--wait"]);
    await running.waitFor(/seed-1 {2}submitted/);
    running.process.kill("SIGKILL");
    const id = idIn((await running.result).stderr);
    if (isHalted) expect((await stop()).code).toBe(0);
    hold.is = true;
    const sent = platform.requests.length;
    const rerun = start(["rerun", id, "--failed", "--wait", ...fast]);
    const isDetail = ({ operation }: { operation: string }) => operation === "detail";
    while (!platform.requests.slice(sent).some(isDetail)) await platform.changed();
    rerun.process.kill("SIGSTOP");
    gateway.release();
    const stopped = await stop();
    expect(stopped).toMatchObject({ code: 0, stderr: expect.stringContaining("submits no more") });
    rerun.process.kill("SIGCONT");
    const { code, stderr } = await rerun.result;
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`${id} was stopped meanwhile. Nothing was sent.`),
    ]);
    expect(names(platform)).toHaveLength(1);
    // A person who asks for it anew gets it.
    const anew = start(["rerun", id, "--failed", "--wait", ...fast]);
    await anew.waitFor(/ {2}submitted/);
  },
);

/** A sweep of two runs with retries, whose first job has failed, which its process has not seen yet. */
async function startFailing({ place, platform }: Awaited<ReturnType<typeof setUp>>) {
  const end = join(place.dir, "end");
  const line = `until [ -e ${end} ]; do sleep 0.05; done; test {{ matrix.seed }} != {{ matrix.lr }}`;
  const how = ["--max-active", "1", "--retries", "2", "--fail-fast", "--wait", ...fast];
  const runs = ["--matrix", "lr=1", "--matrix", "seed=1,2"];
  const sweep = place.start(["submit", "sweep.yaml", ...runs, ...how, "--", "sh", "-c", line]);
  await sweep.waitFor("submitted as");
  sweep.process.kill("SIGSTOP");
  const fail = async () => {
    await writeFile(end, "");
    while (platform.jobs()[0]?.status !== "job_failed") await platform.changed();
  };
  return { sweep, fail };
}

describe("a run that has just failed is left as it is, and its sweep goes on", () => {
  test.each([
    ["of the job", (jobId: string) => ["stop", jobId, "--yes"]],
    ["of its name", () => ["stop", "*-seed-1", "--yes"]],
  ])("after an accepted stop %s", async (_, toStop) => {
    await using all = await setUp({ commands: "run", stages: 0 });
    const { place, platform } = all;
    const { sweep, fail } = await startFailing(all);
    await fail();
    const [{ jobId = "" } = {}] = platform.jobs();
    expect(await place.run(toStop(jobId))).toMatchObject({ code: 0 });
    sweep.process.kill("SIGCONT");
    const { code, stdout } = await sweep.result;
    expect([code, stdout]).toEqual([1, expect.stringContaining("1 failed")]);
    expect(platform.jobs().map(({ status }) => status)).toEqual(["job_failed", "job_succeeded"]);
  });

  test("after Ctrl-C in a wait for it that stops what it waits for", async () => {
    await using all = await setUp({ commands: "run", stages: 0 });
    const { place, platform } = all;
    const { sweep, fail } = await startFailing(all);
    const flags = ["--on-interrupt", "stop", "--poll-interval", "1m"];
    const wait = place.start(["wait", "demo-seed-1", ...flags]);
    await wait.waitFor(/running|starting|queued/);
    await fail();
    wait.process.kill("SIGINT");
    expect((await wait.result).code).toBe(130);
    sweep.process.kill("SIGCONT");
    expect((await sweep.result).code).toBe(1);
    expect(platform.jobs().map(({ status }) => status)).toEqual(["job_failed", "job_succeeded"]);
  });

  test("after a stop once its process is gone, and may be sent again alone", async () => {
    await using all = await setUp({ commands: "run", stages: 0 });
    const { place, platform } = all;
    const { sweep, fail } = await startFailing(all);
    sweep.process.kill("SIGKILL");
    await sweep.result;
    await fail();
    expect(await place.run(["stop", "demo-seed-1", "--yes"])).toMatchObject({ code: 0 });
    const rerun = await place.run(["rerun", "demo-seed-1", "--failed", "--yes"]);
    expect([rerun.code, rerun.stderr]).toEqual([0, expect.not.stringContaining("tries 1 failed")]);
    expect((await place.run(["rerun", "demo", "--wait", ...fast])).code).toBe(1);
    expect(names(platform)).toEqual(["demo-seed-1", "demo-seed-1", "demo-seed-2"]);
  });
});
