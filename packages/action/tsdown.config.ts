import { defineConfig } from "tsdown";
import { asciiOnly } from "../../bundle/ascii-only.ts";
import { dropUnused } from "../../bundle/drop-unused.ts";
import { inlineImports } from "../../bundle/inline-imports.ts";
import { plainBuiltins } from "../../bundle/plain-builtins.ts";
import { slimYaml } from "../../bundle/slim.ts";
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
    // ofetch's node build brings a fetch polyfill along (124 kB against 10 kB).
    resolve: { conditionNames: ["workerd", "import", "default"] },
    // Importing @actions/core does nothing by itself, nor do the HTTP client and the exec below it;
    // told so, the bundler leaves out OIDC and with it undici (700 kB).
    treeshake: {
      moduleSideEffects: [
        { test: /[\\/]node_modules[\\/](@actions|undici|tunnel|yaml)[\\/]/, sideEffects: false },
      ],
    },
  },
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  plugins: [
    // Not yaml: it costs time at the start.
    inlineImports(["./calls.ts", "./submission.ts", "./job-watcher.ts"]),
    dropUnused(),
    plainBuiltins(),
    slimYaml(),
    emitPost(),
    thirdPartyNotices("licenses.txt"),
    asciiOnly(),
  ],
  minify: true,
  dts: false,
  fixedExtension: false,
});
