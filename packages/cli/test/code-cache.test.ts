import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { createPlace, type Place } from "./run-cli.ts";

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());

/** A place whose compiled code is its own. */
async function createFreshPlace(platform?: LocalPlatform): Promise<Place> {
  const place = await createPlace(platform);
  const run: Place["run"] = (args, options = {}) =>
    place.run(args, { ...options, env: { XDG_CACHE_HOME: undefined, ...options.env } });
  return { ...place, run };
}

it("keeps compiled code for this user alone, and none for --version", async () => {
  await using place = await createFreshPlace();
  const folder = join(place.dir, ".cache", "qizhi", "code");
  await place.run(["--version"]);
  expect(existsSync(folder)).toBe(false);
  const first = await place.run(["--help"]);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  const files = filesOf(folder);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(await place.run(["--help"])).toEqual(first);
});

it("makes anew what was damaged, and never runs it", async () => {
  await using place = await createFreshPlace();
  const folder = join(place.dir, ".cache", "qizhi", "code");
  const first = await place.run(["--help"]);
  const files = filesOf(folder);
  const whole = files.map((file) => readFileSync(file));
  for (const [index, file] of files.entries()) {
    const bytes = Buffer.from(whole[index]!);
    const at = Math.floor((bytes.length * (index + 1)) / (files.length + 1));
    bytes[at]! ^= 4;
    writeFileSync(file, index % 2 === 0 ? bytes : bytes.subarray(0, at));
  }
  expect(await place.run(["--help"])).toEqual(first);
  for (const file of files) {
    const [code, again] = halves(readFileSync(file));
    expect(code.equals(again)).toBe(true);
  }
});

it("neither runs nor keeps anything in a folder that others can write to", async () => {
  await using place = await createFreshPlace();
  await place.run(["--help"]);
  const [file = ""] = filesOf(join(place.dir, ".cache", "qizhi", "code"));
  chmodSync(dirname(file), 0o777);
  writeFileSync(file, "planted");
  expect(await place.run(["--help"])).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(file, "utf8")).toBe("planted");
  chmodSync(dirname(file), 0o700);
  await place.run(["--help"]);
  expect(readFileSync(file, "utf8")).not.toBe("planted");
});

it("drops what it kept a month ago when it keeps something new", async () => {
  await using place = await createFreshPlace();
  await place.run(["--help"]);
  const [old = "", ...others] = filesOf(join(place.dir, ".cache"));
  const longAgo = new Date(Date.now() - 31 * 86_400_000);
  utimesSync(old, longAgo, longAgo);
  const left = `${old}.123`;
  writeFileSync(left, "");
  utimesSync(left, longAgo, longAgo);
  await place.run(["--help"]);
  expect([old, left].every((file) => existsSync(file))).toBe(true);
  await place.run(["completion", "bash"]);
  expect([old, left].some((file) => existsSync(file))).toBe(false);
  expect(others.every((file) => existsSync(file))).toBe(true);
});

it("keeps the code of each command by itself, and none of a word that is no command", async () => {
  await using place = await createFreshPlace();
  const look = () => readdirSync(folder, { recursive: true, encoding: "utf8" });
  const folder = join(place.dir, ".cache", "qizhi", "code");
  await place.run(["completion", "bash"]);
  const ofOne = look();
  await place.run(["lost"]);
  await place.run(["../list"]);
  expect(look()).toEqual(ofOne);
  await place.run(["--help"]);
  const mains = look().filter((name) => name.includes("main"));
  expect(mains).toHaveLength(2);
});

it("runs all the same where nothing can be kept, and keeps nothing where Node is told not to", async () => {
  await using place = await createFreshPlace();
  const nowhere = { HOME: "/dev/null", XDG_CACHE_HOME: "/dev/null/cache" };
  expect(await place.run(["--help"], { env: nowhere })).toMatchObject({ code: 0, stderr: "" });
  await place.run(["--help"], { env: { NODE_DISABLE_COMPILE_CACHE: "1" } });
  expect(existsSync(join(place.dir, ".cache"))).toBe(false);
});

it("keeps from a wait what was compiled before V8 got other flags, and all runs share it", async () => {
  await using platform = await startLocalPlatform({ jobs: [{ status: "job_succeeded" }] });
  await using place = await createFreshPlace(platform);
  const folder = join(place.dir, ".cache", "qizhi", "code");
  const look = () => filesOf(folder).map((file) => [file, statSync(file).ino]);
  const wait = ["wait", platform.jobs()[0]?.jobId ?? ""];
  expect(await place.run(wait)).toMatchObject({ code: 0 });
  const kept = look();
  expect(kept.length).toBeGreaterThan(3);
  expect(await place.run(wait)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/succeeded/),
  });
  expect(look()).toEqual(kept);
  await place.run(["status", wait[1]!]);
  expect(look()).toEqual(expect.arrayContaining(kept));
});

function halves(bytes: Buffer): [Buffer, Buffer] {
  return [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
}
