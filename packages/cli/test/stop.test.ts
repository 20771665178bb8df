import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FaultAction, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const jobId = "job-11111111-1111-4111-8111-111111111111";
const running = { status: "job_running", jobId, name: "llama" };
const ended = {
  status: "job_failed",
  jobId: "job-22222222-2222-4222-8222-222222222222",
  name: "old",
};

function countStops(requests: readonly { operation: string }[]): number {
  return requests.filter(({ operation }) => operation === "stop").length;
}

describe("stop", () => {
  test("without a terminal needs --yes, does not hang, and stops nothing before", async () => {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    const refused = await place.run(["stop", jobId]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("Add --yes");
    expect(countStops(platform.requests)).toBe(0);
    const done = await place.run(["stop", jobId, "--yes"]);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toBe(`${jobId} is stopping (it was running)\n`);
    expect(countStops(platform.requests)).toBe(1);
  });

  test("of an id says that it was sent where the history cannot be read", async () => {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    await mkdir(join(place.stateDir, "journal.jsonl"), { recursive: true, mode: 0o700 });
    const done = await place.run(["stop", jobId, "--yes"]);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toBe(`${jobId} is stopping (it was running)\n`);
    expect(countStops(platform.requests)).toBe(1);
  });

  test("of a job that has ended says so and ends with 0, without a question", async () => {
    await using platform = await startLocalPlatform({ jobs: [ended] });
    await using place = await createPlace(platform);
    const run = await place.run(["stop", ended.jobId]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("has ended already (failed); nothing to stop");
    const json = await place.run(["stop", ended.jobId, "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ stop_sent: false, status: "job_failed" });
    expect(countStops(platform.requests)).toBe(0);
  });

  test("of a job that ends between the poll and the stop is no error", async () => {
    const jobs = [{ ...running, next: ["job_succeeded"] }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    platform.setFaults([
      {
        operation: "stop",
        fault: {
          kind: "reply",
          status: 200,
          body: JSON.stringify({ code: 100009, message: "任务已结束，无法停止" }),
        },
      },
    ]);
    const run = await place.run(["stop", jobId, "--yes"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("has ended already (succeeded)");
  });

  test("stops what it can, reports what it cannot, and ends with that code", async () => {
    await using platform = await startLocalPlatform({ jobs: [running, ended] });
    await using place = await createPlace(platform);
    const unknown = "job-99999999-9999-4999-8999-999999999999";
    const run = await place.run(["stop", unknown, jobId, ended.jobId, "--yes"]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(`${jobId} is stopping`);
    expect(run.stdout).toContain("has ended already");
    expect(run.stderr).toContain("100002");
    // A poll that says "not found" keeps no stop from being sent.
    expect(countStops(platform.requests)).toBe(2);
  });

  test("--wait lasts until the job has really stopped", async () => {
    await using platform = await startLocalPlatform({ jobs: [running], stages: 50 });
    await using place = await createPlace(platform);
    const run = await place.run(["stop", jobId, "--yes", "--wait"]);
    expect(run).toMatchObject({ code: 0, stdout: `${jobId} is stopped\n` });
    const json = await place.run(["stop", jobId, "--yes", "--wait", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ stop_sent: false, status: "job_stopped" });
  });

  test("--wait --timeout ends with 4 when the job takes longer", async () => {
    const jobs = [{ ...running, next: ["job_stopping"] }];
    await using platform = await startLocalPlatform({ jobs, stages: 60_000 });
    await using place = await createPlace(platform);
    const run = await place.run(["stop", jobId, "--yes", "--wait", "--timeout", "300ms"]);
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("is still active after");
    const accepted = `${jobId}: the stop was accepted; the job is still stopping\n`;
    expect(run.stderr).toContain(accepted);
    expect(countStops(platform.requests)).toBe(1);
  });

  test("--wait reports each stop also when the platform refuses the login in the wait", async () => {
    const other = { ...running, jobId: ended.jobId };
    const jobs = [running, other];
    await using platform = await startLocalPlatform({ jobs, stages: 60_000 });
    await using place = await createPlace(platform);
    await place.run(["status", jobId]);
    const [token] = platform.issuedTokens;
    const refused = {
      kind: "reply",
      status: 200,
      body: JSON.stringify({ code: 100_003, message: "permission denied" }),
    } as const;
    platform.setFaults([{ operation: "stop", calls: { from: 2 }, fault: refused }]);
    const env = { QIZHI_TOKEN: token, QIZHI_PASSWORD: undefined };
    const args = ["stop", jobId, other.jobId, "--yes", "--wait", "--json"];
    const run = place.start(args, { env });
    while (!platform.jobs().some(({ status }) => status === "job_stopping")) {
      await platform.changed();
    }
    // The other stop is tried until its half minute is over.
    await expect.poll(() => countStops(platform.requests)).toBeGreaterThan(2);
    const died = { kind: "token-refused", status: 401 } as const;
    platform.setFaults([{ operation: "any", fault: died }]);
    const { code, stdout } = await run.result;
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject([
      { job_id: jobId, stop_sent: true, error: { code: "auth" } },
      { job_id: other.jobId, error: { code: expect.any(String) } },
    ]);
  });
});

describe("stop of a job that cannot be seen", () => {
  const foreign = { code: 0, data: { job_id: ended.jobId, status: "job_succeeded" } };
  test.each<[string, FaultAction]>([
    ["a login page", { kind: "html-200" }],
    ["a gateway page", { kind: "gateway-error" }],
    ["another job", { kind: "reply", status: 200, body: JSON.stringify(foreign) }],
    ["no answer", { kind: "reset" }],
  ])("because the answer is %s is sent, and says that nothing was seen", async (_name, fault) => {
    const faults = [{ operation: "detail" as const, fault }];
    await using platform = await startLocalPlatform({ jobs: [running], faults });
    await using place = await createPlace(platform);
    const run = await place.run(["stop", jobId, "--yes"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toBe(
      `${jobId}: the stop was accepted; how the job stands could not be seen\n`,
    );
    expect(countStops(platform.requests)).toBe(1);
  });

  test("because its status is a new word is sent", async () => {
    const faults = [{ operation: "detail" as const, fault: { kind: "unknown-status" } as const }];
    await using platform = await startLocalPlatform({ jobs: [running], faults });
    await using place = await createPlace(platform);
    const run = await place.run(["stop", jobId, "--yes"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(countStops(platform.requests)).toBe(1);
  });

  test("gives in JSON the status after the stop", async () => {
    const fault = { kind: "gateway-error" } as const;
    await using platform = await startLocalPlatform({
      jobs: [running],
      stages: { stoppingMs: 60_000 },
      faults: [{ operation: "detail", calls: [1], fault }],
    });
    await using place = await createPlace(platform);
    const run = await place.run(["stop", jobId, "--yes", "--json"]);
    expect(JSON.parse(run.stdout)).toEqual({
      job_id: jobId,
      stop_sent: true,
      status_after: "job_stopping",
    });
  });
});

const notFound: FaultAction = {
  kind: "reply",
  status: 200,
  body: JSON.stringify({ code: 100_002, message: "job not found" }),
};

describe("stop of a job of the history", () => {
  test("is sent although the platform says that there is no such job", async () => {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    await place.run(["track", jobId]);
    platform.setFaults([{ operation: "detail", fault: notFound }]);
    const run = await place.run(["stop", jobId, "--yes"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("the stop was accepted");
  });

  test("says how it stood and where to look, and doubts no id, where that is refused, too", async () => {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    await place.run(["track", jobId]);
    // For half a minute after a job was seen, its stop would be tried again.
    const file = join(place.stateDir, "journal.jsonl");
    const earlier = new Date(Date.now() - 3_600_000).toISOString();
    const lines = await readFile(file, "utf8");
    await writeFile(file, lines.replaceAll(/(?<="time":")[^"]+/g, earlier));
    platform.setFaults([
      { operation: "detail", fault: notFound },
      { operation: "stop", fault: notFound },
    ]);
    const run = await place.run(["stop", jobId, "--yes"]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(
      /was running at .*; the stop was refused. Look at its page:\n  http/,
    );
    expect(run.stderr).not.toContain("Check the job id");
    const json = await place.run(["stop", jobId, "--yes", "--json"]);
    const document = JSON.parse(json.stdout);
    expect(document).toMatchObject({
      stop_sent: true,
      may_have_worked: false,
      status: "job_running",
    });
    expect(document.error).not.toHaveProperty("hint");
  });
});

test("a stop that lasts says so after a while, and in the end how the job stands", async () => {
  await using platform = await startLocalPlatform({ jobs: [running] });
  await using place = await createPlace(platform);
  platform.setFaults([{ operation: "stop", fault: notFound }]);
  const run = await place.run(["stop", jobId, "--yes"]);
  expect(run.code).toBe(3);
  expect(run.stderr).toMatch(/^Still stopping/);
  expect(run.stderr).toContain(`${jobId} was still running at `);
  expect(run.stderr).not.toContain("Check the job id");
}, 60_000);

test("a stop that the platform refuses in any shape is no stop", async () => {
  const bodies = [
    { success: false, msg: "permission denied" },
    { Code: 100_003, Message: "permission denied" },
    { ResponseMetadata: { Error: { Code: "AccessDenied", Message: "permission denied" } } },
  ];
  for (const body of bodies) {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    const fault = { kind: "reply", status: 200, body: JSON.stringify(body) } as const;
    platform.setFaults([{ operation: "stop", calls: [1, 2], fault }]);
    const run = await place.run(["stop", jobId, "--yes"]);
    // It is tried again, because a job that is seconds old may refuse.
    expect(run).toMatchObject({ code: 0, stdout: `${jobId} is stopping (it was running)\n` });
    expect(countStops(platform.requests)).toBe(3);
  }
}, 60_000);

test("every error of a stop of several names its job", async () => {
  await using platform = await startLocalPlatform({ jobs: [running] });
  await using place = await createPlace(platform);
  const unknown = ["7", "8"].map((digit) => jobId.replace(/1$/, digit));
  const run = await place.run(["stop", unknown[0]!, jobId, unknown[1]!, "--yes"]);
  expect(run.code).toBe(3);
  expect(run.stderr).toContain(`error: ${unknown.join(", ")}: `);
  expect(run.stdout).toContain(`${jobId} is stopping`);
});

describe("stop in a terminal", () => {
  test("shows what will be stopped and asks; no is what Enter gives", async () => {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    await using terminal = openTerminal(place, ["stop", jobId]);
    await terminal.waitFor("Stop this job?");
    expect(terminal.screen()).toContain("llama");
    terminal.send("\r");
    expect(await terminal.ended).toBe(2);
    expect(terminal.screen()).toContain("Nothing was stopped.");
    expect(countStops(platform.requests)).toBe(0);
  });

  test("stops after a yes", async () => {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    await using terminal = openTerminal(place, ["stop", jobId]);
    await terminal.waitFor("Stop this job?");
    terminal.send("y");
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen().split("\n").at(-1)).toBe(`${jobId} is stopping (it was running)`);
    expect(terminal.isCursorVisible()).toBe(true);
    expect(countStops(platform.requests)).toBe(1);
  });

  test("Ctrl-C at the question stops nothing and ends with 130", async () => {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    await using terminal = openTerminal(place, ["stop", jobId]);
    await terminal.waitFor("Stop this job?");
    terminal.send("\x03");
    expect(await terminal.ended).toBe(130);
    expect(terminal.isCursorVisible()).toBe(true);
    expect(countStops(platform.requests)).toBe(0);
  });

  test("asks also about a job that cannot be seen, and stops it after a yes", async () => {
    const faults = [{ operation: "detail" as const, fault: { kind: "gateway-error" } as const }];
    await using platform = await startLocalPlatform({ jobs: [running], faults });
    await using place = await createPlace(platform);
    await using terminal = openTerminal(place, ["stop", jobId]);
    await terminal.waitFor("Stop this job?");
    expect(terminal.screen()).toContain("how it stands cannot be seen");
    terminal.send("y");
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain("the stop was accepted");
    expect(countStops(platform.requests)).toBe(1);
  });

  test("asks in Chinese", async () => {
    await using platform = await startLocalPlatform({ jobs: [running] });
    await using place = await createPlace(platform);
    await using terminal = openTerminal(place, ["stop", jobId, "--lang", "zh"]);
    await terminal.waitFor("停止这个任务？");
    terminal.send("y");
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain("正在停止");
  });
});

describe("stop of a sweep", () => {
  const sweepSpec = JSON.stringify({
    name: "lr",
    logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
    project_id: "project-22222222-2222-4222-8222-222222222222",
    workspace_id: "ws-33333333-3333-4333-8333-333333333333",
    framework: "pytorch",
    command: "sleep 60; echo {{ matrix.n }}",
    task_priority: 4,
    framework_config: [
      {
        image: "docker.sii.shaipower.online/inspire-studio/base:v1",
        image_type: "SOURCE_OFFICIAL",
        instance_count: 1,
        shm_gi: 0,
        spec_id: "44444444-4444-4444-8444-444444444444",
      },
    ],
    matrix: { n: [1, 2, 3, 4, 5, 6] },
  });

  test("stops its jobs and submits no more, while another process runs it", async () => {
    await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
    await using place = await createPlace(platform);
    const runner = place.start(["submit", "-", "--wait", "--max-active", "2"], {
      stdin: sweepSpec,
    });
    while (platform.jobs().length < 2) await platform.changed();
    const run = await place.run(["stop", "lr", "--yes"]);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toMatch(/sweep-\w+ \(lr\) submits no more; 4 runs were not submitted\./);
    expect(run.stdout.trim().split("\n")).toHaveLength(2);
    const { code } = await runner.result;
    expect(code).not.toBe(0);
    expect(platform.jobs().map(({ status }) => status)).toEqual(["job_stopped", "job_stopped"]);
    const again = await place.run(["forget", "lr"]);
    expect(again).toMatchObject({ code: 0 });
    expect((await place.run(["list", "--sweeps"])).stdout).not.toContain("lr");
  });

  test("names the runs of unknown outcome and how to settle them, and ends with 5", async () => {
    await using platform = await startLocalPlatform({
      stages: { queuingMs: 60_000 },
      faults: [{ operation: "create", calls: [2], fault: { kind: "reset", effect: true } }],
    });
    await using place = await createPlace(platform);
    await place.run(["submit", "-"], { stdin: sweepSpec });
    const run = await place.run(["stop", "lr", "--yes"]);
    expect(run.code).toBe(5);
    expect(run.stderr).toContain("1 run has an unknown outcome: its job may run");
    expect(run.stderr).toMatch(/lr-n-2 .*\n  http.*distributedTraining/);
    expect(run.stderr).toContain("qizhi track <job-id> --for <attempt>");
    const json = await place.run(["stop", "lr", "--yes", "--json"]);
    expect(json.code).toBe(5);
    const [halted] = [JSON.parse(json.stdout)].flat();
    expect(halted).toMatchObject({ is_halted: true, unresolved: [{ name: "lr-n-2" }] });
    const forgot = await place.run(["forget", "lr"]);
    expect(forgot.code).toBe(0);
    expect(forgot.stderr).toContain("qizhi forget <attempt>");
    const left = await place.run(["list", "--unresolved"]);
    expect(left.stdout).toContain("lr-n-2");
  });
});
