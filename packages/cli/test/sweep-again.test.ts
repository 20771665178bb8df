import type { LocalPlatform } from "@qizhi/core/local";
import { describe, expect, it } from "vitest";
import { bin, type Place } from "./run-cli.ts";
import { fast, idIn, names, setUp } from "./sweep-place.ts";
import { openTerminal } from "./terminal.ts";

const submit = ["submit", "sweep.yaml", ...fast];
const queuing = { stages: { queuingMs: 60_000, stoppingMs: 20 }, gpus: 256 };

/** Resolves once all jobs of a platform have a status. */
async function untilAll(platform: LocalPlatform, wanted: string): Promise<void> {
  while (platform.jobs().some(({ status }) => status !== wanted)) await platform.changed();
}

/** Submits a sweep, leaves it after two of its six runs and stops it. @returns its id. */
async function stopAfterTwo(place: Place, platform: LocalPlatform): Promise<string> {
  const first = place.start([...submit, "--max-active", "2", "--wait"]);
  await first.waitFor(/seed-2 {2}submitted/);
  first.process.kill("SIGINT");
  const id = idIn((await first.result).stderr);
  expect((await place.run(["stop", id, "--yes"])).code).toBe(0);
  await untilAll(platform, "job_stopped");
  return id;
}

describe("a rerun of what failed in a sweep", () => {
  it("makes again also the runs whose jobs failed while nobody watched", async () => {
    await using all = await setUp({ commands: "run" });
    const { place, platform } = all;
    const command = ["--", "sh", "-c", "exit 3 # {{ matrix.lr }} {{ matrix.seed }}"];
    const first = await place.run([...submit, "--matrix", "seed=1", ...command]);
    await untilAll(platform, "job_failed");
    const again = await place.run(["rerun", idIn(first.stderr), "--failed", "--wait", ...fast]);
    expect([again.code, again.stdout]).toEqual([1, expect.stringContaining("2 failed")]);
    const made = ["demo-lr-1e-3", "demo-lr-1e-4"];
    expect(names(platform)).toEqual([...made, ...made.map((name) => `${name}-try2`)]);
  });

  it("makes again what was stopped while nobody watched, and the rest", async () => {
    await using all = await setUp(queuing);
    const { place, platform } = all;
    const id = await stopAfterTwo(place, platform);
    const again = await place.run(["rerun", id, "--failed", "--max-active", "9", ...fast]);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("6 runs of demo")]);
    expect(names(platform)).toHaveLength(8);
    expect(names(platform)).toEqual(
      expect.arrayContaining([1, 2].map((seed) => `demo-lr-1e-3-seed-${seed}-try2`)),
    );
  });

  it("is refused where a newer sweep has its runs, unless a person insists", async () => {
    await using all = await setUp(queuing);
    const { place, platform } = all;
    const id = await stopAfterTwo(place, platform);
    const second = await place.run(submit);
    expect([second.code, names(platform)]).toEqual([0, expect.objectContaining({ length: 8 })]);
    const again = ["rerun", id, "--failed", "--max-active", "9", ...fast];
    const refused = await place.run(again);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining(`${idIn(second.stderr)} has 6 of these runs and is not over`),
    ]);
    expect(names(platform)).toHaveLength(8);
    expect((await place.run([...again, "--allow-duplicate"])).code).toBe(0);
    expect(names(platform)).toHaveLength(14);
  });
});

describe("the same sweep again", () => {
  it("goes through once the jobs of a stopped sweep have ended, whatever it has left to make", async () => {
    await using all = await setUp(queuing);
    const { place, platform } = all;
    await stopAfterTwo(place, platform);
    expect((await place.run(submit)).code).toBe(0);
    expect(names(platform)).toHaveLength(8);
  });

  it("names the command that goes on with a stopped sweep where its jobs are not over", async () => {
    await using all = await setUp({
      ...queuing,
      stages: { queuingMs: 60_000, stoppingMs: 60_000 },
    });
    const { place, platform } = all;
    const first = await place.run([...submit, "--matrix", "seed=1"]);
    const id = idIn(first.stderr);
    expect((await place.run(["stop", id, "--yes"])).code).toBe(0);
    const again = await place.run([...submit, "--matrix", "seed=1"]);
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringContaining(`qizhi rerun ${id} --failed --wait`),
    ]);
    expect(names(platform)).toHaveLength(2);
  });
});

