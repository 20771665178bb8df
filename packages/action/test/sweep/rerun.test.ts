import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countOf } from "../bundle.ts";
import { readRuns, runSweepBundle, toSweepSpec } from "./scene.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "action-state-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const readAll = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), "utf8"))
        .join("")
    : "";
const again = { GITHUB_RUN_ATTEMPT: "2" };

describe.concurrent("a re-run of the workflow run", () => {
  test("with wait: false leaves jobs that go on, and waits for no news of them", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const env = { QIZHI_STATE_DIR: join(root, "unwaited") };
    const inputs = { "spec-inline": toSweepSpec(["sleep 60", "sleep 61"]), wait: false };
    const first = await runSweepBundle(platform, { inputs, env });
    const second = await runSweepBundle(platform, { inputs, env, github: again });
    for (const result of [first, second]) {
      expect(result).toMatchObject({ conclusion: "success", problems: [] });
      expect(result.outputs["outcome"]).toBe("submitted");
    }
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([2, 0]);
  });

  test("follows jobs that go on, keeps runs that succeeded, and makes only the others", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const env = { QIZHI_STATE_DIR: join(root, "a") };
    const gate = join(root, "gate");
    const untilOpen = `until test -e ${gate}; do sleep 0.1; done`;
    const inputs = {
      "spec-inline": toSweepSpec(["true", "exit 3", untilOpen, "true x"]),
      "max-active": 3,
    };
    const first = await runSweepBundle(platform, {
      inputs: { ...inputs, "on-cancel": "leave", "max-active": 2 },
      env,
      async script(stage) {
        const countEnds = () => readAll(join(root, "a", "action")).split("sweep:ended").length - 1;
        await stage.waitUntil(() => countEnds() === 3, "the end of three runs", 30_000);
        await stage.cancel();
      },
    });
    expect(first.outputs["outcome"]).toBe("cancelled");
    const before = readRuns(first);
    expect(before.map(({ outcome }) => outcome)).toEqual([
      "succeeded",
      "failed",
      // Its command begins a moment later on a busy machine.
      expect.stringMatching(/^(?:starting|running)$/),
      "succeeded",
    ]);
    const second = await runSweepBundle(platform, {
      inputs,
      env,
      github: again,
      async script(stage) {
        await stage.waitForLine(/gone on with/);
        await writeFile(gate, "");
      },
    });
    expect(countOf(platform, "create")).toBe(5);
    expect(second.log).toContain("gone on with: 2 succeeded, 1 running, 1 waiting");
    const after = readRuns(second);
    for (const at of [0, 2, 3]) {
      expect(after[at]).toMatchObject({ outcome: "succeeded", job_id: before[at]?.["job_id"] });
    }
    expect(after[0]).toHaveProperty("run_time_ms", before[0]?.["run_time_ms"]);
    expect(after[1]).toMatchObject({ outcome: "failed" });
    // And once more: what was done in both attempts is known.
    const third = await runSweepBundle(platform, {
      inputs,
      env,
      github: { GITHUB_RUN_ATTEMPT: "3" },
    });
    expect(countOf(platform, "create")).toBe(6);
    expect(third.outputs["counts"]).toBe(second.outputs["counts"]);
  });

  test("makes a run again whose job failed after the first attempt, and keeps one that succeeded", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const env = { QIZHI_STATE_DIR: join(root, "later") };
    const once = join(root, "once.sh");
    const untilOpen = `until test -e ${once}.end; do sleep 0.1; done`;
    await writeFile(once, `mkdir "$0.done" || exit 0\n${untilOpen}\nexit 3\n`);
    const spec = toSweepSpec([untilOpen, "sh $ONCE"], { envs: { ONCE: once } });
    const inputs = { "spec-inline": spec };
    await runSweepBundle(platform, {
      inputs,
      env,
      async script(stage) {
        const isKnown = (jobId: string) =>
          platform.requests.some(
            (each) => each.operation === "detail" && each.body.includes(jobId),
          );
        const count = () => platform.jobs().filter(({ jobId }) => isKnown(jobId)).length;
        await stage.waitUntil(() => count() === 2, "the two jobs", 30_000);
        await stage.kill();
      },
    });
    await writeFile(`${once}.end`, "");
    const ends = () => platform.jobs().map(({ status }) => status);
    while (ends().join() !== "job_succeeded,job_failed") await platform.changed();
    const [kept] = platform.jobs();
    const second = await runSweepBundle(platform, { inputs, env, github: again });
    expect(second.log).toContain("gone on with: 1 succeeded, 1 waiting");
    expect(countOf(platform, "create")).toBe(3);
    expect(second.outputs).toMatchObject({ outcome: "succeeded", counts: '{"succeeded":2}' });
    expect(readRuns(second)[0]).toMatchObject({
      job_id: kept?.jobId,
      run_time_ms: expect.any(Number),
    });
  });

  test("makes nothing again after a runner that died, and keeps a doubt as one", async () => {
    const faults = [
      { operation: "create", calls: [2], fault: { kind: "never-answer", effect: true } },
    ] as const;
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const env = { QIZHI_STATE_DIR: join(root, "b") };
    const inputs = { "spec-inline": toSweepSpec(["sleep 2", "true", "true x"]) };
    await runSweepBundle(platform, {
      inputs,
      env,
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 2, "the second create");
        await stage.kill();
      },
    });
    const second = await runSweepBundle(platform, { inputs, env, github: again });
    expect(countOf(platform, "create")).toBe(3);
    expect(readRuns(second).map(({ outcome }) => outcome)).toEqual([
      "succeeded",
      "unknown",
      "succeeded",
    ]);
    expect(second.annotations.at(-1)?.message).toContain('Look for "demo-n-true"');
  });

  test("on another machine takes over from a step that still runs: that submits no more, and stops nothing", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const folder = join(root, "taken", "action");
    const first = await runSweepBundle(platform, {
      inputs: {
        "spec-inline": toSweepSpec(["sleep 5", "sleep 61"]),
        "max-active": 1,
        "on-error": "stop",
      },
      env: { QIZHI_STATE_DIR: join(root, "taken") },
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "detail") > 0, "the first job", 30_000);
        // As a re-run does, which would see here that the step runs.
        const [name = ""] = readdirSync(folder);
        renameSync(join(folder, name), join(folder, `${name}.taken`));
        await stage.waitUntil(() => !stage.isRunning(), "the end", 30_000);
      },
    });
    expect(first.outputs["outcome"]).toBe("error");
    const error = first.annotations.at(-1);
    expect(error?.title).toBe("Qizhi: A re-run has taken over");
    expect(error?.message).toMatch(
      /A re-run of the workflow run goes on with this work; this step submits nothing more/,
    );
    expect(error?.message).not.toMatch(/TakenOver|report it/);
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([1, 0]);
    expect(first.post?.log).toBe("");
  });

  test("of which nothing is known is refused before any create, unless told to submit", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const env = { QIZHI_STATE_DIR: join(root, "c") };
    const inputs = { "spec-inline": toSweepSpec(["true", "true x"]) };
    const refused = await runSweepBundle(platform, { inputs, env, github: again });
    expect(refused.outputs["outcome"]).toBe("error");
    expect(countOf(platform, "create")).toBe(0);
    expect(refused.annotations.at(-1)?.message).toMatch(
      /attempt 2[^]*start a new run[^]*on-rerun: submit helps later runs/,
    );
    expect(refused.post?.log).toBe("");
    const told = { ...inputs, "on-rerun": "submit" };
    const submitted = await runSweepBundle(platform, { inputs: told, env, github: again });
    expect(submitted.conclusion).toBe("success");
    expect(countOf(platform, "create")).toBe(2);
  });

  test("of another step or another plan is not taken for this one", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const env = { QIZHI_STATE_DIR: join(root, "d") };
    await runSweepBundle(platform, { inputs: { "spec-inline": toSweepSpec(["true"]) }, env });
    for (const [spec, github] of [
      [toSweepSpec(["true", "true x"]), again],
      // As another leg of the workflow's matrix has it, with runs of the same names.
      [toSweepSpec(["true"], { envs: { SIZE: "large" } }), again],
      [toSweepSpec(["true"]), { ...again, GITHUB_ACTION: "other" }],
      [toSweepSpec(["true"]), { ...again, GITHUB_RUN_ID: "7" }],
    ] as const) {
      const inputs = { "spec-inline": spec };
      const result = await runSweepBundle(platform, { inputs, env, github });
      expect(result.annotations.at(-1)?.title).toContain("re-run would make jobs");
    }
    expect(countOf(platform, "create")).toBe(1);
  });

  test("with another secret or account may be another leg of the matrix: it submits nothing", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const state = { QIZHI_STATE_DIR: join(root, "f") };
    const inputs = { "spec-inline": toSweepSpec(["true"]), "secret-env": "WANDB_API_KEY" };
    const first = { ...state, WANDB_API_KEY: "sentinel-key-12345" };
    await runSweepBundle(platform, { inputs, env: first });
    const second = { ...state, WANDB_API_KEY: "another-key-67890" };
    for (const [given, env] of [
      [inputs, second],
      [{ ...inputs, username: "bob" }, first],
    ] as const) {
      const result = await runSweepBundle(platform, { inputs: given, env, github: again });
      expect(result.annotations.at(-1)?.message).toContain("another account, spec, secret");
    }
    expect(countOf(platform, "create")).toBe(1);
  });

  test("finds no secret written down", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const env = { QIZHI_STATE_DIR: join(root, "e"), WANDB_API_KEY: "sentinel-key-12345" };
    await runSweepBundle(platform, {
      inputs: {
        "spec-inline": toSweepSpec(["true", "exit 4"]),
        "secret-env": "WANDB_API_KEY",
      },
      env,
    });
    const folder = join(env.QIZHI_STATE_DIR, "action");
    const [name = ""] = await readdir(folder);
    const text = await readFile(join(folder, name), "utf8");
    expect(text).toContain("demo-n-exit_4");
    expect(text).not.toContain("sentinel");
    expect(text).not.toContain(platform.credentials.password);
  });
});
