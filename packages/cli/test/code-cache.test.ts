import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createPlace } from "./run-cli.ts";

const runtime = process.env["QIZHI_TEST_NODE"] ?? process.versions.node;
const canKeep = Number.parseInt(runtime.replace(/^v/, ""), 10) >= 22;

it("keeps compiled code for this user alone, and none for --version", async () => {
  await using place = await createPlace();
  const folder = join(place.dir, ".cache", "qizhi", "code");
  await place.run(["--version"]);
  expect(existsSync(folder)).toBe(false);
  expect(await place.run(["--help"])).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(folder)).toBe(canKeep);
  if (canKeep) expect(statSync(folder).mode & 0o077).toBe(0);
});

it("runs all the same where nothing can be kept", async () => {
  await using place = await createPlace();
  const env = { HOME: "/dev/null", XDG_CACHE_HOME: "/dev/null/cache" };
  expect(await place.run(["--help"], { env })).toMatchObject({ code: 0, stderr: "" });
});
