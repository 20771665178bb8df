import { defineConfig } from "tsdown";
import packageJson from "./package.json" with { type: "json" };

// A file costs 0.3 to 1 ms at start, an unused one as much (measured): what is loaded together is one
// file, and what only some commands need is another.
const groups = [
  { name: "main", test: /[\\/]cli[\\/]src[\\/]main\.ts$/, priority: 3 },
  { name: "schemas", test: /[\\/]core[\\/]src[\\/](schemas|spec[\\/]parse)/, priority: 2 },
  {
    name: "jobs",
    test: /[\\/]cli[\\/]src[\\/](connect|job-output|job-reference|wait-for-jobs)\.ts$/,
    priority: 1,
  },
];

/**
 * Takes Node's modules from `process.getBuiltinModule`: an import fires every lazy getter of the module
 * (`node:fs` 3 ms, `node:http` 30 ms for undici on Node 22 and 24, measured).
 */
const plainBuiltins = {
  name: "plain-builtins",
  renderChunk: (code: string) =>
    code.replaceAll(
      /^import (?:\* as (\w+)|\{([^}]*)\}|(\w+)) from "(node:[\w/]+)";$/gm,
      (_, all?: string, some?: string, whole?: string, name?: string) =>
        `const ${all ?? whole ?? `{${some?.replaceAll(" as ", ": ")}}`} = process.getBuiltinModule("${name}");`,
    ),
};

/** Writes the version where it is used; a file of its own would cost `--version` 1 ms (measured). */
const inlineVersion = {
  name: "inline-version",
  load: (id: string) =>
    /[\\/]cli[\\/]src[\\/]version\.ts$/.test(id)
      ? `export const version = ${JSON.stringify(packageJson.version)};`
      : undefined,
};

export default defineConfig({
  entry: ["src/bin.ts"],
  format: "esm",
  platform: "node",
  target: "node20.19",
  inputOptions: {
    // ofetch's node build brings a fetch polyfill along (124 kB against 10 kB).
    resolve: { conditionNames: ["workerd", "import", "default"] },
    // Drops ofetch's default instance, whose `new Headers()` loads undici (31 ms).
    treeshake: { propertyReadSideEffects: false },
    optimization: { inlineConst: true },
  },
  outputOptions: { codeSplitting: { groups } },
  plugins: [plainBuiltins, inlineVersion],
  deps: { alwaysBundle: [/.*/] },
  minify: true,
  dts: false,
  fixedExtension: false,
});
