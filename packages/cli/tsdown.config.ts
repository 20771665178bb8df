import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig } from "tsdown";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";

const fromCore = createRequire(new URL("../core/package.json", import.meta.url));

export default defineConfig({
  entry: ["src/bin.ts"],
  // Node starts CommonJS files faster than modules.
  format: "cjs",
  platform: "node",
  target: "node20.19",
  inputOptions: {
    resolve: {
      // ofetch's node build brings a fetch polyfill along, which loads undici.
      conditionNames: ["workerd", "import", "default"],
      // yaml's own ES modules, of which the bundler leaves out what nobody calls.
      alias: {
        yaml: join(dirname(fromCore.resolve("yaml/package.json")), "browser/dist/index.js"),
      },
    },
    treeshake: {
      // Drops ofetch's default instance, whose `new Headers()` loads undici.
      propertyReadSideEffects: false,
      // Importing these packages has no side effects: the bundler leaves out what nobody calls.
      moduleSideEffects: [{ test: /[\\/](@clack|yaml)[\\/]/, sideEffects: false }],
    },
  },
  plugins: [thirdPartyNotices("THIRD-PARTY-NOTICES.txt")],
  deps: { alwaysBundle: [/.*/] },
  minify: true,
  dts: false,
  fixedExtension: false,
});
