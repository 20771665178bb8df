import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { findBlocks, readDoc, root } from "./docs-page.ts";

const packages = ["core", "cli", "action", "runner-emulator"];
const mostModules = 14;

interface Module {
  readonly file: string;
  readonly imports: readonly string[];
}

const isModule = (file: string) => /(?<!\.(?:test|fixture))\.ts$/.test(file);

/** The modules of a package with what they import of it, types included. */
async function readModules(name: string): Promise<Module[]> {
  const src = join(root, "packages", name, "src");
  const files = (await readdir(src, { recursive: true })).filter(isModule);
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(src, file), "utf8");
      const specifiers = text.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*"(\.{1,2}\/[^"]+\.ts)"/g);
      const imports = [...specifiers].map(([, path = ""]) =>
        relative(src, join(src, dirname(file), path)),
      );
      return { file, imports };
    }),
  );
}

/** The folders of a package as the tree of CONTRIBUTING.md lists them, bottom first. */
async function readOrder(name: string): Promise<string[]> {
  const tree = findBlocks(await readDoc("CONTRIBUTING.md")).find(({ language }) => language === "");
  const lines = (tree?.code ?? "").split("\n");
  const start = lines.findIndex((line) => line.startsWith(`packages/${name} `));
  const end = lines.findIndex((line, at) => at > start && !line.startsWith(" "));
  return lines.slice(start + 1, end).map((line) => /src\/(\S*)\//.exec(line)?.[1] ?? line);
}

function findCycle(modules: readonly Module[]): string[] {
  let left = modules;
  for (;;) {
    const files = new Set(left.map(({ file }) => file));
    const next = left.filter(({ imports }) => imports.some((file) => files.has(file)));
    if (next.length === left.length) return next.map(({ file }) => file);
    left = next;
  }
}

test.each(packages)("the modules of %s import no module that imports them", async (name) => {
  const modules = await readModules(name);
  expect(modules.length).toBeGreaterThan(10);
  expect(findCycle(modules)).toEqual([]);
});

test.each(packages)(
  "a folder of %s imports from those above it in the tree alone",
  async (name) => {
    const order = await readOrder(name);
    const modules = await readModules(name);
    const folders = new Set(modules.map(({ file }) => dirname(file)));
    expect(new Set(order)).toEqual(new Set([...folders].filter((folder) => folder !== ".")));
    const rank = (file: string) => {
      const at = order.indexOf(dirname(file));
      return at === -1 ? order.length : at;
    };
    const wrong = modules.flatMap(({ file, imports }) =>
      imports.filter((other) => rank(other) > rank(file)).map((other) => `${file} → ${other}`),
    );
    expect(wrong).toEqual([]);
  },
);

test.each(packages)(
  "no folder of %s holds more modules than one can read at a glance",
  async (name) => {
    const counts = new Map<string, number>();
    for (const { file } of await readModules(name)) {
      counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    }
    const wide = [...counts].filter(([, count]) => count > mostModules);
    const advice = `at most ${mostModules} modules a folder: give the new one a folder with those it belongs to, and that folder a line in the tree of CONTRIBUTING.md`;
    expect(wide, advice).toEqual([]);
  },
);

test("every fact that a comment cites is on the page about the wire, in both languages", async () => {
  const pages = await Promise.all(["docs/wire.md", "docs/wire.zh-CN.md"].map(readDoc));
  const numbers = pages.map(
    (page) => new Set([...page.matchAll(/^\| (\d+(?:\.\d+)?) \|/gm)].map(([, n]) => n)),
  );
  expect(numbers[0]).toEqual(numbers[1]);
  const unknown: string[] = [];
  for (const name of packages) {
    const src = join(root, "packages", name, "src");
    for (const file of (await readdir(src, { recursive: true })).filter((each) =>
      each.endsWith(".ts"),
    )) {
      const text = await readFile(join(src, file), "utf8");
      for (const [, list = ""] of text.matchAll(
        /\bwire ((?:\d+(?:\.\d+)?)(?:, \d+(?:\.\d+)?)*)/g,
      )) {
        unknown.push(
          ...list
            .split(", ")
            .filter((n) => !numbers[0]?.has(n))
            .map((n) => `${file}: ${n}`),
        );
      }
    }
  }
  expect(unknown).toEqual([]);
});
