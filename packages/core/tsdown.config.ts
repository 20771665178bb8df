import { defineConfig } from "tsdown";
import { slimSocks } from "../../bundle/slim.ts";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";

export default defineConfig({
  entry: { index: "src/index.ts", local: "src/local/index.ts" },
  format: "esm",
  platform: "node",
  target: "node20.19",
  // zod/mini and ofetch are bundled: unbundled they cost 90 ms at import, bundled 5 ms (measured).
  deps: { alwaysBundle: [/^zod(\/|$)/, "ofetch", "destr", "ufo", "get-east-asian-width"] },
  inputOptions: {
    // ofetch's node build brings a fetch polyfill along (124 kB against 10 kB).
    resolve: { conditionNames: ["workerd", "import", "default"] },
    // Drops ofetch's default instance, whose `new Headers()` loads undici (31 ms).
    treeshake: { propertyReadSideEffects: false },
  },
  plugins: [slimSocks(), thirdPartyNotices("THIRD-PARTY-NOTICES.txt")],
  dts: false,
  fixedExtension: false,
});
