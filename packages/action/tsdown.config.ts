import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig } from "tsdown";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";
import { emitPost } from "./bundle/emit-post.ts";

const fromCore = createRequire(new URL("../core/package.json", import.meta.url));

export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  platform: "node",
  target: "node20.19",
  // One file for main and post: what is imported on demand is in it and runs on demand.
  outputOptions: { codeSplitting: false },
  inputOptions: {
    resolve: {
      // ofetch's node build brings a fetch polyfill along, which loads undici.
      conditionNames: ["workerd", "import", "default"],
      // yaml's own ES modules, of which the bundler leaves out what nobody calls (4 kB, gzip).
      alias: {
        yaml: join(dirname(fromCore.resolve("yaml/package.json")), "browser/dist/index.js"),
      },
    },
    treeshake: {
      // Importing these packages has no side effects; told so, the bundler leaves out what nobody calls
      // (OIDC and with it undici: 530 kB).
      moduleSideEffects: [
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
