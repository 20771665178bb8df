import { expect, test } from "vitest";
import { readArgv } from "../src/context/read-argv.ts";
import { commands } from "../src/commands/commands.ts";
import { commandFlags, nameOf } from "../src/context/command.ts";
import { findCodeSpans, readDoc } from "./docs-page.ts";

const pages = ["docs/cli-compared.md", "docs/cli-compared.zh-CN.md"];

/** The cells of the rows that compare. */
async function readRows(page: string): Promise<string[][]> {
  const lines = (await readDoc(page)).split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The characters of a command, its Enter, and the keys of an answer. */
function countKeys(cell: string): number | undefined {
  const [command, ...answers] = findCodeSpans(cell);
  return command === undefined ? undefined : command.length + 1 + answers.join("").length;
}

test.each(pages)("the keys of %s are counted, and its totals are their sums", async (page) => {
  const rows = await readRows(page);
  expect(rows).toHaveLength(12);
  const counts = rows.map(([, here = "", keys, elsewhere = "", others]) => {
    expect(String(countKeys(here))).toBe(keys);
    expect(String(countKeys(elsewhere) ?? "–")).toBe(others);
    return [Number(keys), others === "–" ? undefined : Number(others)] as const;
  });
  const both = counts.flatMap(([here, others]) => (others ? [[here, others] as const] : []));
  const sums = [0, 1].map((side) => both.reduce((sum, pair) => sum + pair[side as 0 | 1], 0));
  const [less, more] = [1, -1].map(
    (sign) =>
      counts.filter(([here, others = Infinity]) => Math.sign(others - here) === sign).length,
  );
  const said = (await readDoc(page)).split("\n| ")[0]!;
  for (const total of [...sums, less, more]) expect(said).toMatch(new RegExp(`\\b${total} `));
});

test("every command of qizhi that they count is one, with flags that it has", async () => {
  for (const [, here = ""] of await readRows(pages[0]!)) {
    const [, name = "", ...words] = findCodeSpans(here)[0]!.split(" ");
    const command = commands.find((each) => nameOf(each) === name);
    expect(command, here).toBeDefined();
    const forms = commandFlags(command!).flatMap(([form]) => form.match(/--?[\w-]+/g) ?? []);
    const flags = words.filter((word) => word.startsWith("-"));
    for (const flag of flags) expect(forms).toContain(flag);
    expect(readArgv(words, new Map()).problem).toBeUndefined();
  }
});
