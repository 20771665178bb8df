import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nastyCommands } from "./nasty-commands.fixture.ts";
import { findShells } from "./shells.fixture.ts";
import { unwrapCommand, wrapCommand } from "./wrapper.ts";

const root = mkdtempSync(join(tmpdir(), "qizhi-wrapper-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const shells = findShells(root);

let count = 0;

/** Runs a command as the platform does; `output` is what both streams got, in order. */
async function run(folder: string, command: string, { env = {}, program = "sh" } = {}) {
  const file = join(root, `output-${(count += 1)}`);
  const output = openSync(file, "ax");
  const PATH = `${folder}${delimiter}${process.env["PATH"]}`;
  const child = spawn(program, ["-c", command], {
    env: { ...process.env, PATH, RANK: "3", ...env },
    stdio: ["pipe", output, output],
  });
  closeSync(output);
  child.stdin?.on("error", () => {}).end("in\n");
  const code = await new Promise<number>((resolve) => {
    child.on("exit", (status, signal) => resolve(status ?? 128 + (signals[signal ?? ""] ?? 0)));
  });
  return { code, output: readFileSync(file) };
}

const signals: Record<string, number> = { SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };

async function inTurn<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const left = [...items];
  const next = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, next));
}

test.each(shells)(
  "under $name every nasty command prints and ends as it does bare",
  { timeout: 60_000 },
  async ({ folder, isHere }) => {
    if (!isHere) return console.warn(`${folder}: not on this machine, not tested`);
    const wrong: unknown[] = [];
    await inTurn([...nastyCommands.entries()], async ([index, command]) => {
      const dir = join(folder, `it's ${index}`);
      const [bare, wrapped] = [
        await run(folder, command),
        await run(folder, wrapCommand(command, dir)),
      ];
      const files = readdirSync(dir).toSorted();
      const log = files.find((name) => name.endsWith(".log"));
      const kept = readFileSync(join(dir, log ?? "none"));
      const ends = files.filter((name) =>
        new RegExp(`^3\\..*\\.exit-${bare.code}-\\d+$`).test(name),
      );
      const isSame =
        bare.code === wrapped.code &&
        bare.output.equals(wrapped.output) &&
        kept.equals(bare.output);
      if (!isSame || ends.length !== 1 || files.length !== 2) {
        const shown = [bare, wrapped].map(({ code, output }) => [
          code,
          output.toString().slice(0, 300),
        ]);
        wrong.push([command.slice(0, 100), ...shown, files]);
      }
    });
    expect(wrong).toEqual([]);
  },
);

test("a wrapped command and its folder are found again, and any other command is none", () => {
  for (const command of [...nastyCommands, "x".repeat(9000), "QIZHI_END\nQIZHI_END_2"]) {
    const dir = "/inspire/a 'b' \\ $c/run";
    expect(unwrapCommand(wrapCommand(command, dir))).toEqual({ command, dir });
  }
  expect(unwrapCommand("echo qizhi_dir=/x")).toBeUndefined();
  expect(unwrapCommand("# Added by qizhi (log_dir)\nqizhi_dir=/x")).toBeUndefined();
});

test("SIGTERM reaches the command, which ends as it likes, and the wrapper with it", async () => {
  for (const { name, folder, isHere } of shells) {
    if (!isHere) continue;
    const dir = join(folder, "term");
    const command = "trap 'echo saving; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    const child = spawn(join(folder, "sh"), ["-c", wrapCommand(command, dir)], { stdio: "pipe" });
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      if (output === "ready\n") child.kill("SIGTERM");
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([name, code, output]).toEqual([name, 5, "ready\nsaving\n"]);
  }
});

test("a folder that cannot be written or goes away changes nothing but a word on stderr", async () => {
  for (const { folder, isHere } of shells) {
    if (!isHere) continue;
    const command = "echo out; exit 7";
    for (const refusing of ["/proc/none/logs", "/proc"]) {
      const refused = await run(folder, wrapCommand(command, refusing));
      expect(refused.output.toString()).toMatch(
        /^qizhi: \/proc[^ ]* cannot be written on .*\nout\n$/,
      );
      expect(refused.code).toBe(7);
    }
    const dir = join(folder, "gone");
    const gone = await run(folder, wrapCommand(`rm -rf '${dir}'; echo out; exit 7`, dir));
    // The command may be quicker than tee, which says then that it finds no folder.
    expect(gone.output.toString()).toMatch(/^((tee|rm): .*\n)*out\n$/);
    expect(gone.code).toBe(7);
  }
});

