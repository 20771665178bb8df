import { readFileSync } from "node:fs";
import { defineConfig } from "tsdown";
import type { Rolldown } from "tsdown";
import { asciiOnly } from "../../bundle/ascii-only.ts";
import { dropUnused } from "../../bundle/drop-unused.ts";
import { slimYaml } from "../../bundle/slim.ts";
import { thirdPartyNotices } from "../../bundle/third-party-notices.ts";
import packageJson from "./package.json" with { type: "json" };

// A file costs 0.3 to 1 ms at start, an unused one as much (measured): what is loaded together is one
// file, and what only some commands need is another.
const groups = [
  { name: "main", test: /[\\/]cli[\\/]src[\\/]main\.ts$/, priority: 5 },
  { name: "cli", test: /[\\/]cli[\\/]src[\\/](cli|view[\\/]style)\.ts$/, priority: 4 },
  // Not the copy for the MCP server, which is all of zod.
  {
    name: "zod",
    test: /[\\/]zod[\\/][^?]*$|[\\/]schemas[\\/](scalars|wire-object|job-ref)\.ts$/,
    priority: 3,
  },
  {
    name: "spec",
    test: /[\\/]cli[\\/]src[\\/](check-spec|read-spec|commands[\\/]validate)\.ts$/,
    priority: 2,
  },
  {
    name: "jobs",
    test: /[\\/]cli[\\/]src[\\/](connect|pace|job-output|job-reference|refresh-jobs|wait-for-jobs|commands[\\/](status|wait))\.ts$/,
    priority: 1,
  },
  { name: "calls", test: /[\\/]core[\\/]src[\\/]calls\.ts$/, priority: 1 },
  {
    name: "submit",
    test: /[\\/](cli[\\/]src[\\/](commands[\\/]submit|submit-journal)|core[\\/]src[\\/]submission)\.ts$/,
    priority: 0,
  },
  {
    name: "yaml",
    test: /[\\/]yaml[\\/]browser[\\/]|[\\/]core[\\/]src[\\/]spec[\\/]yaml-text\.ts$/,
    priority: 0,
  },
];

/** Writes the version where it is used; a file of its own would cost `--version` 1 ms (measured). */
const inlineVersion = {
  name: "inline-version",
  load: (id: string) =>
    /[\\/]cli[\\/]src[\\/]version\.ts$/.test(id)
      ? `export const version = ${JSON.stringify(packageJson.version)};`
      : undefined,
};

// What the MCP SDK brings along and `qizhi mcp`, which has tools alone, never uses: zod 3, its JSON Schema
// writer, ajv for answers that it never asks a client for, tasks, completion and templates of addresses.
// Without them it is 155 kB instead of 361 kB (measured).
const unusedModules =
  /^(ajv|ajv-formats|zod\/v3|zod-to-json-schema)$|\/(tasks\/(mcp-)?server|completable|uriTemplate)\.js$/;
const unusedNames =
  "zodToJsonSchema object ExperimentalMcpServerTasks ExperimentalServerTasks isCompletable getCompleter UriTemplate";
const unusedByMcp = {
  name: "unused-by-mcp",
  resolveId: {
    order: "pre" as const,
    handler: (id: string) => (unusedModules.test(id) ? `\0unused:${id}` : undefined),
  },
  load: (id: string) =>
    id.startsWith("\0unused:")
      ? // The SDK makes an ajv at its start, hence a constructor.
        `export default function () {} export const ${unusedNames.split(" ").join(" = undefined, ")} = undefined;`
      : undefined,
};

/**
 * Gives `qizhi mcp` a zod of its own. Shared with the job schemas, it would keep in their file all that the
 * SDK uses of it, which every command then loads (31 kB, measured).
 */
const zodOfMcp = {
  name: "zod-of-mcp",
  resolveId: {
    order: "pre" as const,
    async handler(
      this: Rolldown.PluginContext,
      id: string,
      importer: string | undefined,
    ): Promise<Rolldown.PartialResolvedId | undefined> {
      const isOfMcp = /modelcontextprotocol|[\\/]src[\\/]mcp[\\/]|\?mcp$/.test(importer ?? "");
      const isZod = /^zod(\/|$)/.test(id) || importer?.endsWith("?mcp");
      if (!isOfMcp || !isZod || id.startsWith("\0")) return undefined;
      const found = await this.resolve(id, importer?.replace(/\?mcp$/, ""), { skipSelf: true });
      return found === null ? undefined : { ...found, id: `${found.id}?mcp` };
    },
  },
  load: (id: string) =>
    id.endsWith("?mcp") ? readFileSync(id.slice(0, -"?mcp".length), "utf8") : undefined,
};

export default defineConfig({
  entry: ["src/bin.ts"],
  // Node starts a CommonJS file 4 to 6 ms earlier than a module, and `keepCompiledCode` works for these
  // only, which is 10 to 27 ms more (measured).
  format: "cjs",
  platform: "node",
  target: "node20.19",
  inputOptions: {
    // ofetch's node build brings a fetch polyfill along (124 kB against 10 kB).
    resolve: { conditionNames: ["workerd", "import", "default"] },
    // Drops ofetch's default instance, whose `new Headers()` loads undici (31 ms).
    treeshake: {
      propertyReadSideEffects: false,
      // Importing them does nothing by itself; told so, the bundler drops what of them nobody calls.
      moduleSideEffects: [{ test: /[\\/](@clack|yaml)[\\/]/, sideEffects: false }],
    },
    optimization: { inlineConst: true },
  },
  outputOptions: { codeSplitting: { groups } },
  plugins: [
    inlineVersion,
    unusedByMcp,
    zodOfMcp,
    dropUnused({ writesYaml: true }),
    slimYaml({ writesYaml: true }),
    thirdPartyNotices("THIRD-PARTY-NOTICES.txt"),
    asciiOnly(),
  ],
  deps: { alwaysBundle: [/.*/] },
  minify: true,
  dts: false,
  fixedExtension: false,
});
