import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { bin, createPlace } from "./run-cli.ts";

/** Runs a line of shell in which `"$0" "$1"` is the CLI. */
async function runShell(line: string) {
  await using place = await createPlace();
  const env = { HOME: place.dir, PATH: process.env["PATH"] };
  const args = ["-c", line, process.execPath, bin];
  return spawnSync("bash", args, { env, encoding: "utf8" });
}

test("a reader that has left is no failure", async () => {
  const line = 'set -o pipefail; "$0" "$1" submit --help | true';
  expect(await runShell(line)).toMatchObject({ status: 0, stderr: "" });
  expect(await runShell('"$0" "$1" --version | true')).toMatchObject({ stderr: "" });
});

test.runIf(existsSync("/dev/full"))("a result that cannot be written is a failure", async () => {
  const { status, stderr } = await runShell('"$0" "$1" completion bash > /dev/full');
  expect(status).toBe(74);
  expect(stderr).toBe(
    "error: Cannot write stdout: ENOSPC.\n  What was sent stays sent: qizhi list shows it.\n",
  );
});

test.runIf(existsSync("/dev/full"))(
  "an error whose document cannot be written is told, and keeps its own code",
  async () => {
    const { status, stderr } = await runShell('"$0" "$1" submit none.yaml --json > /dev/full');
    expect([status, stderr]).toEqual([2, expect.stringContaining("none.yaml cannot be read")]);
    expect(await runShell('"$0" "$1" --help > /dev/full')).toMatchObject({ status: 74 });
  },
);
