import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bin } from "./run-cli.ts";

// The workspace's own Node has a compile cache; Node 20 has none.
const node = process.execPath;

let home: string;
beforeEach(() => {
  // Below a folder that only this user can write, as a home folder is.
  home = mkdtempSync(join(homedir(), ".qizhi-test-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function start(env: Record<string, string>): { status: number | null; stdout: string } {
  const all = { PATH: process.env["PATH"], LANG: "C.UTF-8", HOME: home, ...env };
  const { status, stdout } = spawnSync(node, [bin, "--help"], { encoding: "utf8", env: all });
  return { status, stdout };
}

describe("the compile cache", () => {
  it("is kept in this user's cache folder, which others can neither read nor write", () => {
    expect(start({}).status).toBe(0);
    const folder = join(home, ".cache", "qizhi", "compiled");
    expect(readdirSync(folder)).not.toEqual([]);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it.each<[string, (base: string) => void]>([
    ["others can write the folder above", (base) => chmodSync(base, 0o777)],
    [
      "the folder is a link",
      (base) => {
        mkdirSync(join(home, "elsewhere"));
        symlinkSync(join(home, "elsewhere"), join(base, "qizhi"));
      },
    ],
    [
      "others can write the folder itself",
      (base) => {
        mkdirSync(join(base, "qizhi", "compiled"), { recursive: true });
        chmodSync(join(base, "qizhi", "compiled"), 0o777);
      },
    ],
  ])("is not used where %s", (_why, prepare) => {
    const base = join(home, "cache");
    mkdirSync(base);
    prepare(base);
    const { status, stdout } = start({ XDG_CACHE_HOME: base });
    expect(status).toBe(0);
    expect(stdout).toContain("submit");
    const folder = join(base, "qizhi", "compiled");
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });

  it("costs nothing but time where the cache folder cannot be made", () => {
    expect(start({ XDG_CACHE_HOME: "/dev/null" }).status).toBe(0);
  });
});
