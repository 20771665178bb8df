import { constants } from "node:buffer";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { InputError } from "../errors/errors.ts";
import {
  checkPrivateFolder,
  makePrivateFolder,
  readPrivateFile,
  writePrivateFile,
  stateDir,
} from "./private-file.ts";

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
  const file = new URL("private-file.ts", import.meta.url).href;
  const script = `import { homeDir } from ${JSON.stringify(file)}; process.stdout.write(homeDir());`;
  const args = ["--input-type=module", "-e", script];
  const printed = execFileSync(process.execPath, args, { env: { HOME }, encoding: "utf8" });
  expect(printed).toBe(userInfo().homedir);
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

  it.skipIf(process.platform !== "linux")(
    "is refused at once where no folder can be created",
    () => {
      expect(() => makePrivateFolder("/proc/1/nobody/state")).toThrow("/proc/1/nobody/state");
    },
  );

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

  it("is named where it is longer than any text can be", () => {
    const file = join(home, "journal.jsonl");
    writeFileSync(file, "", { mode: 0o600 });
    truncateSync(file, constants.MAX_STRING_LENGTH + 1);
    expect(() => readPrivateFile(file)).toThrow(`Cannot read ${file}`);
  });
});

const hasOwners = process.getuid !== undefined;
const isRoot = process.getuid?.() === 0;

describe.runIf(hasOwners)("what others may have touched", () => {
  it.each([0o720, 0o702, 0o777])("is refused: a folder of mode %o", (mode) => {
    const folder = join(home, "state");
    writePrivateFile(join(folder, "token.json"), "mine");
    chmodSync(folder, mode);
    const error = { rule: "state_writable", message: expect.stringContaining("chmod go-w") };
    expect(() => makePrivateFolder(folder)).toThrow(expect.objectContaining(error));
    expect(() => writePrivateFile(join(folder, "new.json"), "x")).toThrow(InputError);
    expect(() => readPrivateFile(join(folder, "token.json"))).toThrow(InputError);
    // What others can only read is for each caller to close.
    chmodSync(folder, 0o755);
    expect(readPrivateFile(join(folder, "token.json"))).toBe("mine");
  });

  it("is refused: a file that others can write to", () => {
    const file = join(home, "token.json");
    writePrivateFile(file, "mine");
    chmodSync(file, 0o620);
    expect(() => readPrivateFile(file)).toThrow("Other users can write to");
    chmodSync(file, 0o644);
    expect(readPrivateFile(file)).toBe("mine");
  });

  it("is refused at once: a link, a pipe or a device in the place of a file", () => {
    const target = join(home, "target");
    writePrivateFile(target, "precious");
    symlinkSync(target, join(home, "link"));
    execFileSync("mkfifo", [join(home, "pipe")]);
    symlinkSync("/dev/zero", join(home, "device"));
    expect(() => readPrivateFile(join(home, "link"))).toThrow("it is a symbolic link");
    expect(() => readPrivateFile(join(home, "device"))).toThrow("it is a symbolic link");
    expect(() => readPrivateFile(join(home, "pipe"))).toThrow("it is a pipe or a device");
  });

  it("is no link of one's own to a folder of one's own", () => {
    makePrivateFolder(join(home, "disk", "state"));
    symlinkSync(join(home, "disk"), join(home, "link"));
    writePrivateFile(join(home, "link", "state", "token.json"), "mine");
    symlinkSync(join(home, "disk", "state"), join(home, "direct"));
    expect(readPrivateFile(join(home, "direct", "token.json"))).toBe("mine");
    chmodSync(join(home, "disk", "state"), 0o777);
    expect(() => checkPrivateFolder(join(home, "direct"))).toThrow("Other users can write to");
  });
});

describe.runIf(isRoot)("what is another user's", () => {
  const other = 54_321;

  it("is refused: a folder, a link to one, a file", () => {
    const folder = join(home, "state");
    const file = join(folder, "token.json");
    writePrivateFile(file, "theirs");
    chownSync(file, other, other);
    expect(() => readPrivateFile(file)).toThrow(`another user (uid ${other})`);
    chownSync(folder, other, other);
    expect(() => makePrivateFolder(folder)).toThrow("sudo -H");
    expect(() => readPrivateFile(join(folder, "none.json"))).toThrow(InputError);
    mkdirSync(join(home, "mine"));
    symlinkSync(join(home, "mine"), join(home, "link"));
    execFileSync("chown", ["-h", String(other), join(home, "link")]);
    expect(() => makePrivateFolder(join(home, "link"))).toThrow(`another user (uid ${other})`);
  });

  it("gets no folder of root's in it by sudo -E", () => {
    chownSync(home, other, other);
    const file = new URL("private-file.ts", import.meta.url).href;
    const folder = join(home, ".local", "state", "qizhi");
    const script = `import { makePrivateFolder } from ${JSON.stringify(file)}; makePrivateFolder(${JSON.stringify(folder)});`;
    const run = (env: Record<string, string>) =>
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { env, stdio: "pipe" });
    expect(() => run({ SUDO_UID: String(other) })).toThrow("sudo -H");
    expect(readdirSync(home)).toEqual([]);
    // As in a container, where home is often mounted from outside.
    run({});
    expect(statSync(folder).uid).toBe(0);
  });
});
