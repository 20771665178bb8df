import { startLocalPlatform } from "@qizhi/core/local";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { createPlace } from "./run-cli.ts";

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());

it("keeps compiled code for this user alone, and none for --version", async () => {
  await using place = await createPlace();
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
  await using place = await createPlace();
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
  await using place = await createPlace();
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

it("runs all the same where nothing can be kept, and keeps nothing where Node is told not to", async () => {
  await using place = await createPlace();
  const nowhere = { HOME: "/dev/null", XDG_CACHE_HOME: "/dev/null/cache" };
  expect(await place.run(["--help"], { env: nowhere })).toMatchObject({ code: 0, stderr: "" });
  await place.run(["--help"], { env: { NODE_DISABLE_COMPILE_CACHE: "1" } });
  expect(existsSync(join(place.dir, ".cache"))).toBe(false);
});

it("keeps from a wait what was compiled before V8 got other flags, and all runs share it", async () => {
  await using platform = await startLocalPlatform({ jobs: [{ status: "job_succeeded" }] });
  await using place = await createPlace(platform);
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
