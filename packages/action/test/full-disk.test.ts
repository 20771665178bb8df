import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import type { RunnerResult } from "@qizhi/runner-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countOf, runBundle, toSpec } from "./bundle.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "action-full-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the action on a platform; once its job runs, no file of main can grow, and then a file tells the job to end. */
async function runUntilFull(
  platform: LocalPlatform,
  toInputs: (end: string) => Record<string, string>,
): Promise<RunnerResult> {
  const folder = await mkdtemp(join(root, "step-"));
  const pid = join(folder, "pid");
  const node = join(folder, "node");
  const end = join(folder, "end");
  // A plain sh loses the inputs, whose names have hyphens.
  const script = `echo $$ > '${pid}'; exec '${process.execPath}' "$@"`;
  await writeFile(node, `#!/usr/bin/env bash\n${script}\n`, { mode: 0o700 });
  return runBundle(platform, {
    inputs: toInputs(end),
    node,
    async script(stage) {
      await stage.waitForLine(/running \(job_running\)/, 20_000);
      const main = (await readFile(pid, "utf8")).trim();
      await promisify(execFile)("prlimit", ["--pid", main, "--fsize=0"]);
      await writeFile(end, "");
    },
  });
}

const errorOf = ({ annotations }: RunnerResult) =>
  annotations.find(({ level, source }) => level === "error" && source === "command");

describe.concurrent("where the disk is full once the job runs", () => {
  test("a job that is to be left at a timeout is left, by post too", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const inputs = { "spec-inline": toSpec({ command: "sleep 60" }), timeout: "30s" };
    const result = await runUntilFull(platform, () => inputs);
    expect(errorOf(result)?.title).toBe("Qizhi: Waited for too long");
    expect(errorOf(result)?.message).toMatch(
      /The job was still active when timeout .* was over[^]*left as it is and goes on[^]*outputs could not be written/,
    );
    expect(result.log).not.toContain("fault of this action");
    expect(result.post).toMatchObject({ exitCode: 0, log: "" });
    expect(countOf(platform, "stop")).toBe(0);
  });

  test("a job that succeeds is told as that, although the outputs are lost", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const result = await runUntilFull(platform, (end) => ({
      "spec-inline": toSpec({ command: `until test -e '${end}'; do sleep 0.1; done` }),
    }));
    expect(errorOf(result)?.title).toBe("Qizhi: the outputs could not be written");
    expect(errorOf(result)?.message).toContain("Job succeeded.");
    expect(result.post).toMatchObject({ exitCode: 0, log: "" });
    expect(platform.jobs()).toMatchObject([{ status: "job_succeeded" }]);
    expect(countOf(platform, "stop")).toBe(0);
  });
});
