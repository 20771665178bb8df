import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { type Loopback, startLoopback } from "../bench/loopback.ts";
import { jsonSpec, runningJob, yamlSpec } from "../bench/specs.ts";
import { bin } from "./run-cli.ts";

// What a start costs is what it loads: this fails on any machine where a clock would not.
const node = process.env["QIZHI_TEST_NODE"] ?? process.execPath;
const action = fileURLToPath(new URL("../../action/dist/index.js", import.meta.url));
// 3 to 50 ms each. `crypto` and `tls` come along with https, which the local platform does not speak.
const costly =
  /undici|^(crypto|fs\/promises|perf_hooks|tls|zlib|worker_threads|readline|child_process|assert)$/;

let loopback: Loopback;
beforeAll(async () => {
  loopback = await startLoopback();
  writeFileSync(join(loopback.folder, "job.json"), jsonSpec);
  writeFileSync(join(loopback.folder, "job.yaml"), yamlSpec);
  writeFileSync(
    join(loopback.folder, "tell.cjs"),
    `process.on("exit", () => {
      const builtins = process.moduleLoadList.filter((name) => name.startsWith("NativeModule "));
      const told = { builtins: builtins.map((name) => name.slice(13)), files: Object.keys(require.cache) };
      require("fs").writeFileSync(process.env.TOLD, JSON.stringify(told));
    });`,
  );
  return () => loopback[Symbol.asyncDispose]();
});

/** Runs a file of ours to its end. @returns what it loaded of Node, and of our own files without their hashes. */
function run(args: readonly string[]): { builtins: string[]; files: string[] } {
  const { env, folder } = loopback;
  const told = join(folder, "told.json");
  const all = { PATH: process.env["PATH"], LANG: "C.UTF-8", CI: "1", ...env, TOLD: told };
  spawnSync(node, ["--require", join(folder, "tell.cjs"), ...args], { cwd: folder, env: all });
  const { builtins, files } = JSON.parse(readFileSync(told, "utf8"));
  const own = files.flatMap((file: string) => /[\\/]dist[\\/]([a-z]+)/.exec(file)?.[1] ?? []);
  return { builtins, files: own };
}

/** The files with compiled code, with what changes when one is written anew. */
function kept(): [string, number][] {
  const folder = join(loopback.folder, ".cache");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.map((file) => [file, statSync(join(folder, file)).ino]);
}

const start = ["bin", "rolldown"];
const command = [...start, "main", "cli"];
test.each<[args: string[], files: string[]]>([
  [["--version"], start],
  [["--help"], [...start, "main"]],
  [
    ["submit", "--help"],
    [...start, "main"],
  ],
  [
    ["validate", "job.json"],
    [...command, "spec", "zod"],
  ],
  [
    ["validate", "job.yaml"],
    [...command, "spec", "zod", "yaml"],
  ],
  [
    ["status", runningJob],
    [...command, "jobs", "zod", "calls"],
  ],
  [
    ["wait", runningJob, "--timeout", "1ms"],
    [...command, "jobs", "zod", "calls"],
  ],
  [
    ["submit", "job.yaml", "--json"],
    [...command, "jobs", "zod", "calls", "spec", "yaml", "submit"],
  ],
])("qizhi %j loads what it needs, and compiles it once", (args, files) => {
  run([bin, ...args]);
  const before = args[0] === "--version" ? [] : kept();
  const loaded = run([bin, ...args]);
  expect(loaded.files.toSorted()).toEqual(files.toSorted());
  expect(loaded.builtins.filter((name) => costly.test(name))).toEqual([]);
  if (before.length > 0) expect(kept()).toEqual(before);
});

test("the Action never wakes up Node's own fetch to say what is missing", () => {
  expect(run([action]).builtins.filter((name) => name.includes("undici"))).toEqual([]);
});
