import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { countOf, runBundle, toSpec } from "./bundle.ts";
import { toSweepSpec } from "./sweep/scene.ts";

const nowhere = "/nonexistent-folder/file";

describe.concurrent("a file of the runner that cannot be written", () => {
  test("the summary: a warning, and the step ends as its job did", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const github = { GITHUB_STEP_SUMMARY: nowhere };
    const result = await runBundle(platform, { github });
    expect(result).toMatchObject({ conclusion: "success", sent: { error: 0, warning: 1 } });
    expect(result.outputs["outcome"]).toBe("succeeded");
    const warning = result.annotations.find(({ level }) => level === "warning");
    expect(warning).toMatchObject({
      title: "Qizhi: the summary could not be written",
      message: expect.stringContaining("ENOENT"),
    });
  });

  test("the outputs: an error, because the next steps would go on with nothing", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const result = await runBundle(platform, { github: { GITHUB_OUTPUT: nowhere } });
    expect(result).toMatchObject({ conclusion: "failure", sent: { error: 1, warning: 0 } });
    const error = result.annotations.find(({ level }) => level === "error");
    expect(error?.title).toBe("Qizhi: the outputs could not be written");
    expect(error?.message).toMatch(/Job succeeded\.[^]*could not be written: /);
    expect(platform.jobs()).toMatchObject([{ status: "job_succeeded" }]);
  });

  test("both, under a job that failed: still one error, which tells of the job first", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const result = await runBundle(platform, {
      inputs: { "spec-inline": toSpec({ command: "exit 3" }) },
      github: { GITHUB_OUTPUT: nowhere, GITHUB_STEP_SUMMARY: nowhere },
    });
    expect(result).toMatchObject({ conclusion: "failure", sent: { error: 1, warning: 1 } });
    const error = result.annotations.find(({ level }) => level === "error");
    expect(error?.title).toBe("Qizhi: Job failed");
    expect(error?.message).toContain("The outputs could not be written");
    expect(countOf(platform, "create")).toBe(1);
  });
});

describe.concurrent("the action's folder in RUNNER_TEMP", () => {
  test.for([
    ["a job", toSpec(), ["report"]],
    ["a sweep", toSweepSpec(["true 1", "true 2"]), ["counts", "report", "runs"]],
  ] as const)("that nobody can open keeps %s from nothing but its files", async (given) => {
    const [, spec, outputs] = given;
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip", gpus: 64 });
    const temp = await mkdtemp(join(tmpdir(), "action-files-"));
    const folder = join(temp, `qizhi-${process.getuid?.()}`);
    await symlink(folder, folder);
    const result = await runBundle(platform, { inputs: { "spec-inline": spec }, temp });
    await rm(temp, { recursive: true });
    expect(result).toMatchObject({ conclusion: "success", sent: { error: 0, warning: 1 } });
    for (const name of outputs) expect(JSON.parse(result.outputs[name] ?? "")).toBeTruthy();
    expect(Object.keys(result.outputs).filter((name) => name.endsWith("-file"))).toEqual([]);
    const warning = result.annotations.find(({ level }) => level === "warning");
    expect(warning?.title).toBe("Qizhi: a file of results could not be written");
    expect(warning?.message).toMatch(/ELOOP[^]*write to RUNNER_TEMP/);
    expect(warning?.message).not.toContain("QIZHI_STATE_DIR");
    expect(result.post?.log).toBe("");
  });

  test("is its user's own: that of root, as after a job in a container, is in nobody's way", async () => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    const temp = await mkdtemp(join(tmpdir(), "action-files-"));
    await runBundle(platform, { temp });
    const names = await readdir(temp);
    await rm(temp, { recursive: true });
    const own = names.filter((name) => name.startsWith("qizhi"));
    expect(own).toEqual([`qizhi-${process.getuid?.()}`]);
  });
});
