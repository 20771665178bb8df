import { defineConfig } from "tsdown";

export default defineConfig({
  entry: ["src/bin.ts"],
  format: "esm",
  platform: "node",
  target: "node20.19",
  // ofetch's node build brings a fetch polyfill along (124 kB against 10 kB).
  inputOptions: { resolve: { conditionNames: ["workerd", "import", "default"] } },
  deps: { alwaysBundle: [/.*/] },
  minify: true,
  dts: false,
  fixedExtension: false,
});
