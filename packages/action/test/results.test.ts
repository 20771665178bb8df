import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { parsePairs } from "@qizhi/runner-emulator";
import { expect, test, vi } from "vitest";
import { writeOutputs } from "../src/report/outputs.ts";
import { makeReport } from "../src/report/sweep-report.fixture.ts";
import { runBundle, toSpec } from "./bundle.ts";
import { findWorkflow } from "./workflow/documented.ts";
import { runWorkflow } from "./workflow/run-workflow.ts";

test("the next step of the docs reads all of 400 runs, and no output is too long for a variable", async () => {
  const folder = await mkdtemp(join(tmpdir(), "action-results-"));
  const file = join(folder, "outputs");
  try {
    await writeFile(file, "");
    vi.stubEnv("GITHUB_OUTPUT", file);
    vi.stubEnv("RUNNER_TEMP", folder);
    const sweep = makeReport(400, 7);
    writeOutputs({ outcome: "failed", title: "", cause: "", sweep }, undefined);
    vi.unstubAllEnvs();
    const outputs = Object.fromEntries(parsePairs(await readFile(file, "utf8")).pairs);
    const whole = JSON.parse(await readFile(outputs["runs-file"] ?? "", "utf8"));
    expect(Buffer.byteLength(JSON.stringify(whole))).toBeGreaterThan(128 * 1024);
    for (const value of Object.values(outputs)) {
      expect(Buffer.byteLength(value)).toBeLessThan(128 * 1024 - 100);
    }
    const { conclusion, printed } = await runWorkflow(findWorkflow("Nightly sweep"), {
      contexts: {},
      outputs,
    });
    expect(conclusion, printed["Use the results"]).toBe("success");
    expect(printed["Use the results"]?.match(/ (succeeded|failed)$/gm)).toHaveLength(400);
    const report = JSON.parse(await readFile(outputs["report-file"] ?? "", "utf8"));
    expect(report).toMatchObject({ outcome: "failed", runs: 400, all_runs: whole });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a job knows the workflow run that made it, as do its report and its summary", async () => {
  await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
  const spec = { "spec-inline": toSpec({ envs: [{ name: "CI_COMMIT", value: "mine" }] }) };
  const github = { GITHUB_RUN_ATTEMPT: "1", GITHUB_ACTION_REF: "v1" };
  const result = await runBundle(platform, { inputs: spec, github });
  const url = "https://github.com/octocat/example/actions/runs/1658821493/attempts/1";
  const bodies = () =>
    platform.requests.flatMap(({ operation, body }) =>
      operation === "create" ? [JSON.parse(body)] : [],
    );
  expect(bodies()[0]?.envs).toEqual([
    { name: "CI_COMMIT", value: "mine" },
    { name: "CI_RUN_URL", value: url },
    { name: "CI_REPOSITORY", value: "octocat/example" },
    { name: "CI_RUN_ATTEMPT", value: "1" },
  ]);
  expect(JSON.parse(result.outputs["report"] ?? "")).toMatchObject({
    workflow_run: { url, repository: "octocat/example", attempt: "1" },
    action_version: expect.stringMatching(/^\d+\.\d+\.\d+ \(v1\)$/),
  });
  expect(result.summary).toContain(url);
  expect(result.log).toMatch(/action \d+\.\d+\.\d+ \(v1\), Node v\d+/);
  await runBundle(platform, { inputs: { "spec-inline": toSpec(), provenance: "false" } });
  expect(bodies()[1]?.envs).toBeUndefined();
});

// Writes down what it was given.
const gh = `#!/bin/sh
printf '<%s> ' "$GH_TOKEN" "$@"
if [ "$1" = pr ]; then cat; fi
`;

test.for([
  ["echo done", "success", "succeeded"],
  ["exit 3", "failure", "failed"],
] as const)(
  "the recipe for a pull request comments and marks the commit after %s",
  async (given) => {
    const [command, state, outcome] = given;
    await using platform = await startLocalPlatform({ stages: 20 });
    const { username, password } = platform.credentials;
    const { conclusion, printed } = await runWorkflow(findWorkflow("Train for a pull request"), {
      contexts: {
        vars: { QIZHI_USERNAME: username },
        secrets: { QIZHI_PASSWORD: password },
        github: {
          token: "token-of-the-run",
          event: { pull_request: { number: 12, head: { sha: "cafe".repeat(10) } } },
        },
      },
      files: { "jobs/train.yaml": toSpec({ command }) },
      commands: { gh },
      inputs: { "base-url": platform.url },
    });
    expect(conclusion).toBe(state);
    expect(printed["Comment on the pull request"]).toMatch(
      new RegExp(
        `^<token-of-the-run> <pr> <comment> <12> [^]*Training \\*\\*${outcome}\\*\\*.*job-`,
      ),
    );
    expect(printed["Mark the commit"]).toMatch(
      new RegExp(
        `<api> <repos/octocat/example/statuses/(cafe){10}> .*<state=${state}>.*Training ${outcome}`,
      ),
    );
  },
);
