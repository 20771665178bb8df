import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "tsdown";
import { expect, test } from "vitest";
import { asciiOnly } from "../../../bundle/ascii-only.ts";

/** Builds a module, minified as the CLI is. */
async function buildModule(source: string): Promise<{ code: string; value: unknown }> {
  const dir = await mkdtemp(join(tmpdir(), "qizhi-ascii-"));
  try {
    await writeFile(join(dir, "entry.js"), source);
    await build({
      config: false,
      cwd: dir,
      entry: ["entry.js"],
      outDir: join(dir, "out"),
      format: "esm",
      minify: true,
      plugins: [asciiOnly()],
      dts: false,
      logLevel: "silent",
    });
    const [name = ""] = await readdir(join(dir, "out"));
    const file = join(dir, "out", name);
    const { value } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    return { code: await readFile(file, "utf8"), value };
  } finally {
    await rm(dir, { recursive: true });
  }
}

test("what is written as ASCII is the same text, also beyond the first plane and in patterns", async () => {
  const { code, value } = await buildModule(
    "const of = (x) => `中${x}🚀`; export const value = [of('…'), '\\u2028', /^[（“]中$/.test('“中'), '🚀'];",
  );
  expect(value).toEqual(["中…🚀", "\u2028", true, "🚀"]);
  expect(code).not.toMatch(/[^\0-\x7f]/);
});

test.each([
  ["a raw text", "export const value = String.raw`${globalThis.a}中`"],
  [
    "the text of another tag",
    "const tag = (x) => x.raw; export const value = tag`中${globalThis.a}`",
  ],
  ["an escaped character in a template", "export const value = `\\中${globalThis.a}`"],
  ["an escaped character in a pattern", "export const value = /\\，x/"],
  ["a name", "globalThis.中 = 1; export const value = globalThis.a(({ 𠮷 }) => 𠮷)"],
])("%s that would be another one fails the build", async (_what, source) => {
  await expect(buildModule(source)).rejects.toThrow(/cannot be ASCII/);
});

test.each(["action", "cli", "core"])("what is built of %s is ASCII", async (name) => {
  const folder = fileURLToPath(new URL(`../../${name}/dist/`, import.meta.url));
  const files = (await readdir(folder)).filter((file) => /\.c?js$/.test(file));
  expect(files).not.toEqual([]);
  const texts = await Promise.all(files.map((file) => readFile(folder + file, "utf8")));
  expect(files.filter((_file, index) => /[^\0-\x7f]/.test(texts[index] ?? ""))).toEqual([]);
});
