import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const ofYaml = ["isAlias", "isMap", "isNode", "isScalar", "isSeq", "parseDocument", "visit"];
const yamlId = "\0slim-yaml";

/**
 * Takes less of two packages. yaml: its ES modules instead of its CommonJS ones, and of those what the
 * core calls, because of a package that is imported on demand a bundler keeps everything.
 * ip-address: the three functions that socks calls.
 */
export function slim() {
  const fromCore = createRequire(import.meta.resolve("@qizhi/core"));
  const yaml = join(dirname(fromCore.resolve("yaml/package.json")), "browser/dist/index.js");
  const source = `export { ${ofYaml.join(", ")} } from ${JSON.stringify(yaml)};`;
  return {
    name: "slim",
    resolveId(id: string): string | undefined {
      if (id === "yaml") return yamlId;
      return id === "ip-address" ? join(import.meta.dirname, "ip-address.ts") : undefined;
    },
    load: (id: string) => (id === yamlId ? { code: source, moduleSideEffects: false } : undefined),
  };
}
