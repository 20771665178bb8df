import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readmes, withTables } from "./tables.ts";

/** Writes the tables of action.yml into both READMEs. */
for (const [name, language] of Object.entries(readmes)) {
  const path = join(import.meta.dirname, "..", name);
  writeFileSync(path, withTables(readFileSync(path, "utf8"), language));
}
