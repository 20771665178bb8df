import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toApiReference } from "./api-reference.ts";
import { toApiReport } from "./api-report.ts";
import { readDeclarations } from "./declarations.ts";

const core = join(import.meta.dirname, "..");
const entries = {
  "@qizhi/core": "dist/index.d.ts",
  "@qizhi/core/local": "dist/local.d.ts",
};

/** The built declarations of each entry, by the name to import it by. */
export function readEntries() {
  return Object.entries(entries).map(([name, file]) => ({
    name,
    file: readDeclarations(readFileSync(join(core, file), "utf8")),
  }));
}

/** What is committed, by its path in the package: the report and the reference. */
export function makeApiFiles(): Record<string, string> {
  const built = readEntries();
  return { "api-report.md": toApiReport(built), "docs/api.md": toApiReference(built) };
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(makeApiFiles())) writeFileSync(join(core, path), text);
}
