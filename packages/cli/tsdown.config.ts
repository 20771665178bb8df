import { defineConfig } from "tsdown";

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
  },
  deps: { alwaysBundle: [/.*/] },
  minify: true,
  dts: false,
  fixedExtension: false,
});
