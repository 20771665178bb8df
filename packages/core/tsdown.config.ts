import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "tsdown";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";

const node: UserConfig = {
  entry: {
    index: "src/index.ts",
    internal: "src/internal.ts",
    journal: "src/journal.ts",
    local: "src/local/index.ts",
    sweep: "src/sweep.ts",
  },
  format: "esm",
  platform: "node",
  target: "node20.19",
  // Bundled, but for yaml: Node takes ten times as long to load packages from their many files.
  deps: {
    alwaysBundle: [
      /^zod(\/|$)/,
      /^(ofetch|destr|ufo|get-east-asian-width)$/,
      // Loaded with a proxy alone.
      /^(https-proxy-agent|agent-base|debug|ms)$/,
    ],
  },
  inputOptions: {
    // ofetch's node build brings a fetch polyfill along, which loads undici.
    resolve: { conditionNames: ["workerd", "import", "default"] },
    // Drops ofetch's default instance, whose `new Headers()` loads undici.
    treeshake: { propertyReadSideEffects: false },
  },
  plugins: [thirdPartyNotices("THIRD-PARTY-NOTICES.txt")],
  // Node reads less at each start; names stay, for the stacks of errors.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  dts: false,
  fixedExtension: false,
};

const webFetch = fileURLToPath(new URL("src/transport/node-fetch.web.ts", import.meta.url));
const nothing = "\0node";

/** For browsers and workers: one file without a module of Node, whose transport is the runtime's `fetch`. */
const web: UserConfig = {
  ...node,
  entry: { web: "src/index.ts" },
  platform: "browser",
  clean: false,
  plugins: [
    {
      name: "web",
      resolveId: (id) =>
        id.endsWith("/node-fetch.ts") ? webFetch : isBuiltin(id) ? nothing : undefined,
      load: (id) => (id === nothing ? "export {};" : undefined),
    },
  ],
  inputOptions: {
    ...node.inputOptions,
    // What only Node has is undefined; only what reads files calls it.
    shimMissingExports: true,
  },
  outputOptions: { codeSplitting: false },
};

export default defineConfig([node, web]);
