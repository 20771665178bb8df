import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as local from "../src/local/index.ts";
import * as core from "../src/index.ts";
import { makeApiFiles, readEntries } from "./api.ts";

const folder = join(import.meta.dirname, "..");

test.each(Object.entries(makeApiFiles()))(
  "%s is what the build makes; renew it with `pnpm --filter @qizhi/core api`",
  (path, text) => {
    expect(readFileSync(join(folder, path), "utf8")).toBe(text);
  },
);

describe.each(readEntries())("$name", ({ name, file }) => {
  test("exports the values that its types promise, and no other", () => {
    const values = Object.keys(name.endsWith("/local") ? local : core);
    expect(file.values.toSorted()).toEqual(values.toSorted());
  });

  test("says of every export what it is", () => {
    const bare = [...file.exports].filter(([, { doc }]) => doc.length < "/** 12345 */".length);
    expect(bare.map(([exported]) => exported)).toEqual([]);
  });
});
