import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BundleOptions, countOf, runBundle, toSpec } from "./bundle.ts";
import type { RunnerResult } from "@qizhi/runner-emulator";
import { toSweepSpec } from "./sweep/scene.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "action-rerun-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Attempts of one workflow run on one machine. */
function attemptsOn(platform: LocalPlatform, folder: string) {
  const state = { QIZHI_STATE_DIR: join(root, folder) };
  return (
    attempt: number,
    { env, github, ...options }: BundleOptions = {},
  ): Promise<RunnerResult> =>
    runBundle(platform, {
      ...options,
      env: { ...state, ...env },
      github: { GITHUB_RUN_ATTEMPT: String(attempt), ...github },
    });
}

/** A command that goes on until a file is there. */
const until = (gate: string) => `until test -e '${gate}'; do sleep 0.1; done`;
const untilDone = { "spec-inline": toSpec({ command: "sleep 60" }) };
const untilStopped = { ...untilDone, timeout: "10s", "on-timeout": "stop" };
/** A job that is still being stopped when the step has ended. */
const slowStop = { queuingMs: 20, creatingMs: 20, stoppingMs: 20_000 };

const messageOf = (result: RunnerResult) => result.annotations.at(-1)?.message ?? "";
const jobOf = (platform: LocalPlatform) => platform.jobs().at(-1)?.jobId;

/** Ends the step once the job runs. */
const onceRunning =
  (end: "kill" | "sigkill" | "cancel"): NonNullable<BundleOptions["script"]> =>
  async (stage) => {
    await stage.waitForLine(/running \(job_running\)/, 30_000);
    await stage[end]();
  };

