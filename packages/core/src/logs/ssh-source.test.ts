import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../local/run/ports.ts";
import { readLogs, type ReadLogsOptions } from "./read-logs.ts";
import { type LogSource, openFolder } from "./source.ts";
import { openSshHost } from "./ssh-source.ts";

const root = mkdtempSync(join(tmpdir(), "qizhi-ssh-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;

async function read(source: LogSource, options?: ReadLogsOptions): Promise<string> {
  let text = "";
  for await (const { run, lines } of readLogs(source, options)) {
    text += lines.map((line) => `${run.node}/${run.round} ${line}\n`).join("");
  }
  return text;
}

/** A folder with an `ssh` that runs what it is asked on this machine. */
function makeSsh(script: string): NodeJS.ProcessEnv {
  const bin = join(root, `bin-${(count += 1)}`);
  mkdirSync(bin);
  writeFileSync(join(bin, "ssh"), script);
  chmodSync(join(bin, "ssh"), 0o755);
  return { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` };
}

async function expectSameAsHere(env: NodeJS.ProcessEnv, host: string): Promise<void> {
  const dir = join(root, `it's ${(count += 1)}`);
  mkdirSync(dir);
  writeFileSync(join(dir, "0.a.1700000000.log"), "round one\n");
  writeFileSync(
    join(dir, "0.b.1700000100.log"),
    Buffer.alloc(1_500_000, `${"a longer line of a log, ".repeat(20)}\n`),
  );
  writeFileSync(join(dir, "1.c d'.1700000100.log"), "a\n\0b\nc");
  symlinkSync("/etc/hostname", join(dir, "3.a.1700000100.log"));
  execFileSync("mkfifo", [join(dir, "4.a.1700000100.log")]);
  const other = `${dir}, another`;
  mkdirSync(other);
  writeFileSync(join(other, "0.a.1700000000.log"), "of another job\n");
  const there = await openSshHost(host, env);
  // All through one ssh, at once.
  const reads = [{}, { allRounds: true }, { tail: 2 }, { node: "1" }].map(async (options) => {
    const here = await read(openFolder(dir), options);
    expect(here).not.toMatch(/^[34]\//m);
    expect(await read(there.openFolder(dir), options)).toEqual(here);
    expect(await read(there.openFolder(other), { tail: 1 })).toBe("0/1 of another job\n");
    expect(await there.openFolder(join(dir, "none")).list()).toBeUndefined();
    expect([await there.has(dir), await there.has(join(dir, "none"))]).toEqual([true, false]);
  });
  await Promise.all(reads);
  there.close();
}

test("through ssh it is the same, whatever a login prints first", async () => {
  const env = makeSsh(
    '#!/bin/sh\n[ "$*" = "-T -o ConnectTimeout=15 -- dev 1 sh" ] || exit 9\necho Welcome; exec sh\n',
  );
  await expectSameAsHere(env, "dev 1");
});

test("through ssh no link and no pipe is read, and a folder that has gone leaves nobody waiting", async () => {
  const dir = join(root, `it's ${(count += 1)}`);
  mkdirSync(dir);
  writeFileSync(join(root, "private"), "private");
  symlinkSync("../private", join(dir, "link"));
  execFileSync("mkfifo", [join(dir, "pipe")]);
  const there = await openSshHost("dev", makeSsh("#!/bin/sh\nexec sh\n"));
  const source = there.openFolder(dir);
  for (const name of ["link", "pipe"])
    expect(await source.read(name, 0, 7)).toEqual(Buffer.alloc(7));
  rmSync(dir, { recursive: true });
  expect(await source.read("link", 0, 7)).toEqual(Buffer.alloc(7));
  there.close();
});

test("an ssh that fails says why", async () => {
  const env = makeSsh("#!/bin/sh\necho 'Host key \x1b[1mverification failed.' >&2; exit 255\n");
  await expect((await openSshHost("dev", env)).openFolder("/x").list()).rejects.toThrow(
    "The logs cannot be read through ssh to dev: Host key \\x1b[1mverification failed.",
  );
  const none = await openSshHost("dev", { PATH: "/nowhere" });
  await expect(none.openFolder("/x").list()).rejects.toThrow("ENOENT");
});

const sshd = ["/usr/sbin/sshd", "/usr/bin/sshd"].find((file) => existsSync(file));

test.skipIf(sshd === undefined)(
  "through a real sshd it is the same",
  { timeout: 60_000 },
  async () => {
    const dir = join(root, "sshd");
    mkdirSync(dir);
    const make = (name: string) =>
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, name)]);
    make("host");
    make("user");
    const port = await freePort();
    const options = {
      Port: port,
      ListenAddress: "127.0.0.1",
      HostKey: join(dir, "host"),
      AuthorizedKeysFile: join(dir, "user.pub"),
      StrictModes: "no",
      UsePAM: "no",
      PidFile: "none",
    };
    const words = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    // Where it separates its privileges; it starts without one for other users alone.
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
    const server = spawn(sshd!, ["-D", "-e", "-f", "/dev/null", ...words], { stdio: "pipe" });
    let said = "";
    try {
      await new Promise<void>((resolve, reject) => {
        server.stderr.on("data", (data: Buffer) => {
          said += data.toString();
          if (said.includes("listening")) resolve();
        });
        server.on("exit", (code) => reject(new Error(`sshd ended with ${code}: ${said}`)));
      });
      const client = `-F /dev/null -i ${join(dir, "user")} -p ${port} -l ${userInfo().username}`;
      const known = `-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`;
      const real = execFileSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
      const env = makeSsh(`#!/bin/sh\nexec ${real} ${client} ${known} "$@"\n`);
      await expectSameAsHere(env, "127.0.0.1");
    } finally {
      server.kill();
    }
  },
);
