import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { descriptions } from "../scripts/descriptions.zh.ts";
import { readmes, withTables } from "../scripts/tables.ts";
import { inputNames } from "../src/runner/input-defaults.ts";
import { outputNames } from "../src/report/outputs.ts";
import { actionDir, countOf, runBundle, toSpec } from "./bundle.ts";
import { readMarkdown } from "./markdown/read-markdown.ts";
import { evaluate, findActionSteps, parseWorkflow } from "./workflow-step.ts";

const read = (name: string) => readFileSync(join(actionDir, name), "utf8");
const workflowsOf = (name: string) =>
  readMarkdown(read(name))
    .codeBlocks.filter(({ lang }) => lang === "yaml")
    .map(({ value }) => ({ readme: name, text: value, workflow: parseWorkflow(value) }));

describe.each(Object.entries(readmes))("%s", (name, language) => {
  test("has the tables of action.yml", () => {
    const text = read(name);
    expect(withTables(text, language)).toBe(text);
  });

  test("tells what is left running in every case", () => {
    const table = readMarkdown(read(name)).tables.find(
      ({ header }) => header.length === 3 && !/^(Input|输入)$/.test(header[0] ?? ""),
    );
    expect(table?.rows).toHaveLength(9);
    const text = table?.rows.flat().join(" ") ?? "";
    for (const word of [
      "on-cancel",
      "container:",
      "timeout",
      "queue-timeout",
      "error-budget",
      "max-running-time",
      "runner",
    ]) {
      expect(text).toContain(word);
    }
  });

  test("warns of pull_request_target", () => {
    expect(read(name)).toContain("pull_request_target");
  });
});

test("the Chinese descriptions are of the same inputs and outputs", () => {
  expect(Object.keys(descriptions.inputs)).toEqual(inputNames);
  expect(Object.keys(descriptions.outputs)).toEqual(outputNames);
});

test("both READMEs show the same workflows by name", () => {
  const names = (name: string) => workflowsOf(name).map(({ workflow }) => workflow.name);
  expect(names("README.md")).toHaveLength(5);
  expect(names("README.zh-CN.md")).toEqual(names("README.md"));
});

describe.concurrent("a workflow of the READMEs runs", () => {
  test.for(Object.keys(readmes).flatMap(workflowsOf))(
    "$readme: $workflow.name",
    async ({ workflow }) => {
      await using platform = await startLocalPlatform({
        stages: 20,
        commands: "skip",
        jobs: [{ status: "job_running", next: ["job_succeeded"] }],
      });
      const steps = findActionSteps(workflow);
      expect(steps).toHaveLength(1);
      const { step, env } = steps[0] ?? { step: {}, env: {} };
      const { username, password } = platform.credentials;
      const jobId = platform.jobs()[0]?.jobId ?? "";
      const values = {
        "secrets.QIZHI_USERNAME": username,
        "secrets.QIZHI_PASSWORD": password,
        "secrets.WANDB_API_KEY": "wandb-0123456789",
        "secrets.GCP_KEY": '{\n  "private_key": "MIIE=="\n}',
        "secrets.PROXY_URL": "http://127.0.0.1:9",
        "github.sha": "0123456789abcdef0123456789abcdef01234567",
        "vars.QIZHI_JOB_ID": jobId,
      };
      const isSweep = "matrix" in (step.with ?? {});
      const sweep = toSpec({ command: "true {{ matrix.lr }} {{ matrix.seed }}" });
      const result = await runBundle(platform, {
        inputs: {
          ...evaluate(step.with ?? {}, values),
          "spec-inline": "",
          // Thirty requests at three a second would be ten seconds.
          ...(isSweep && { rate: 50 }),
        },
        env: { ...evaluate(env, values), NODE_EXTRA_CA_CERTS: "" },
        files: {
          "jobs/train.yaml": toSpec(),
          "jobs/long.yaml": toSpec(),
          "jobs/sweep.yaml": sweep,
        },
        secrets: [password],
      });
      expect(result).toMatchObject({ conclusion: "success", problems: [] });
      const isAttached = "job-id" in (step.with ?? {});
      expect(countOf(platform, "create")).toBe(isAttached ? 0 : isSweep ? 6 : 1);
    },
  );
});
