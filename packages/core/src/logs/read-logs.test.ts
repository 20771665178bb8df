import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  findFirstFailed,
  lastRuns,
  readLogs,
  type ReadLogsOptions,
  readTail,
  toNodeRuns,
} from "./read-logs.ts";
import { type LogSource, openFolder } from "./source.ts";

const root = mkdtempSync(join(tmpdir(), "qizhi-read-logs-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;

/** A folder with files; a name ends with the time of a run's start, and `0` is that of node 0 on host a. */
function makeFolder(files: Record<string, string | Uint8Array>): string {
  const dir = join(root, `it's ${(count += 1)}`);
  mkdirSync(dir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

async function read(source: LogSource, options?: ReadLogsOptions): Promise<string[]> {
  const found: string[] = [];
  for await (const { run, lines } of readLogs(source, options)) {
    for (const line of lines) found.push(`${run.node}/${run.round} ${line}`);
  }
  return found;
}

const [first, second] = ["1700000000", "1700000100"];
const twoRounds = {
  [`0.gpu-1.${first}.log`]: "a\nb\n",
  [`0.gpu-1.${first}.exit-143-1700000099`]: "",
  [`1.gpu.2.${first}.log`]: "x\n",
  [`1.gpu.2.${first}.exit-9-1700000098`]: "",
  [`0.gpu-3.${second}.log`]: "c\nd\ne",
  [`0.gpu-3.${second}.exit-143-1700000200`]: "",
  [`1.gpu-1.${second}.log`]: "y\nz\n",
  [`1.gpu-1.${second}.exit-7-1700000200`]: "",
  "notes.txt": "not a log",
};

test("a folder gives the last round of each node, or all, or the last lines, or one node", async () => {
  const source = openFolder(makeFolder(twoRounds));
  expect(await read(source)).toEqual(["0/2 c", "0/2 d", "0/2 e", "1/2 y", "1/2 z"]);
  expect(await read(source, { allRounds: true })).toEqual([
    "0/1 a",
    "0/1 b",
    "1/1 x",
    "0/2 c",
    "0/2 d",
    "0/2 e",
    "1/2 y",
    "1/2 z",
  ]);
  expect(await read(source, { tail: 1 })).toEqual(["0/2 e", "1/2 z"]);
  expect(await read(source, { tail: 0 })).toEqual([]);
  expect(await read(source, { node: "1", tail: 9 })).toEqual(["1/2 y", "1/2 z"]);
  expect(await read(source, { node: "gpu-3" })).toEqual(["0/2 c", "0/2 d", "0/2 e"]);
  expect(await openFolder(join(root, "none")).list()).toBeUndefined();
});

test("what cannot be read is named, and a file that has gone since has no lines", async () => {
  const dir = makeFolder(twoRounds);
  const loop = join(dir, "loop");
  symlinkSync("loop", loop);
  const source = openFolder(dir);
  const facts = { rule: "logs_unreadable", params: { path: loop, reason: "ELOOP" } };
  await expect(openFolder(loop).list()).rejects.toMatchObject(facts);
  await expect(source.read("loop", 0, 1)).rejects.toMatchObject(facts);
  const log = join(dir, `1.gpu-1.${second}.log`);
  const fading: LogSource = {
    ...source,
    async list() {
      const files = await source.list();
      rmSync(log);
      return files;
    },
  };
  expect(await read(fading)).toEqual(["0/2 c", "0/2 d", "0/2 e"]);
  writeFileSync(log, "y\n");
  expect(await read(fading, { tail: 1 })).toEqual(["0/2 e"]);
});

test("a link or a pipe that takes the place of a file after the look is not read", async () => {
  const dir = makeFolder({ ...twoRounds, secret: "private\n" });
  const log = join(dir, `1.gpu-1.${second}.log`);
  const source = openFolder(dir);
  const swapped = (put: () => void): LogSource => ({
    ...source,
    async list() {
      rmSync(log);
      writeFileSync(log, "y\n");
      const files = await source.list();
      rmSync(log);
      put();
      return files;
    },
  });
  const others = ["0/2 c", "0/2 d", "0/2 e"];
  const piped = swapped(() => execFileSync("mkfifo", [log]));
  expect(await read(piped)).toEqual(others);
  expect(await read(piped, { tail: 3 })).toEqual(others);
  const linked = swapped(() => symlinkSync("secret", log));
  const facts = { rule: "logs_unreadable", params: { path: log, reason: "ELOOP" } };
  await expect(read(linked)).rejects.toMatchObject(facts);
});

test("the node that failed first is found, and one that a signal ended only in its absence", async () => {
  const source = openFolder(makeFolder(twoRounds));
  const runs = toNodeRuns((await source.list()) ?? []);
  const failed = findFirstFailed(runs);
  expect(failed).toMatchObject({ node: "1", host: "gpu-1", round: 2, end: { exitCode: 7 } });
  expect(await readTail(source, failed!, 1)).toEqual(["z"]);
  expect(findFirstFailed(lastRuns(runs).slice(0, 1))).toMatchObject({ node: "0" });
  expect(findFirstFailed([])).toBeUndefined();
});

test("a name without content, a node without a rank, and a node without a log are tolerated", async () => {
  const dir = makeFolder({
    [`gpu.a.gpu.a.${first}.log`]: "",
    [`10.b.${first}.running`]: "",
    [`2.b.${first}.log`]: "two\n",
    "worker-3.log": "of the local platform\n",
    "worker-3.exit-4-1700000009": "",
  });
  const runs = toNodeRuns((await openFolder(dir).list()) ?? []);
  expect(runs.map(({ node, host }) => [node, host])).toEqual([
    ["2", "b"],
    ["3", undefined],
    ["10", "b"],
    ["gpu.a", "gpu.a"],
  ]);
  expect(await read(openFolder(dir))).toEqual(["2/1 two", "3/1 of the local platform"]);
  expect(findFirstFailed(runs)?.end?.exitCode).toBe(4);
});

test("escape sequences, progress bars and binary come out harmless, and long lines in pieces", async () => {
  const bar = Array.from({ length: 5000 }, (_, step) => `\r${step}% of it`).join("");
  const text = `\x1b[31mred\x1b[0m \x1b]0;title\x07\tend\r\n1%\r2%\r3%\r\n\u202egnp\n${bar}\n::error::x\n`;
  const binary = Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0, 0x9b, 10])]);
  const dir = makeFolder({
    [`0.a.${first}.log`]: binary,
    [`1.a.${first}.log`]: "é".repeat(40_000),
  });
  const lines = await read(openFolder(dir));
  expect(lines.slice(0, 6)).toEqual([
    "0/1 red \tend",
    "0/1 3%",
    "0/1 \\u202egnp",
    "0/1 4999% of it",
    "0/1 ::error::x",
    "0/1 �\\x00�",
  ]);
  const pieces = lines.slice(6).map((line) => line.slice(4));
  expect(pieces.join("")).toBe("é".repeat(40_000));
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(20_000);
});

