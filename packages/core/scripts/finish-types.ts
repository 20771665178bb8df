import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { foldSchemas } from "./fold-schemas.ts";
import { readSchemaDocs } from "./schema-docs.ts";

const core = join(import.meta.dirname, "..");
const read = (...path: string[]) => readFileSync(join(core, ...path), "utf8");
const schemaFiles = readdirSync(join(core, "src/schemas")).filter((file) =>
  /^[\w-]+\.ts$/.test(file),
);
const emitted = schemaFiles.map((file) => read(".types/schemas", file.replace(/\.ts$/, ".d.ts")));
const docs = new Map(schemaFiles.flatMap((file) => [...readSchemaDocs(read("src/schemas", file))]));

for (const name of ["index", "local"]) {
  const file = join(core, `dist/${name}.d.ts`);
  const rolled = readFileSync(file, "utf8").replaceAll(/^\/\/#(end)?region.*\n/gm, "");
  // For consumers whose `lib` has no `AsyncDisposable` and who have no @types/node.
  const lib = '/// <reference lib="esnext.disposable" />\n';
  writeFileSync(file, lib + foldSchemas(rolled, emitted, docs));
}
rmSync(join(core, ".types"), { recursive: true });
