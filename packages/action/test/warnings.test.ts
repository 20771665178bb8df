import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJobSpec } from "@qizhi/core";
import { findWarnings } from "@qizhi/core/internal";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import type { RunnerResult } from "@qizhi/runner-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actionDir, runBundle } from "./bundle.ts";
import { runAction } from "@qizhi/runner-emulator";

const unwise = `name: unwise
framework: pytorch
logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
project_id: project-22222222-2222-4222-8222-222222222222
workspace_id: ws-33333333-3333-4333-8333-333333333333
task_priority: 2
command: |
  source env.sh
  python train.py | tee log.txt
framework_config:
  - image: ubuntu:22.04
    image_type: SOURCE_PUBLIC
    instance_count: 1
    shm_gi: 0
    spec_id: 44444444-4444-4444-8444-444444444444
`;

let platform: LocalPlatform;
let folder = "";
beforeAll(async () => {
  platform = await startLocalPlatform({ stages: 20, commands: "skip" });
  folder = await mkdtemp(join(tmpdir(), "action-warnings-"));
});
afterAll(async () => {
  await platform.dispose();
  await rm(folder, { recursive: true });
});

const placesOf = ({ annotations }: RunnerResult, wanted: string) =>
  annotations
    .filter(({ level }) => level === wanted)
    .map(({ properties }) => [properties["file"], properties["line"]].filter(Boolean).join(":"));

describe("what is unwise in a spec", () => {
  test("is annotated at its line, with the words of the command line, and is submitted", async () => {
    const result = await runBundle(platform, {
      files: { "jobs/unwise.yaml": unwise },
      inputs: { spec: "./jobs/unwise.yaml", wait: "false" },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [], sent: { error: 0 } });
    const read = await readJobSpec({ name: "-", text: unwise });
    const expected = findWarnings(read, { isCi: true });
    expect(expected.length).toBeGreaterThan(4);
    const told = result.annotations.filter(({ level }) => level === "warning");
    expect(told.map(({ message }) => message.slice(message.indexOf(" ") + 1))).toEqual(
      expected.map(({ path, message }) =>
        expect.stringMatching(
          new RegExp(`${path.length > 0 ? path[0] : ""}.*${message.slice(0, 20)}`),
        ),
      ),
    );
    const lines = expected.map(({ line }) =>
      line === undefined ? "" : `jobs/unwise.yaml:${line}`,
    );
    expect(placesOf(result, "warning")).toEqual(lines);
  });

  test("is refused with strict, before anything is sent", async () => {
    const before = platform.requests.length;
    const result = await runBundle(platform, {
      files: { "job.yaml": unwise },
      inputs: { spec: "job.yaml", strict: "true" },
    });
    expect(result).toMatchObject({ conclusion: "failure", sent: { warning: 0, notice: 0 } });
    expect(placesOf(result, "error")).toContain("job.yaml:9");
    expect(result.annotations.at(-1)?.message).toContain("pipes into tee, which hides a failure");
    expect(platform.requests).toHaveLength(before);
  });

  test("is one warning for all runs of a sweep, and none for a secret given as one", async () => {
    const sweep = unwise
      .replace("source env.sh\n  ", "")
      .replace("train.py | tee log.txt", "train.py --lr {{ matrix.lr }}")
      .replace("ubuntu:22.04", "docker.sii.shaipower.online/inspire-studio/base:v1")
      .replace("task_priority: 2", "task_priority: 2\nmax_running_time_ms: 2h");
    const result = await runBundle(platform, {
      files: { "job.yaml": sweep },
      inputs: {
        spec: "job.yaml",
        matrix: "lr=1,2,3",
        "secret-env": "HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz",
        wait: "false",
        "max-requests-per-second": "50",
      },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    expect(placesOf(result, "warning")).toEqual(["job.yaml:6"]);
  });
});

test("a secret that is empty, as one that is not set for this run, is warned of and passed on", async () => {
  const before = platform.requests.length;
  const result = await runBundle(platform, {
    env: { HF_TOKEN: "" },
    inputs: { "secret-env": "wandbApiKey=\nMODE=a-secret\nHF_TOKEN", wait: "false" },
  });
  expect(result).toMatchObject({ conclusion: "success", sent: { error: 0, warning: 1 } });
  const told = result.annotations.find(({ level }) => level === "warning");
  expect(told?.message).toContain(
    "secret-env lines 1, 3 are empty; is the secret set for this run?",
  );
  const create = platform.requests.slice(before).find(({ operation }) => operation === "create");
  expect(JSON.parse(create?.body ?? "").envs).toContainEqual({ name: "wandbApiKey", value: "" });
});

describe.concurrent("a mistake of the inputs", () => {
  const refuse = (
    inputs: Readonly<Record<string, string>>,
    options: Partial<Parameters<typeof runAction>[0]> = {},
  ) => runAction({ actionDir, inputs: { token: "some-token", ...inputs }, ...options });

  test("in the spec stands at its line: each once, and the last annotation says all", async () => {
    const text = unwise.replace("task_priority: 2", "task_priority: 99").replace("name:", "nmae:");
    const result = await refuse({ spec: "job.yaml" }, { files: { "job.yaml": text } });
    expect(placesOf(result, "error").toSorted()).toEqual(["job.yaml:1", "job.yaml:6"]);
    expect(result.annotations.at(-1)?.message).toMatch(/nmae unknown key[^]*task_priority/);
    expect(placesOf(result, "warning")).toContain("job.yaml:9");
  });

  test("stands in its own file, also where two files have one at the same line", async () => {
    const text = unwise.replace("task_priority: 2\n", "").replace("\nlogic", "\nnmae: x\nlogic");
    const defaults = "profiles:\n  base:\n    task_priority: 99\n";
    const files = { "job.yaml": text, ".qizhi/defaults.yaml": defaults };
    const result = await refuse({ spec: "job.yaml", profile: "base" }, { files });
    expect(placesOf(result, "error").toSorted()).toEqual([".qizhi/defaults.yaml:3", "job.yaml:3"]);
  });

  test("a spec that is not there: the checkout, or the back slash", async () => {
    const { annotations } = await refuse({ spec: "jobs/train.yaml" });
    expect(annotations[0]?.message).toContain(
      "there is no such file; is there a step with actions/checkout before this one?",
    );
    const windows = await refuse({ spec: String.raw`jobs\train.yaml` });
    expect(windows.annotations[0]?.message).toContain(
      String.raw`there is no such file; write / in place of \: jobs/train.yaml`,
    );
  });

  test("no secrets, because the pull request is from a fork", async () => {
    const event = join(folder, "event.json");
    const toPull = (from: string) => ({
      pull_request: { head: { repo: { full_name: from } }, base: { repo: { full_name: "us/a" } } },
    });
    const run = async (from: string, username = "") => {
      await writeFile(event, JSON.stringify(toPull(from)));
      const github = { GITHUB_EVENT_PATH: event };
      return refuse({ token: "", username, "spec-inline": unwise }, { github });
    };
    // The username is a variable of the repository, no secret.
    for (const username of ["", "someone"]) {
      const fork = await run("them/a", username);
      expect(fork.annotations.at(-1)?.message).toMatch(
        /password.*missing.*; a pull request from a fork gets no secrets/,
      );
    }
    const own = await run("us/a");
    expect(own.annotations.at(-1)?.message).toContain("is the secret set for this run?");
  });
});
