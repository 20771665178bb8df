import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const readers = ["isAlias", "isMap", "isNode", "isScalar", "isSeq", "parseDocument", "visit"];
const writers = ["Document", "stringify"];
const yamlId = "\0slim-yaml";

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
 * Takes yaml's ES modules instead of its CommonJS ones, and of those what is called, because of a package
 * that is imported on demand a bundler keeps everything.
 * @param options.writesYaml keeps what writes YAML, too. @default false
 */
export function slimYaml({ writesYaml = false } = {}) {
  const fromCore = createRequire(join(import.meta.dirname, "../packages/core/package.json"));
  const yaml = join(dirname(fromCore.resolve("yaml/package.json")), "browser/dist/index.js");
  const names = writesYaml ? [...readers, ...writers] : readers;
  const sources: Partial<Record<string, string>> = {
    [yamlId]: `export { ${names.join(", ")} } from ${JSON.stringify(yaml)};`,
    [unusedId]: unusedSource,
  };
  return {
    name: "slim-yaml",
    resolveId(id: string, importer: string | undefined): string | undefined {
      if (id === "yaml") return yamlId;
      const isYaml = importer?.startsWith(dirname(yaml)) === true && id.startsWith(".");
      const file = isYaml ? join(dirname(importer), id) : "";
      const isUnused = ofYaml11.test(file) || (!writesYaml && ofWriting.test(file));
      return isUnused ? unusedId : undefined;
    },
    load(id: string) {
      const code = sources[id];
      return code === undefined ? undefined : { code, moduleSideEffects: false };
    },
  };
}

/** Takes of socks what the core calls, from a stand-in that a test holds to the package. */
export function standInForSocks() {
  return {
    name: "stand-in-for-socks",
    resolveId: (id: string): string | undefined =>
      id === "socks" ? join(import.meta.dirname, "socks.ts") : undefined,
  };
}

/** Takes of socks' two dependencies (70 kB) what it calls, from stand-ins that are held to them by tests. */
export function slimSocks() {
  return {
    name: "slim-socks",
    resolveId: (id: string): string | undefined =>
      id === "ip-address" || id === "smart-buffer"
        ? join(import.meta.dirname, `${id}.ts`)
        : undefined,
  };
}
