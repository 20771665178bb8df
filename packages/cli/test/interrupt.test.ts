import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Place } from "./run-cli.ts";
import { bin, createPlace } from "./run-cli.ts";
import { fast, names, setUp } from "./sweep-place.ts";
import { openTerminal } from "./terminal.ts";

const twoNodes = fileURLToPath(new URL("../examples/two-nodes.yaml", import.meta.url));
const jobId = "job-11111111-1111-4111-8111-111111111111";
const ctrlC = "\u0003";

async function watchRunning(...args: string[]) {
  const jobs = [{ jobId, name: "demo", status: "job_running" }];
  const platform = await startLocalPlatform({ jobs, stages: { stoppingMs: 100 } });
  const place = await createPlace(platform);
  const terminal = openTerminal(place, ["wait", jobId, ...args]);
  await terminal.waitFor("running");
  return {
    platform,
    terminal,
    async [Symbol.asyncDispose]() {
      await terminal[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
      await platform.dispose();
    },
  };
}

const stopsOf = ({ requests }: LocalPlatform) =>
  requests.filter(({ operation }) => operation === "stop").length;

describe("Ctrl-C in a wait", () => {
  test("leaves the job running and prints the two next commands", async () => {
    await using watched = await watchRunning();
    const { terminal, platform } = watched;
    terminal.send(ctrlC);
    expect(await terminal.ended).toBe(130);
    const lines = terminal.screen().split("\n");
    expect(lines.slice(-3)).toEqual([
      "Interrupted. The job goes on.",
      `  wait again: qizhi wait ${jobId}`,
      `  stop: qizhi stop ${jobId}`,
    ]);
    expect(lines[0]).toContain("demo");
    expect(terminal.isCursorVisible()).toBe(true);
    expect(stopsOf(platform)).toBe(0);
  });

  test("ends it within 100 ms, in the best of three tries on a busy machine", async () => {
    const tries: number[] = [];
    for (let count = 0; count < 3; count++) {
      await using watched = await watchRunning();
      const sentAt = performance.now();
      watched.terminal.send(ctrlC);
      await watched.terminal.ended;
      tries.push(performance.now() - sentAt);
    }
    expect(Math.min(...tries)).toBeLessThan(100);
  });

  test("with --on-interrupt stop sends one stop and reports its outcome", async () => {
    await using watched = await watchRunning("--on-interrupt", "stop");
    const { terminal, platform } = watched;
    terminal.send(ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen()).toContain(
      "Interrupted. Stopping the job; Ctrl-C again leaves at once.",
    );
    expect(terminal.screen().split("\n").at(-1)).toBe(`${jobId} is stopped`);
    expect(stopsOf(platform)).toBe(1);
  });

  test("a second time leaves at once, with the cursor back", async () => {
    await using watched = await watchRunning("--on-interrupt", "stop");
    const { terminal, platform } = watched;
    platform.setFaults([{ operation: "stop", fault: { kind: "never-answer" } }]);
    terminal.send(ctrlC);
    await terminal.waitFor("Stopping the job");
    terminal.send(ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(terminal.isCursorVisible()).toBe(true);
  });

  test("SIGTERM ends it with 143", async () => {
    await using watched = await watchRunning();
    watched.terminal.kill("SIGTERM");
    expect(await watched.terminal.ended).toBe(143);
    expect(watched.terminal.isCursorVisible()).toBe(true);
  });

  test("SIGHUP ends it with 129", async () => {
    await using watched = await watchRunning();
    watched.terminal.kill("SIGHUP");
    expect(await watched.terminal.ended).toBe(129);
    expect(watched.terminal.isCursorVisible()).toBe(true);
  });

  test("refuses another word for --on-interrupt before anything is asked", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const { code, stderr } = await place.run(["wait", jobId, "--on-interrupt", "kill"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: --on-interrupt "kill" is not one of leave, stop.\n',
    });
    expect(platform.requests).toEqual([]);
  });
});

test("Ctrl-C in a sweep names the run whose create may have made a job, and how to settle it", async () => {
  const lost = { kind: "never-answer", effect: true } as const;
  const faults = [{ operation: "create" as const, calls: [2], fault: lost }];
  await using all = await setUp({ stages: 60_000, faults });
  const { place, platform } = all;
  const cli = place.start(["submit", "sweep.yaml", "--wait", ...fast]);
  while (names(platform).length < 2) await platform.changed();
  cli.process.kill("SIGINT");
  const { code, stderr } = await cli.result;
  const open = await place.run(["list", "--unresolved", "--json"]);
  const [{ attempt = "" } = {}] = JSON.parse(open.stdout);
  expect(code).toBe(130);
  const list = `${platform.url}/jobs/distributedTraining`;
  expect(stderr).toContain(`Please check these in the web console:\nLook at ${list}`);
  expect(stderr).toContain(
    `demo-lr-1e-3-seed-2\n  In the console: qizhi track <job-id> --for ${attempt.slice(0, 8)}`,
  );
  expect(stderr).toContain(`qizhi forget ${attempt.slice(0, 8)}`);
  expect(stderr).toContain("The jobs go on; 4 runs are not submitted yet.");
});

test("Ctrl-C that stops a sweep does not say so where a job may still run", async () => {
  const lost = { kind: "reset", effect: true } as const;
  const faults = [{ operation: "create" as const, calls: [2], fault: lost }];
  await using all = await setUp({ stages: { queuingMs: 60_000, stoppingMs: 20 }, faults });
  const { place, platform } = all;
  const args = ["--wait", "--on-interrupt", "stop", ...fast];
  const cli = place.start(["submit", "sweep.yaml", ...args]);
  while (names(platform).length < 6) await platform.changed();
  cli.process.kill("SIGINT");
  const { code, stderr } = await cli.result;
  expect([code, stderr]).toEqual([130, expect.stringContaining("Please check these")]);
  expect(stderr).not.toContain("The jobs were stopped.");
  expect(platform.jobs().filter(({ status }) => status === "job_stopped")).toHaveLength(5);
});

describe("a terminal that is closed", () => {
  /** A shell of a person, its window closed once the text stands on the screen or in the log. */
  async function closeAt(text: string, line: string, place: Place): Promise<void> {
    const command: [string, ...string[]] = ["bash", "--norc", "--noprofile", "-i"];
    const env = { PS1: "> ", qizhi: `${process.execPath} ${bin}` };
    await using terminal = openTerminal(place, [], { command, env });
    await terminal.waitFor(">");
    terminal.send(`${line}\r`);
    const seen = async () => terminal.screen() + (await read(place, "log"));
    await expect.poll(seen).toContain(text);
    // The shell passes it on to its jobs; then the system sends it to the one in the foreground again.
    terminal.kill("SIGHUP");
    await terminal.ended;
  }
  const read = ({ dir }: Place, name: string) =>
    existsSync(join(dir, name)) ? readFile(join(dir, name), "utf8") : "";

  test.each([
    ["stops the job with --on-interrupt stop", "--on-interrupt stop", `${jobId} is stopped`, 1],
    ["leaves the job running without it", "", "Interrupted. The job goes on.", 0],
  ])("%s, and ends the wait with 129 and a last line", async (_, flags, last, stops) => {
    const jobs = [{ jobId, name: "demo", status: "job_running" }];
    await using platform = await startLocalPlatform({ jobs, stages: { stoppingMs: 100 } });
    await using place = await createPlace(platform);
    // The shell between dies only after it has written the exit code.
    const script = `trap : HUP; $qizhi wait ${jobId} ${flags} 2> log; echo $? > code`;
    await closeAt("running", `sh -c '${script}'`, place);
    await expect.poll(() => read(place, "code")).toBe("129\n");
    expect(await read(place, "log")).toContain(last);
    expect(stopsOf(platform)).toBe(stops);
  });

  test("stops the job also where all output goes to the terminal that is gone", async () => {
    const jobs = [{ jobId, name: "demo", status: "job_running" }];
    await using platform = await startLocalPlatform({ jobs, stages: { stoppingMs: 100 } });
    await using place = await createPlace(platform);
    const script = `trap : HUP; $qizhi wait ${jobId} --on-interrupt stop; echo $? > code`;
    await closeAt("● running", `sh -c '${script}'`, place);
    await expect.poll(() => read(place, "code")).toBe("129\n");
    expect(stopsOf(platform)).toBe(1);
  });

  test("does not end what runs under nohup: a sweep goes on to its end", async () => {
    await using platform = await startLocalPlatform({ stages: 300, commands: "skip" });
    await using place = await createPlace(platform);
    const job = await readFile(twoNodes, "utf8");
    const sweep = job.replace("STEP_MS: 800", 'STEP_MS: "{{ matrix.step }}"');
    await writeFile(join(place.dir, "sweep.yaml"), `${sweep}matrix:\n  step: [1, 2, 3, 4]\n`);
    const flags = "--wait --max-active 1 --rate 200 --poll-interval 20ms";
    const script = `nohup $qizhi submit sweep.yaml ${flags} > log 2>&1; echo $? > code`;
    await closeAt("submitted as", `sh -c 'trap : HUP; ${script}' &`, place);
    await expect.poll(() => read(place, "code")).toBe("0\n");
    expect(await read(place, "log")).toContain("4 succeeded");
  });

  test("does not end a command without a terminal, however often SIGHUP comes", async () => {
    const jobs = [{ jobId, name: "demo", status: "job_running" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const cli = place.start(["wait", jobId, "--poll-interval", "50ms"]);
    await cli.waitFor(" running ");
    const looks = () => platform.requests.filter(({ operation }) => operation === "detail").length;
    for (const count of [1, 2]) {
      cli.process.kill("SIGHUP");
      const before = looks();
      while (looks() < before + count) await platform.changed();
    }
    cli.process.kill("SIGTERM");
    expect(await cli.result).toMatchObject({ code: 143 });
  });
});

describe("--json after a signal", () => {
  test("is the job after its stop, with what ended the wait", async () => {
    await using platform = await startLocalPlatform({ stages: { stoppingMs: 20 } });
    await using place = await createPlace(platform);
    const args = ["submit", twoNodes, "--env", "STEP_MS=100000", "--wait", "--json"];
    const cli = place.start([...args, "--on-interrupt", "stop", "--poll-interval", "50ms"]);
    await cli.waitFor(" running ");
    cli.process.kill("SIGTERM");
    const { code, stdout } = await cli.result;
    expect(code).toBe(143);
    expect(JSON.parse(stdout)).toMatchObject({
      job_id: platform.jobs()[0]?.jobId,
      status: "job_stopped",
      phase: "stopped",
      interruption: { exit_code: 143, stop_sent: true },
    });
  });

  test("is every job that was waited for: those that go on, and those that have ended", async () => {
    const ended = "job-22222222-2222-4222-8222-222222222222";
    const jobs = [
      { jobId, status: "job_running" },
      { jobId: ended, status: "job_succeeded" },
    ];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const cli = place.start(["wait", jobId, ended, "--json"]);
    await cli.waitFor(" running ");
    await cli.waitFor(" succeeded ");
    cli.process.kill("SIGINT");
    const { code, stdout, stderr } = await cli.result;
    expect([code, stderr]).toEqual([130, expect.stringContaining("The job goes on.")]);
    const [first, second] = JSON.parse(stdout);
    const interruption = { exit_code: 130, stop_sent: false };
    expect(first).toMatchObject({ job_id: jobId, status: "job_running", interruption });
    expect(second).toMatchObject({ job_id: ended, status: "job_succeeded" });
    expect(second).not.toHaveProperty("interruption");
  });

  test("names the attempt when the create may have created a job", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    platform.setFaults([{ operation: "create", fault: { kind: "never-answer", effect: true } }]);
    const cli = place.start(["submit", twoNodes, "--json"]);
    while (platform.jobs().length === 0) await platform.changed();
    cli.process.kill("SIGINT");
    const { code, stdout } = await cli.result;
    const open = await place.run(["list", "--unresolved", "--json"]);
    const [{ attempt }] = JSON.parse(open.stdout);
    expect([code, JSON.parse(stdout)]).toEqual([
      130,
      { job_id: null, attempt, interruption: { exit_code: 130 } },
    ]);
  });
});
