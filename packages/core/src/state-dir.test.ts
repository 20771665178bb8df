import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { InputError } from "./errors.ts";
import { makePrivateFolder, readPrivateFile, stateDir, writePrivateFile } from "./state-dir.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "qizhi-state-dir-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("stateDir", () => {
  it.each([
    [{ QIZHI_STATE_DIR: "/a/b", XDG_STATE_HOME: "/x", HOME: "/h" }, "/a/b"],
    [{ QIZHI_STATE_DIR: "near", HOME: "/h" }, resolve("near")],
    [{ QIZHI_STATE_DIR: "", XDG_STATE_HOME: "/x", HOME: "/h" }, "/x/qizhi"],
    [{ XDG_STATE_HOME: "relative", HOME: "/h" }, "/h/.local/state/qizhi"],
    [{ HOME: "/h" }, "/h/.local/state/qizhi"],
    [{ HOME: "" }, join(homedir(), ".local/state/qizhi")],
    [{ HOME: "relative" }, join(homedir(), ".local/state/qizhi")],
  ])("of %j is %s", (env, folder) => {
    expect(stateDir(env)).toBe(folder);
  });
});

test.each(["", "near"])("HOME=%j of the process itself is no home folder", (HOME) => {
  const file = new URL("state-dir.ts", import.meta.url).href;
  const script = `import { homeDir } from ${JSON.stringify(file)}; process.stdout.write(homeDir());`;
  const args = ["--input-type=module", "-e", script];
  const told = execFileSync(process.execPath, args, { env: { HOME }, encoding: "utf8" });
  expect(told).toBe(userInfo().homedir);
});

describe("a private file", () => {
  it("is written whole, for this user alone, and replaces the one before", () => {
    const file = join(home, "a", "b", "token.json");
    writePrivateFile(file, "one");
    writePrivateFile(file, "two");
    expect(readFileSync(file, "utf8")).toBe("two");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, "a", "b")).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, "a")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(home, "a", "b"))).toEqual(["token.json"]);
  });

  it.skipIf(process.platform !== "linux")("is refused at once where no folder can be made", () => {
    expect(() => makePrivateFolder("/proc/1/nobody/state")).toThrow("/proc/1/nobody/state");
  });

  it("loses the wider mode of the file that it replaces", () => {
    const file = join(home, "token.json");
    writeFileSync(file, "open", { mode: 0o644 });
    writePrivateFile(file, "closed");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is read as text, or as nothing when it is not there", () => {
    const file = join(home, "token.json");
    expect(readPrivateFile(file)).toBeUndefined();
    expect(readPrivateFile(join(file, "below"))).toBeUndefined();
    writePrivateFile(file, "启智");
    expect(readPrivateFile(file)).toBe("启智");
    expect(readPrivateFile(join(file, "below"))).toBeUndefined();
  });

  it("leaves nothing behind when it cannot be written, and says what to do", () => {
    const file = join(home, "folder");
    mkdirSync(join(file, "full"), { recursive: true });
    expect(() => writePrivateFile(file, "x")).toThrow(InputError);
    expect(() => writePrivateFile(file, "x")).toThrow("QIZHI_STATE_DIR");
    expect(readdirSync(home)).toEqual(["folder"]);
    expect(() => readPrivateFile(file)).toThrow("Cannot read");
    writeFileSync(join(home, "file"), "");
    expect(() => makePrivateFolder(join(home, "file", "x"))).toThrow("Cannot make the folder");
  });
});
