import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cleanEnv } from "./interleave.ts";

/** A Node to measure on. */
export interface Runtime {
  readonly major: number;
  readonly version: string;
  readonly path: string;
}

/** The Nodes that are there, and why others are not. */
export interface Runtimes {
  readonly found: readonly Runtime[];
  readonly missing: readonly string[];
}

const majors = [20, 22, 24];

/**
 * Finds Node 20, 22 and 24: the one that runs this, those on the PATH, and else the npm package `node` in
 * a cache outside the repository.
 */
export function findRuntimes(only: readonly number[] = majors): Runtimes {
  const folders = (process.env["PATH"] ?? "").split(":");
  const here = [process.execPath, ...folders.map((folder) => join(folder, "node"))];
  const known = here.filter(existsSync).map(toRuntime);
  const found: Runtime[] = [];
  const missing: string[] = [];
  for (const major of only) {
    const runtime = known.find((each) => each.major === major) ?? install(major);
    if (runtime) found.push(runtime);
    else missing.push(`Node ${major} is not on the PATH and cannot be installed here`);
  }
  return { found, missing };
}

function toRuntime(path: string): Runtime {
  const version = execFileSync(path, ["--version"], { encoding: "utf8", env: cleanEnv() }).trim();
  return { path, version, major: Number.parseInt(version.slice(1), 10) };
}

function install(major: number): Runtime | undefined {
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "qizhi-bench");
  const prefix = join(folder, `node-${major}`);
  const path = join(prefix, "node_modules", "node", "bin", "node");
  try {
    if (!existsSync(path)) {
      mkdirSync(prefix, { recursive: true });
      const flags = ["--prefix", prefix, "--no-fund", "--no-audit", "--no-save"];
      execFileSync("npm", ["install", ...flags, `node@${major}`], { stdio: "ignore" });
    }
    return toRuntime(path);
  } catch {
    return undefined;
  }
}
