import { defineConfig } from "tsdown";
import { asciiOnly } from "../../bundle/ascii-only.ts";
import { plainBuiltins } from "../../bundle/plain-builtins.ts";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";

const of = (names: string) => new RegExp(`[\\\\/]core[\\\\/]src[\\\\/](?:${names})`);

// What an app does not use it can leave out by the file only: a schema is made by calls, which no bundler
// drops. In one file an app with a client has 39 kB of them, in these 25 (measured, gzip).
const groups = [
  { name: "zod", test: /[\\/]zod[\\/]/, priority: 7 },
  {
    name: "errors",
    test: of("text\\.|errors\\.|errors[\\\\/](?:answer|auth|call|input|job|qizhi)-"),
    priority: 6,
  },
  {
    name: "job",
    test: of("schemas[\\\\/](?:job|resource|scalars|user|wire-object)\\."),
    priority: 5,
  },
  { name: "client", test: of("create-client\\."), priority: 4 },
  { name: "transport", test: of("http[\\\\/](?:request|node-fetch)\\."), priority: 3 },
  { name: "calls", test: of("calls\\."), priority: 3 },
  {
    name: "spec",
    test: of("(?:create-operation|submission|schemas[\\\\/]job-spec|spec[\\\\/]parse)\\."),
    priority: 3,
  },
  { name: "watcher", test: of("watcher[\\\\/]job-watcher\\."), priority: 3 },
  { name: "yaml-text", test: of("spec[\\\\/]yaml-text\\."), priority: 3 },
  { name: "files", test: of("journal\\.|spec[\\\\/]"), priority: 2 },
  { name: "sweep", test: of("sweep[\\\\/]"), priority: 1 },
];

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
  outputOptions: { codeSplitting: { groups } },
  plugins: [plainBuiltins(), thirdPartyNotices("THIRD-PARTY-NOTICES.txt"), asciiOnly()],
  dts: false,
  fixedExtension: false,
});