it("goes on with a sweep of which all is submitted and seen, and waits for no news of it", async () => {
  await using all = await setUp(queuing);
  const { place, platform } = all;
  const first = place.start([...submit, "--wait", "--max-active", "9"]);
  await first.waitFor(/seed-3 {2}submitted[^]*seed-3 {2}submitted/);
  while (platform.requests.filter(({ operation }) => operation === "detail").length < 24)
    await platform.changed();
  first.process.kill("SIGINT");
  const id = idIn((await first.result).stderr);
  const again = await place.run(["rerun", id, ...fast]);
  expect([again.code, names(platform)]).toEqual([0, expect.objectContaining({ length: 6 })]);
});

it("stops the jobs of a halted sweep that no stop has reached, also where no news is waited for", async () => {
  await using all = await setUp(queuing);
  const { place, platform } = all;
  const id = idIn((await place.run(submit)).stderr);
  await place.run(["status", id]);
  platform.setFaults([{ operation: "stop", fault: { kind: "gateway-error" } }]);
  const stop = place.start(["stop", id, "--yes"]);
  while (!platform.requests.some(({ operation }) => operation === "stop")) await platform.changed();
  stop.process.kill("SIGKILL");
  await stop.result;
  platform.setFaults([]);
  expect((await place.run(["rerun", id, ...fast])).stderr).toContain("No more runs are made");
  await untilAll(platform, "job_stopped");
});

describe("a sweep that a process runs", () => {
  it("is not forgotten, so that it can still be stopped", async () => {
    await using all = await setUp(queuing);
    const { place, platform } = all;
    const running = place.start([...submit, "--max-active", "1", "--wait"]);
    await running.waitFor(/seed-1 {2}submitted/);
    const [{ sweep = "" } = {}] = JSON.parse(
      (await place.run(["list", "--sweeps", "--offline", "--json"])).stdout,
    );
    const { pid } = running.process;
    expect(await place.run(["forget", sweep])).toMatchObject({
      code: 2,
      stderr: `error: Process ${pid} runs ${sweep} at the moment.\n  End it first; its jobs go on.\n`,
    });
    expect((await place.run(["stop", sweep, "--yes"])).code).toBe(0);
    expect(await running.result).toMatchObject({ code: 1 });
    expect(names(platform)).toHaveLength(1);
    expect((await place.run(["forget", sweep])).code).toBe(0);
  });

  it("is not forgotten either where that process came while a person was asked", async () => {
    await using all = await setUp(queuing);
    const { place } = all;
    const first = place.start([...submit, "--max-active", "1", "--wait"]);
    await first.waitFor(/seed-1 {2}submitted/);
    first.process.kill("SIGINT");
    const sweep = idIn((await first.result).stderr);
    // What another shell submitted is asked about.
    const command = ["sh", "-c", '"$@"; exit $?', "sh", process.execPath, bin] as const;
    await using terminal = openTerminal(place, ["forget", "@last"], { columns: 200, command });
    await terminal.waitFor("Forget it?");
    const resumed = place.start(["rerun", sweep, "--max-active", "2", "--wait", ...fast]);
    await resumed.waitFor(/submitted/);
    terminal.send("y");
    expect(await terminal.ended).toBe(2);
    expect(terminal.screen()).toContain(`Process ${resumed.process.pid} runs ${sweep}`);
    expect((await place.run(["stop", sweep, "--yes"])).code).toBe(0);
    expect((await resumed.result).code).toBe(1);
  });
});

it("is shown as last seen, and ends with 3, where its jobs cannot be asked about", async () => {
  await using place = await setUp({ stages: 60_000 });
  const submitted = await place.place.run(["submit", "sweep.yaml", ...fast]);
  const sweep = idIn(submitted.stderr);
  const body = JSON.stringify({ code: 100_003, message: "permission denied" });
  const fault = { kind: "reply", status: 200, body } as const;
  place.platform.setFaults([{ operation: "detail", fault }]);
  for (const args of [
    ["status", sweep],
    ["list", "--sweeps"],
    ["report", sweep],
  ]) {
    const run = await place.place.run(args);
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining("permission denied")]);
    expect(run.stdout).toContain(sweep);
  }
  const offline = await place.place.run(["status", sweep, "--offline"]);
  expect(offline).toMatchObject({ code: 0, stdout: expect.stringContaining(sweep) });
});
