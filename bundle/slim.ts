import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// What yaml has for YAML 1.1, and for writing. The core reads YAML 1.2 with text keys and nothing else.
const ofYaml11 = /[\\/]yaml-1\.1[\\/](binary|omap|pairs|schema|set|timestamp)\.js$/;
const ofWriting = /[\\/]stringify[\\/]\w+\.js$/;
const unusedNames =
  "binary omap pairs schema set timestamp intTime floatTime stringify createStringifyContext " +
  "stringifyCollection stringifyComment indentComment lineComment stringifyDocument " +
  "stringifyNumber stringifyPair stringifyString";
const unusedId = "\0unused-yaml";
const unusedSource = `
const unused = () => { throw new Error("this part of yaml is not in the bundle"); };
export { ${unusedNames
  .split(" ")
  .map((name) => `unused as ${name}`)
  .join(", ")} };`;

/**
 * Takes yaml's own ES modules, whose entry exports all of them once more as a default that no bundler drops,
 * and leaves out of them what nobody calls.
 * @param options.writesYaml keeps what writes YAML, too. @default false
 */
export function slimYaml({ writesYaml = false } = {}) {
  const fromCore = createRequire(join(import.meta.dirname, "../packages/core/package.json"));
  const yaml = join(dirname(fromCore.resolve("yaml/package.json")), "browser/dist/index.js");
  return {
    name: "slim-yaml",
    resolveId(id: string, importer: string | undefined): string | undefined {
      if (id === "yaml") return yaml;
      const isYaml = importer?.startsWith(dirname(yaml)) === true && id.startsWith(".");
      const file = isYaml ? join(dirname(importer), id) : "";
      const isUnused = ofYaml11.test(file) || (!writesYaml && ofWriting.test(file));
      return isUnused ? unusedId : undefined;
    },
    load(id: string) {
      return id === unusedId ? { code: unusedSource, moduleSideEffects: false } : undefined;
    },
  };
}
