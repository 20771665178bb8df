import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { proofs } from "./proofs.ts";

const packages = join(import.meta.dirname, "../../..");

test.each(proofs)(
  "docs/reliability.md names a test that is there: $test",
  ({ file, test: name }) => {
    const text = readFileSync(join(packages, file), "utf8").replaceAll(/\(\s+/g, "(");
    expect(text).toContain(`t(${JSON.stringify(name)},`);
  },
);
