import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const ofYaml = ["isAlias", "isMap", "isNode", "isScalar", "isSeq", "parseDocument", "visit"];
const yamlId = "\0slim-yaml";

// What yaml has for YAML 1.1 and for writing. The core reads YAML 1.2 with text keys and nothing else.
const unusedOfYaml =
  /[\\/]yaml-1\.1[\\/](binary|omap|pairs|schema|set|timestamp)\.js$|[\\/]stringify[\\/]\w+\.js$/;
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
 * Takes less of two packages. yaml: its ES modules instead of its CommonJS ones, and of those what the
 * core calls, because of a package that is imported on demand a bundler keeps everything.
 * ip-address: the three functions that socks calls.
 */
export function slim() {
  const fromCore = createRequire(import.meta.resolve("@qizhi/core"));
  const yaml = join(dirname(fromCore.resolve("yaml/package.json")), "browser/dist/index.js");
  const sources: Partial<Record<string, string>> = {
    [yamlId]: `export { ${ofYaml.join(", ")} } from ${JSON.stringify(yaml)};`,
    [unusedId]: unusedSource,
  };
  return {
    name: "slim",
    resolveId(id: string, importer: string | undefined): string | undefined {
      if (id === "yaml") return yamlId;
      if (id === "ip-address") return join(import.meta.dirname, "ip-address.ts");
      const isYaml = importer?.startsWith(dirname(yaml)) === true && id.startsWith(".");
      return isYaml && unusedOfYaml.test(join(dirname(importer), id)) ? unusedId : undefined;
    },
    load(id: string) {
      const code = sources[id];
      return code === undefined ? undefined : { code, moduleSideEffects: false };
    },
  };
}
