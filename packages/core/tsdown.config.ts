import { defineConfig } from "tsdown";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";

export default defineConfig({
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
  dts: false,
  fixedExtension: false,
});
