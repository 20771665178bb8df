import { execFile } from "node:child_process";
import { access, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { findBlocks, findCodeSpans, findLinks, readDoc, root } from "./docs-page.ts";
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const guides = ["CONTRIBUTING.md", "SECURITY.md", "AGENTS.md", "README.md", "README.zh-CN.md"];
const templates = ".github/ISSUE_TEMPLATE";

test.each(guides)("every path of the repository that %s names is there", async (guide) => {
  const paths = findCodeSpans(await readDoc(guide)).filter((span) =>
    /^(?:packages|docs|\.github|\.ci|\.changeset)(?:\/[\w.-]+)*$/.test(span),
  );
  for (const path of paths) await access(join(root, path));
  if (guide === "AGENTS.md") expect(paths.length).toBeGreaterThan(10);
});

test("every folder in the tree of CONTRIBUTING.md is there", async () => {
  const tree = findBlocks(await readDoc("CONTRIBUTING.md")).find(({ language }) => language === "");
  let top = "";
  const folders: string[] = [];
  for (const line of tree?.code.trimEnd().split("\n") ?? []) {
    const [, indent = "", name = ""] = /^( *)(\S+)/.exec(line) ?? [];
    if (indent === "") top = name;
    folders.push(indent === "" ? name : join(top, name));
  }
  for (const folder of folders) await access(join(root, folder));
});

const naming = [
  "README.md",
  "README.zh-CN.md",
  "docs/performance.md",
  "CONTRIBUTING.md",
  "AGENTS.md",
];

test.each([...naming, ".github/PULL_REQUEST_TEMPLATE.md"])(
  "every script that %s names is one of the workspace",
  async (guide) => {
    const { scripts } = JSON.parse(await readDoc("package.json"));
    const named = [...(await readDoc(guide)).matchAll(/pnpm@[\d.]+ ([\w:-]+)/g)];
    expect(named).not.toEqual([]);
    for (const [, script] of named) expect(Object.keys(scripts)).toContain(script);
  },
);

test("the call that CONTRIBUTING.md adds works on the local platform", async () => {
  // Beside this file, so that imports resolve as in a project that has the packages.
  const folder = await mkdtemp(join(import.meta.dirname, "docs-"));
  try {
    const blocks = findBlocks(await readDoc("CONTRIBUTING.md"));
    const example = blocks.find(({ language }) => language === "ts");
    await writeFile(join(folder, "example.ts"), example?.code ?? "");
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [join(folder, "example.ts")]);
    expect(stdout).toBe("hpc_running\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("SECURITY.md points to tests, and each row of what is protected to one at least", async () => {
  const text = await readDoc("SECURITY.md");
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && !line.includes("---"));
  for (const row of rows.slice(1)) expect(row).toMatch(/\.test\.ts/);
  const links = findLinks(text).filter(({ path }) => path.includes("test"));
  expect(links.length).toBeGreaterThan(10);
});

test("issue forms ask for what they need, and the settings for updates are whole", async () => {
  const names = (await readdir(join(root, templates))).filter((name) => name !== "config.yml");
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) {
    const form = parse(await readDoc(`${templates}/${name}`));
    expect(form).toMatchObject({
      name: expect.any(String),
      description: expect.any(String),
      body: expect.any(Array),
    });
    const ids = form.body.flatMap(({ id }: { id?: string }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, attributes } of form.body) {
      expect(["markdown", "textarea", "input", "dropdown"]).toContain(type);
      expect(attributes).toHaveProperty(type === "markdown" ? "value" : "label");
    }
  }
  const { updates } = parse(await readDoc(".github/dependabot.yml"));
  expect(updates.map((each: { "package-ecosystem": string }) => each["package-ecosystem"])).toEqual(
    ["npm", "github-actions"],
  );
  JSON.parse(await readDoc(".devcontainer/devcontainer.json"));
});

test.each([
  ["docs/images/wait.svg", "en"],
  ["docs/images/wait.zh-CN.svg", "zh"],
])("%s shows what a terminal shows today", async (image, language) => {
  const svg = await readDoc(image);
  const toLabels = (texts: string[]) =>
    texts.map((text) => /^\S+(?= {2,}\S)/.exec(text)?.[0]).filter((label) => label !== undefined);
  await using platform = await startLocalPlatform({ stages: 0, commands: "skip" });
  await using place = await createPlace(platform);
  await writeFile(
    join(place.dir, "job.yaml"),
    await readDoc("packages/cli/examples/two-nodes.yaml"),
  );
  const env = { QIZHI_LANG: language };
  await using terminal = openTerminal(place, ["submit", "job.yaml", "--wait"], { env });
  expect(await terminal.ended).toBe(0);
  const lines = terminal.screen().split("\n");
  const labels = toLabels(lines);
  expect(labels.length).toBeGreaterThan(8);
  const drawn = svg.slice(svg.lastIndexOf("<g ")).replaceAll(/<[^>]+>/g, " ");
  for (const label of labels) expect(drawn).toContain(label);
  expect(drawn).toContain("$ qizhi submit job.yaml");
});
