import { defineConfig } from "tsdown";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";
import { emitPost } from "./bundle/emit-post.ts";

export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  platform: "node",
  target: "node20.19",
  // One file for main and post: what is imported on demand is in it and runs on demand.
  outputOptions: { codeSplitting: false },
  inputOptions: {
    // ofetch's node build brings a fetch polyfill along, which loads undici.
    resolve: { conditionNames: ["workerd", "import", "default"] },
    treeshake: {
      // Importing these packages has no side effects; told so, the bundler leaves out what nobody calls
      // (OIDC and with it undici: 530 kB).
      moduleSideEffects: [
        // What core imports on demand is filled by functions, whose calls count as an effect: without this
        // the bundler drops some, and what they fill is undefined.
        { test: /[\\/]core[\\/]src[\\/]/, sideEffects: true },
        { test: /[\\/]node_modules[\\/](@actions|undici|tunnel|yaml)[\\/]/, sideEffects: false },
      ],
    },
  },
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  plugins: [emitPost(), thirdPartyNotices("licenses.txt")],
  minify: true,
  dts: false,
  fixedExtension: false,
});
