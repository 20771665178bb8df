import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as core from "../src/index.ts";
import * as journal from "../src/journal.ts";
import * as local from "../src/local/index.ts";
import * as sweep from "../src/sweep.ts";

/** The names that the built types of an entry export: values, and types. */
function readSurface(entry: string): { values: string[]; types: string[] } {
  const text = readFileSync(new URL(`../dist/${entry}.d.ts`, import.meta.url), "utf8");
  const [, list = ""] = /export \{ ([^}]*) \};\s*$/.exec(text) ?? [];
  const names = list
    .split(", ")
    .map((name) => name.replace(/^.* as /, (all) => (all.startsWith("type ") ? "type " : "")));
  const types = names
    .filter((name) => name.startsWith("type "))
    .map((name) => name.slice("type ".length));
  return {
    values: names.filter((name) => !name.startsWith("type ")).toSorted(),
    types: types.toSorted(),
  };
}

test.each([
  ["index", "@qizhi/core", core],
  ["journal", "@qizhi/core/journal", journal],
  ["local", "@qizhi/core/local", local],
  ["sweep", "@qizhi/core/sweep", sweep],
])("the names of %s are those of the list, and its values exist", async (entry, name, module) => {
  const { values, types } = readSurface(entry);
  expect(values).toEqual(Object.keys(module).toSorted());
  const text = [
    `${name}: ${values.length} values, ${types.length} types`,
    "",
    ...values,
    "",
    ...types,
    "",
  ];
  await expect(text.join("\n")).toMatchFileSnapshot(`surface/${entry}.txt`);
});
