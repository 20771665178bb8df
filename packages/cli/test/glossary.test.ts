import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../src/commands/commands.ts";
import { readDoc, root } from "./docs-page.ts";

/** The words that the glossary of CONTRIBUTING.md leaves out, each with the term that is used. */
async function readForbidden(): Promise<[word: string, term: string][]> {
  const [, section = ""] = (await readDoc("CONTRIBUTING.md")).split("## Glossary");
  const rows = section
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| "));
  return rows.slice(2).flatMap((row) => {
    const [, term = "", , , not = ""] = row.split("|").map((cell) => cell.trim());
    return not.split(", ").flatMap((word) => (word === "" ? [] : [[word, term] as const]));
  }) as [string, string][];
}

async function readTexts(): Promise<[file: string, text: string][]> {
  const folders = [
    "",
    "docs",
    "packages/core",
    "packages/core/docs",
    "packages/cli",
    "packages/action",
  ];
  const pages = folders.map(async (folder) => {
    const names = await readdir(join(root, folder));
    const isPage = (name: string) =>
      name.endsWith(".md") && !/^(?:CONTRIBUTING|CHANGELOG)/.test(name);
    return names.filter(isPage).map((name) => join(folder, name));
  });
  const messages = ["every-text.txt", "every-rule.txt"].map(
    (name) => `packages/cli/test/__snapshots__/${name}`,
  );
  const files = [...(await Promise.all(pages)).flat(), ...messages];
  const texts = files.map(async (file): Promise<[string, string]> => {
    return [file, await readFile(join(root, file), "utf8")];
  });
  const helps = commands.map(({ usage, summary, options }): [string, string] => {
    const flags = options.flatMap(([, en, zh]) => [en, zh]);
    return [`help of ${usage}`, [summary.en, summary.zh, ...flags].join("\n")];
  });
  return [...(await Promise.all(texts)), ...helps];
}

test("messages, helps and pages use the glossary's word for a thing", async () => {
  const forbidden = await readForbidden();
  expect(forbidden.length).toBeGreaterThan(10);
  const texts = await readTexts();
  expect(texts.length).toBeGreaterThan(20);
  const found = texts.flatMap(([file, text]) =>
    forbidden.flatMap(([word, term]) => {
      const isLatin = /^[a-z]/i.test(word);
      const pattern = new RegExp(isLatin ? `\\b${word}\\b` : word, "i");
      const line = text
        .split("\n")
        .find((each) => pattern.test(each.replaceAll(/了结[果束]/g, "")));
      return line === undefined ? [] : [`${file}: "${word}" for ${term}: ${line.trim()}`];
    }),
  );
  expect(found).toEqual([]);
});
