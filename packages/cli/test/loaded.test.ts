import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { type Loopback, startLoopback } from "../bench/loopback.ts";
import { jsonSpec, runningJob, yamlSpec } from "../bench/specs.ts";
import { bin } from "./run-cli.ts";

// What a start costs is what it loads: this fails on any machine where a clock would not.
const node = process.env["QIZHI_TEST_NODE"] ?? process.execPath;
const action = fileURLToPath(new URL("../../action/dist/index.js", import.meta.url));
// undici alone takes longer than all the rest of a start.
const costly = /undici|^(worker_threads|readline|child_process)$/;

let loopback: Loopback;
beforeAll(async () => {
  loopback = await startLoopback();
  writeFileSync(join(loopback.folder, "job.json"), jsonSpec);
  writeFileSync(join(loopback.folder, "job.yaml"), yamlSpec);
  writeFileSync(
    join(loopback.folder, "report.cjs"),
    `process.on("exit", () => {
      const builtins = process.moduleLoadList.filter((name) => name.startsWith("NativeModule "));
      require("fs").writeFileSync(process.env.REPORT, JSON.stringify(builtins.map((name) => name.slice(13))));
    });`,
  );
  return () => loopback[Symbol.asyncDispose]();
});

/** Runs a file of ours to its end and gives the modules of Node that it loaded. */
function builtinsOf(args: readonly string[]): string[] {
  const { env, folder } = loopback;
  const report = join(folder, "report.json");
  const all = { PATH: process.env["PATH"], LANG: "C.UTF-8", CI: "1", ...env, REPORT: report };
  spawnSync(node, ["--require", join(folder, "report.cjs"), ...args], { cwd: folder, env: all });
  return JSON.parse(readFileSync(report, "utf8"));
}

test.each([
  [["--version"]],
  [["--help"]],
  [["submit", "--help"]],
  [["validate", "job.json"]],
  [["validate", "job.yaml"]],
  [["status", runningJob]],
  [["wait", runningJob, "--timeout", "1ms"]],
  [["submit", "job.yaml", "--json"], "child_process"],
])("qizhi %j starts without the costly modules of Node", (args, needed?: string) => {
  const builtins = builtinsOf([bin, ...args]);
  expect(builtins.length).toBeGreaterThan(10);
  expect(builtins.filter((name) => costly.test(name) && name !== needed)).toEqual([]);
});

test("the Action says what is missing without Node's own fetch", () => {
  const builtins = builtinsOf([action]);
  expect(builtins.length).toBeGreaterThan(10);
  expect(builtins.filter((name) => name.includes("undici"))).toEqual([]);
});