describe.concurrent("a re-run with a job that goes on follows it, and submits nothing", () => {
  test.for([
    ["timed out and left it", { timeout: "10s" }, undefined],
    ["lost its runner", {}, onceRunning("kill")],
    ["was cancelled and left it", { "on-cancel": "leave" }, onceRunning("cancel")],
    ["did not wait", { wait: "false" }, undefined],
  ] as const)("after an attempt that %s", async ([name, changes, script]) => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, name);
    await attempt(1, { inputs: { ...untilDone, ...changes }, ...(script && { script }) });
    const jobId = jobOf(platform);
    const second = await attempt(2, {
      inputs: { ...untilDone, "on-cancel": "leave" },
      script: onceRunning("cancel"),
    });
    expect(countOf(platform, "create")).toBe(1);
    expect(second.outputs["job-id"]).toBe(jobId);
    expect(second.log).toContain(`left ${jobId} active: following it`);
  });

  test.for(["cancel", "sigkill"] as const)(
    "after a %s whose stop was taken and stopped nothing, which nobody calls stopped",
    async (end) => {
      const body = '{"code":0,"message":"success","data":{}}';
      const fault = { kind: "reply", status: 200, body } as const;
      const faults = [{ operation: "stop", fault }] as const;
      await using platform = await startLocalPlatform({ stages: 20, faults });
      const attempt = attemptsOn(platform, `stop taken ${end}`);
      const inputs = { ...untilDone, "outage-timeout": "1s" };
      const first = await attempt(1, { inputs, script: onceRunning(end) });
      expect(first.state["settlement"]).toBe(end === "cancel" ? "stop-failed" : undefined);
      const words = /asked to stop and is still [` ]*job_running/;
      if (end === "cancel") expect(first.summary).toMatch(words);
      const told = first.post?.annotations.at(-1);
      expect(told?.message).toMatch(words);
      expect(told?.message).toContain(`/${first.outputs["job-id"]}`);
      expect(first.summary).not.toMatch(/was stopped|Stopped by the post step/);
      const second = await attempt(2, { inputs: { ...inputs, wait: "false" } });
      expect(countOf(platform, "create")).toBe(1);
      expect(second.log).toContain("active: following it");
    },
  );
});

describe.concurrent("a re-run after a job", () => {
  test("that succeeds while it is followed reports that, and once more reports it again", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, "succeeds");
    const gate = join(root, "gate of success");
    const inputs = { "spec-inline": toSpec({ command: until(gate) }) };
    await attempt(1, { inputs, script: onceRunning("kill") });
    for (const number of [2, 3]) {
      const result = await attempt(number, {
        inputs,
        async script(stage) {
          if (number === 3) return;
          await stage.waitForLine(/following it/);
          await writeFile(gate, "");
        },
      });
      expect(result.outputs).toMatchObject({ outcome: "succeeded", "job-id": jobOf(platform) });
    }
    expect(countOf(platform, "create")).toBe(1);
  });

  test.for([
    ["failed", { "spec-inline": toSpec({ command: "exit 3" }) }, undefined, 20],
    ["was stopped by the cancel of the first attempt", untilDone, onceRunning("cancel"), 20],
    ["stops slowly after such a cancel", untilDone, onceRunning("cancel"), slowStop],
    ["stops slowly after a timeout", untilStopped, undefined, slowStop],
    ["was stopped by post, because the step was killed", untilDone, onceRunning("sigkill"), 20],
  ] as const)("that %s submits anew", async ([name, inputs, script, stages]) => {
    await using platform = await startLocalPlatform({ stages });
    const attempt = attemptsOn(platform, name);
    await attempt(1, { inputs, ...(script && { script }) });
    const work = { "spec-inline": inputs["spec-inline"] };
    await attempt(2, { inputs: { ...work, wait: "false" } });
    expect(countOf(platform, "create")).toBe(2);
    expect(new Set(platform.jobs().map(({ jobId }) => jobId)).size).toBe(2);
  });

  test("that post found ended, nobody knows how, submits nothing: it may have succeeded", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, "ended unknown");
    const finished_at = String(Date.now() - 60_000);
    const first = await attempt(1, {
      inputs: untilDone,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 30_000);
        const data = { job_id: jobOf(platform), status: "job_hibernating", finished_at };
        const body = JSON.stringify({ code: 0, message: "success", data });
        const fault = { kind: "reply", status: 200, body } as const;
        platform.setFaults([{ operation: "detail", fault }]);
        await stage.sigkill();
      },
    });
    expect(first.post?.log).toContain("1 had ended by itself");
    const second = await attempt(2, { inputs: untilDone });
    expect(second.outputs).toMatchObject({ outcome: "ended", "job-id": jobOf(platform) });
    expect(countOf(platform, "create")).toBe(1);
  });

  test("that failed after the first attempt had timed out submits anew", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, "failed later");
    const gate = join(root, "gate of failure");
    const inputs = { "spec-inline": toSpec({ command: `${until(gate)}; exit 3` }) };
    await attempt(1, { inputs, script: onceRunning("kill") });
    await writeFile(gate, "");
    while (platform.jobs()[0]?.status !== "job_failed") await platform.changed();
    const second = await attempt(2, { inputs });
    expect(second.outputs["outcome"]).toBe("failed");
    expect(countOf(platform, "create")).toBe(2);
  });
});

const twoRuns = {
  "spec-inline": toSweepSpec(["sleep 60", "sleep 61"]),
  "max-requests-per-second": "50",
};

/** How many stops each job got. */
function stopsOf(platform: LocalPlatform): number[] {
  const stops = platform.requests.filter(({ operation }) => operation === "stop");
  return platform
    .jobs()
    .map(({ jobId }) => stops.filter(({ body }) => body.includes(jobId)).length);
}

describe.concurrent("a re-run that cannot look at what the earlier attempt has left", () => {
  test.for([
    ["one job", untilDone, "detail"],
    ["a sweep", twoRuns, "token"],
  ] as const)("stops %s when it is cancelled", async ([name, inputs, operation]) => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const attempt = attemptsOn(platform, `cancelled before ${name}`);
    await attempt(1, { inputs: { ...inputs, wait: "false" } });
    const before = countOf(platform, operation);
    platform.setFaults([{ operation, calls: [1], fault: { kind: "never-answer" } }]);
    const second = await attempt(2, {
      inputs,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, operation) > before, operation, 30_000);
        await stage.cancel();
      },
    });
    expect(second).toMatchObject({ outputs: { outcome: "cancelled" }, problems: [] });
    expect(second.log).not.toContain("There is no job");
    expect(new Set(stopsOf(platform))).toEqual(new Set([1]));
    expect(second.post?.log).toBe("");
  });

  test.for([
    ["leave", /2 jobs were left and may go on/],
    ["stop", /2 jobs were not stopped in time and may go on/],
  ] as const)("because its login is refused names the jobs (on-error: %s)", async (given) => {
    const [fate, words] = given;
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const attempt = attemptsOn(platform, `refused ${fate}`);
    const inputs = { ...twoRuns, "on-error": fate };
    await attempt(1, { inputs: { ...inputs, wait: "false" } });
    platform.setFaults([{ operation: "token", fault: { kind: "token-refused" } }]);
    const second = await attempt(2, { inputs });
    expect(second).toMatchObject({ outputs: { outcome: "error" }, problems: [] });
    expect(second.annotations.find(({ level }) => level === "error")?.message).toMatch(words);
    const runs: { job_id: string; url: string }[] = JSON.parse(second.outputs["runs"] ?? "");
    expect(runs.map((run) => run.job_id)).toEqual(platform.jobs().map(({ jobId }) => jobId));
    for (const { url } of runs) expect(second.summary).toContain(url);
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([2, 0]);
    expect(second.state["settlement"]).toBe(fate === "stop" ? "stop-failed" : "left");
  });
});

describe.concurrent("a re-run after an end that nobody knows", () => {
  test.for([
    ["one job", { "spec-inline": toSpec() }],
    [
      "a sweep",
      { "spec-inline": toSweepSpec(["true 1", "true 2"]), "max-requests-per-second": "50" },
    ],
  ] as const)("of %s tells of it again, and submits nothing", async ([name, inputs]) => {
    const faults = [{ operation: "detail", fault: { kind: "unknown-status" } }] as const;
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const attempt = attemptsOn(platform, `ended ${name}`);
    expect((await attempt(1, { inputs })).outputs["outcome"]).toBe("ended");
    const creates = countOf(platform, "create");
    expect((await attempt(2, { inputs })).outputs["outcome"]).toBe("ended");
    expect(countOf(platform, "create")).toBe(creates);
    expect(countOf(platform, "stop")).toBe(0);
  });
});

describe.concurrent("a re-run after a create", () => {
  test.for([
    ["whose answer was lost", { kind: "reset", effect: true }, undefined],
    ["whose answer makes no sense", { kind: "html-200", effect: true }, undefined],
    ["in which the runner died", { kind: "never-answer", effect: true }, "kill"],
  ] as const)("%s stays in doubt, says how to settle it, and submits nothing", async (given) => {
    const [name, fault, end] = given;
    const faults = [{ operation: "create", calls: [1], fault }] as const;
    await using platform = await startLocalPlatform({ stages: 20, faults });
    const attempt = attemptsOn(platform, name);
    const script: BundleOptions["script"] = async (stage) => {
      await stage.waitUntil(() => countOf(platform, "create") === 1, "the create", 30_000);
      if (end !== undefined) await stage.kill();
    };
    await attempt(1, { script });
    for (const number of [2, 3]) {
      const result = await attempt(number);
      expect(result.outputs["outcome"]).toBe("unknown");
      expect(messageOf(result)).toMatch(
        /submitted "demo" at 20\d\d-\d\d-\d\d \d\d:\d\d \(UTC\S+\), [^]*Nothing was submitted/,
      );
      expect(messageOf(result)).toMatch(
        /distributedTraining[^]*job-id[^]*start a new run[^]*on-rerun: submit helps later runs/,
      );
      expect(result.post?.log).toBe("");
    }
    expect(countOf(platform, "create")).toBe(1);
    const told = await attempt(4, { inputs: { "on-rerun": "submit" } });
    expect(told.outputs["outcome"]).toBe("succeeded");
    expect(countOf(platform, "create")).toBe(2);
  });

  test("that the platform refused, or a login that it refused, submits", async () => {
    const body = '{"code":100003,"message":"permission denied","data":null}';
    const fault = { kind: "reply", status: 200, body } as const;
    const faults = [
      { operation: "token", calls: [1], fault: { kind: "token-refused" } },
      { operation: "create", calls: [1], fault },
    ] as const;
    await using platform = await startLocalPlatform({ stages: 20, faults });
    const attempt = attemptsOn(platform, "refused");
    expect((await attempt(1)).outputs["outcome"]).toBe("error");
    expect((await attempt(2)).outputs["outcome"]).toBe("error");
    expect(countOf(platform, "create")).toBe(1);
    expect((await attempt(3)).outputs["outcome"]).toBe("succeeded");
    expect(countOf(platform, "create")).toBe(2);
  });
});

describe.concurrent("a re-run of which nobody knows what it would make twice submits nothing", () => {
  test("where nothing is known of an earlier attempt, unless it is told to", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, "nothing");
    const refused = await attempt(2);
    expect(refused.outputs["outcome"]).toBe("error");
    expect(messageOf(refused)).toMatch(
      /attempt 2[^]*knows nothing[^]*on-rerun: submit helps later runs/,
    );
    expect(refused.post?.log).toBe("");
    expect(countOf(platform, "create")).toBe(0);
    const told = await attempt(2, { inputs: { "on-rerun": "submit" } });
    expect(told.conclusion).toBe("success");
  });

  test("where the inputs of the earlier attempt were wrong, unless it is told to", async () => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    const attempt = attemptsOn(platform, "wrong inputs");
    const wrong = await attempt(1, { inputs: { priority: "high" } });
    expect(messageOf(wrong)).toContain("Nothing was sent");
    // Another leg of the matrix may have had a job, and nobody knows which one this is.
    expect(messageOf(await attempt(2))).toMatch(
      /start a new run[^]*on-rerun: submit helps later runs/,
    );
    expect(countOf(platform, "create")).toBe(0);
    expect((await attempt(2, { inputs: { "on-rerun": "submit" } })).conclusion).toBe("success");
  });

  test("where only a leg of the matrix with other inputs is known", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, "legs");
    const leg = { "spec-inline": toSpec(), "secret-env": "KEY=secret-of-leg-a" };
    await attempt(1, { inputs: leg });
    for (const other of [
      { ...leg, "secret-env": "KEY=secret-of-leg-b" },
      { ...leg, username: "bob" },
      { ...leg, env: "SEED=2" },
      { ...leg, command: "true x" },
    ]) {
      const result = await attempt(2, { inputs: other });
      expect(messageOf(result)).toMatch(/another account, spec, secret or other input/);
    }
    expect(countOf(platform, "create")).toBe(1);
  });

  test("where each leg of a matrix has left its own, each takes its own", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, "own legs");
    const legs = ["exit 3", "true"].map((command, index) => ({
      "spec-inline": toSpec({ command: 'sh -c "$WHAT"' }),
      "secret-env": `WHAT=${command}\nLEG=secret-of-leg-${index}`,
    }));
    for (const inputs of legs) await attempt(1, { inputs });
    const again = await Promise.all(legs.map((inputs) => attempt(2, { inputs })));
    expect(again.map(({ outputs }) => outputs["outcome"])).toEqual(["failed", "succeeded"]);
    // That of the failed one was made again.
    expect(countOf(platform, "create")).toBe(3);
  });

  test("where two steps were alike", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, "alike");
    for (let leg = 0; leg < 2; leg++) await attempt(1);
    for (let leg = 0; leg < 2; leg++) expect(messageOf(await attempt(2))).toContain("were alike");
    expect(countOf(platform, "create")).toBe(2);
  });

  test("while the step of the earlier attempt still runs on this machine", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const attempt = attemptsOn(platform, "running");
    let second: RunnerResult | undefined;
    await attempt(1, {
      inputs: untilDone,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 30_000);
        second = await attempt(2, { inputs: untilDone });
        await stage.cancel();
      },
    });
    expect(second && messageOf(second)).toContain("still runs on this machine");
    expect(countOf(platform, "create")).toBe(1);
  });
});

test.concurrent("what a single job leaves behind holds no spec and no secret", async () => {
  await using platform = await startLocalPlatform({ stages: 20 });
  const inputs = {
    "secret-env": "WANDB_API_KEY=sentinel-key-12345",
    command: "echo sentinel-command",
  };
  await attemptsOn(platform, "secrets")(1, { inputs });
  const folder = join(root, "secrets", "action");
  const [name = ""] = await readdir(folder);
  const text = await readFile(join(folder, name), "utf8");
  expect(text).toContain(jobOf(platform));
  expect(text).not.toContain("sentinel");
  expect(text).not.toContain(platform.credentials.password);
});

describe.concurrent("a folder for the records that cannot be used", () => {
  test.for([
    ["is warned of, because a re-run will know nothing", "QIZHI_STATE_DIR", 1],
    ["is not where it is only that of the home folder", "HOME", 0],
  ] as const)("%s", async ([, name, warning]) => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    const loop = join(root, `loop-${name}`);
    await symlink(loop, loop);
    const attempt = attemptsOn(platform, name);
    const env = { QIZHI_STATE_DIR: undefined, [name]: loop };
    const first = await attempt(1, { env });
    expect(first).toMatchObject({ conclusion: "success", sent: { error: 0, warning } });
    for (const told of first.annotations.filter(({ level }) => level === "warning")) {
      expect(told.title).toBe("Qizhi: QIZHI_STATE_DIR cannot be used");
      expect(told.message).toMatch(/ELOOP[^]*A re-run will not know/);
    }
    expect(messageOf(await attempt(2, { env }))).toContain("knows nothing");
    expect(countOf(platform, "create")).toBe(1);
  });
});

test.concurrent("on-rerun is refused where the step submits nothing", async () => {
  await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
  const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "", "on-rerun": "submit" };
  const result = await runBundle(platform, { inputs });
  expect(messageOf(result)).toContain("leave it out with job-id");
});

test("a secret that is a part of every id keeps no job from being followed", async () => {
  await using platform = await startLocalPlatform({ stages: 20 });
  const attempt = attemptsOn(platform, "secret in ids");
  const gate = join(root, "gate of a secret");
  const inputs = {
    "secret-env": "PIN=job-\nMARK=ended",
    "spec-inline": toSpec({ command: `${until(gate)}; echo secret PIN $PIN` }),
  };
  await attempt(1, { inputs, script: onceRunning("kill") });
  await writeFile(gate, "");
  const second = await attempt(2, { inputs });
  expect(second.outputs).toMatchObject({ outcome: "succeeded", "job-id": jobOf(platform) });
  const third = await attempt(3, { inputs });
  expect(third.outputs["outcome"]).toBe("succeeded");
  expect(countOf(platform, "create")).toBe(1);
});