test("without a temporary folder it uses the folder of the logs, and one that is emptied changes nothing", async () => {
  const dir = join(root, "own");
  const env = { TMPDIR: "/nowhere" };
  const { code, output } = await run("", wrapCommand("echo out; exit 7", dir), { env });
  expect([code, output.toString(), readdirSync(dir).length]).toEqual([7, "out\n", 2]);
  const own = mkdtempSync(join(root, "tmp-"));
  for (const { name, folder, isHere } of shells) {
    if (!isHere) continue;
    const command = "rm -rf $TMPDIR; echo out; exit 7";
    const ended = await run(folder, wrapCommand(command, dir), { env: { TMPDIR: own } });
    expect([name, ended.code, ended.output.toString()]).toEqual([name, 7, "out\n"]);
  }
});

test("nodes without a rank on hosts of one name, and one that cannot tell its name, keep a log each", async () => {
  const dir = join(root, "same");
  const bin = join(root, "no-hostname");
  mkdirSync(bin);
  for (const name of ["hostname", "uname", "cat"]) {
    const body = name === "cat" ? '[ "$#" -gt 0 ] || exec /bin/cat' : "exit 127";
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\nexit 1\n`, { mode: 0o755 });
  }
  const env = { RANK: "", PET_NODE_RANK: "" };
  const ends = await Promise.all(
    [1, 2, 3, 4].map((code) => run(bin, wrapCommand(`echo ${code}; exit ${code}`, dir), { env })),
  );
  expect(ends.map(({ code, output }) => [code, output.toString()])).toEqual(
    [1, 2, 3, 4].map((code) => [code, `${code}\n`]),
  );
  const names = readdirSync(dir);
  const logs = names.filter((name) => name.endsWith(".log"));
  expect(names.every((name) => name.startsWith("unknown.unknown."))).toBe(true);
  expect(logs.map((name) => readFileSync(join(dir, name), "utf8")).toSorted()).toEqual(
    [1, 2, 3, 4].map((code) => `${code}\n`),
  );
});

const canMount = (() => {
  try {
    execFileSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.runIf(canMount)("on a full disk the command prints and ends as without it", async () => {
  const command = "head -c 300000 /dev/zero | tr '\\0' x; exit 7";
  for (const { folder, isHere } of shells) {
    if (!isHere) continue;
    const [dir, file] = [join(folder, "full"), join(folder, "stdout")];
    mkdirSync(dir);
    const script = `mount -t tmpfs -o size=100k none "$DISK" && exec sh -c "$WRAPPED"`;
    const env = { DISK: dir, WRAPPED: wrapCommand(command, join(dir, "run")) };
    const full = `unshare -rm sh -c '${script}' > '${file}' 2> /dev/null`;
    const { code } = await run(folder, full, { env });
    expect([code, readFileSync(file).length]).toEqual([7, 300_000]);
  }
});

test.runIf(canMount)("without room for temporary files a long command runs too", async () => {
  const command = `# ${"x".repeat(70_000)}\necho out; exit 7`;
  for (const { folder, isHere } of shells) {
    if (!isHere) continue;
    const [dir, disk] = [join(folder, "no-room"), join(folder, "tmp")];
    mkdirSync(disk);
    const script = `mount -t tmpfs -o size=4k none "$TMPDIR" && { cat /dev/zero > "$TMPDIR/fill"; } 2> /dev/null
      exec sh -c "$WRAPPED"`;
    const env = { TMPDIR: disk, WRAPPED: wrapCommand(command, dir) };
    const { code, output } = await run(folder, `exec unshare -rm sh -c '${script}'`, { env });
    expect([code, output.toString(), readdirSync(dir).length]).toEqual([7, "out\n", 2]);
  }
});

test("in a bash that was not started as sh the command runs in bash too", async () => {
  const dir = join(root, "bash-itself");
  if (!shells.some(({ name, isHere }) => name === "bash" && isHere)) return;
  const command = "[[ ab == a* ]] && echo $'x\\ty' > >(cat); exit 3";
  const { code, output } = await run("", wrapCommand(command, dir), { program: "bash" });
  expect([code, output.toString()]).toEqual([3, "x\ty\n"]);
});

test("without a rank the host's name stands in its place, and each run has files of its own", async () => {
  const dir = join(root, "rounds");
  const env = { RANK: "", PET_NODE_RANK: "" };
  for (const round of [1, 2, 3]) {
    await run("", wrapCommand(`echo round ${round}; exit ${round}`, dir), { env });
  }
  const logs = readdirSync(dir)
    .filter((name) => name.endsWith(".log"))
    .toSorted();
  expect(logs.map((name) => readFileSync(join(dir, name), "utf8"))).toEqual([
    "round 1\n",
    "round 2\n",
    "round 3\n",
  ]);
  const host = execFileSync("hostname", { encoding: "utf8" }).trim();
  expect(logs.every((name) => name.startsWith(`${host}.${host}.`))).toBe(true);
});
