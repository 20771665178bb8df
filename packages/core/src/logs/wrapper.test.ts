import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nastyCommands } from "./nasty-commands.fixture.ts";
import { unwrapCommand, wrapCommand } from "./wrapper.ts";

const root = mkdtempSync(join(tmpdir(), "qizhi-wrapper-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The shells that this machine has, each as the `sh` of a folder for PATH. */
const shells = ["dash", "bash", "busybox"].map((name) => {
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => isProgram(file));
  const folder = join(root, name);
  mkdirSync(folder);
  if (path !== undefined) symlinkSync(path, join(folder, "sh"));
  return { name, folder, isHere: path !== undefined };
});

function isProgram(file: string): boolean {
  try {
    execFileSync(file, ["--help"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return error instanceof Error && !("code" in error && error.code === "ENOENT");
  }
}

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
    const refused = await run(folder, wrapCommand(command, "/proc/none/logs"));
    expect(refused.output.toString()).toMatch(
      /^qizhi: \/proc\/none\/logs cannot be written on .*\nout\n$/,
    );
    expect(refused.code).toBe(7);
    const dir = join(folder, "gone");
    const gone = await run(folder, wrapCommand(`rm -rf '${dir}'; echo out; exit 7`, dir));
    expect([gone.code, gone.output.toString()]).toEqual([7, "out\n"]);
  }
});

test("without a temporary folder it uses the folder of the logs", async () => {
  const dir = join(root, "own");
  const env = { TMPDIR: "/nowhere" };
  const { code, output } = await run("", wrapCommand("echo out; exit 7", dir), { env });
  expect([code, output.toString(), readdirSync(dir).length]).toEqual([7, "out\n", 2]);
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