test("the last lines of a large log are found from its end", async () => {
  const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index}`);
  const dir = makeFolder({ [`0.a.${first}.log`]: `${lines.join("\n")}\n` });
  for (const tail of [20, 40_000]) {
    const found = await read(openFolder(dir), { tail });
    expect([found.length, found[0]]).toEqual([tail, `0/1 line ${60_000 - tail}`]);
  }
  expect(await read(openFolder(dir), { tail: 70_000 })).toHaveLength(60_000);
});

test("the last lines are looked for behind a long bar, and not through a hole of a terabyte", async () => {
  const bar = Array.from({ length: 300_000 }, (_, step) => `\r${step}% of it`).join("");
  const name = `0.a.${first}.log`;
  const dir = makeFolder({ [name]: `before\n${bar}\nlast\n` });
  const source = openFolder(dir);
  expect(await read(source, { tail: 3 })).toEqual(["0/1 before", "0/1 299999% of it", "0/1 last"]);
  truncateSync(join(dir, name), 1e12);
  // Of its own time: on a busy machine others have most of it.
  const before = process.cpuUsage();
  const [run] = toNodeRuns((await source.list()) ?? []);
  expect(await readTail(source, run!, 20)).toHaveLength(20);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(1_000);
});

test("what was last written before a time is left out", async () => {
  const dir = makeFolder(twoRounds);
  const old = new Date(Date.now() - 3_600_000);
  utimesSync(join(dir, `0.gpu-3.${second}.log`), old, old);
  expect(await read(openFolder(dir), { since: Date.now() - 60_000 })).toEqual(["1/2 y", "1/2 z"]);
});

test("following shows what is written, later rounds too, until it is over and all is read", async () => {
  const dir = makeFolder(twoRounds);
  const log = join(dir, `1.gpu-1.${second}.log`);
  let end = () => {};
  const until = new Promise<void>((resolve) => (end = resolve));
  const found: string[] = [];
  for await (const { run, lines } of readLogs(openFolder(dir), { tail: 1, until, pollMs: 5 })) {
    for (const line of lines) {
      found.push(`${run.node}/${run.round} ${line}`);
      if (line === "z") appendFileSync(log, "more\nhalf a ");
      if (line === "more") {
        appendFileSync(log, "line\n");
        writeFileSync(join(dir, "0.gpu-1.1700000300.log"), "third\n");
      }
      if (line !== "third") continue;
      renameSync(join(dir, "notes.txt"), join(dir, "0.gpu-1.1700000300.exit-0-1700000301"));
      appendFileSync(join(dir, "0.gpu-1.1700000300.log"), "last words");
      end();
    }
  }
  expect(found.toSorted()).toEqual(
    ["0/2 e", "1/2 z", "1/2 more", "1/2 half a line", "0/3 third", "0/3 last words"].toSorted(),
  );
});

test("a progress bar that no newline ends is shown now and then, at its state", async () => {
  const name = `0.a.${first}.log`;
  const dir = makeFolder({ [name]: "start\n 1%\r 2%\r" });
  let end = () => {};
  const until = new Promise<void>((resolve) => (end = resolve));
  const found: string[] = [];
  const options = { until, pollMs: 5, progressMs: 0 };
  for await (const { lines } of readLogs(openFolder(dir), options)) {
    found.push(...lines);
    if (lines.includes(" 2%")) appendFileSync(join(dir, name), " 3%\r");
    if (lines.includes(" 3%")) appendFileSync(join(dir, name), " 4%\nend\n");
    if (lines.includes("end")) end();
  }
  expect(found).toEqual(["start", " 2%", " 3%", " 4%", "end"]);
});
