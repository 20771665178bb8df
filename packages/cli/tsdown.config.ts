import { defineConfig } from "tsdown";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";

export default defineConfig({
  entry: ["src/bin.ts"],
  // Node starts CommonJS files faster than modules.
  format: "cjs",
  platform: "node",
  target: "node20.19",
  inputOptions: {
    // ofetch's node build brings a fetch polyfill along, which loads undici.
    resolve: { conditionNames: ["workerd", "import", "default"] },
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
