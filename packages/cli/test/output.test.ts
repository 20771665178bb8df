import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { bin, createPlace, type Place, withChanges } from "./run-cli.ts";
import { fast, setUp } from "./sweep-place.ts";
import { writeSpec } from "./write-spec.ts";

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
  const versionLine = 'set -o pipefail; "$0" "$1" --version | true';
  expect(await runShell(versionLine)).toMatchObject({ status: 0, stderr: "" });
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
    for (const flag of ["--help", "--version"]) {
      expect(await runShell(`"$0" "$1" ${flag} > /dev/full`)).toMatchObject({ status: 74 });
    }
  },
);

describe.runIf(existsSync("/dev/full"))("a result that cannot be written", () => {
  const jobId = "job-11111111-1111-4111-8111-111111111111";
  const then = ["--then", 'echo "$QIZHI_EXIT_CODE" > then'];

  /** Runs the CLI with a full disk as stdout. */
  async function runFull({ dir: cwd, env }: Place, args: readonly string[]) {
    const line = ["-c", 'exec "$0" "$@" > /dev/full', process.execPath, bin, ...args];
    const child = spawn("bash", line, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    return { code, stderr };
  }

  test("keeps nothing back of what follows a wait", async () => {
    const jobs = [{ jobId, status: "job_running" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const limit = ["--timeout", "100ms", "--poll-interval", "20ms"];
    const { code, stderr } = await runFull(place, ["wait", jobId, "--json", ...limit, ...then]);
    expect([code, await readFile(join(place.dir, "then"), "utf8")]).toEqual([74, "74\n"]);
    expect(stderr).toContain(`wait again: qizhi wait ${jobId}\n`);
    expect(stderr).toContain("error: Cannot write stdout: ENOSPC.\n");
  });

  test("keeps the last lines of a failed job back no more than its logs", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const file = await writeSpec(place, { command: "echo boom; exit 3" });
    const args = ["submit", file, "--wait", "--poll-interval", "20ms"];
    const { code, stderr } = await runFull(place, args);
    expect([code, stderr]).toEqual([74, expect.stringContaining("| boom\n")]);
  });

  test.each(["of a sweep that ends", "of a sweep that cannot go on"])(
    "hides no create of unknown outcome %s",
    async (which) => {
      const lost = { kind: "reset", effect: true } as const;
      const faults = [{ operation: "create" as const, calls: [1], fault: lost }];
      const refused = { operation: "detail", fault: { kind: "token-refused" } } as const;
      const isLost = which.endsWith("cannot go on");
      await using all = await setUp({ faults: isLost ? [...faults, refused] : faults });
      const { place, platform } = all;
      const { username, password } = platform.credentials;
      const login = ["login", "--username", username, "--password-stdin"];
      expect(await place.run(login, { stdin: password })).toMatchObject({ code: 0 });
      // What no password renews ends a sweep.
      const env = withChanges(place.env, {
        QIZHI_USERNAME: undefined,
        QIZHI_PASSWORD: undefined,
      });
      const args = ["submit", "sweep.yaml", "--wait", ...then, ...fast];
      const { code, stderr } = await runFull({ ...place, env }, args);
      expect([code, await readFile(join(place.dir, "then"), "utf8")]).toEqual([74, "74\n"]);
      expect(stderr.includes("log in: qizhi login\n")).toBe(isLost);
      expect(stderr).toContain("Please check these in the web console:\n");
      expect(stderr).toContain("qizhi report sweep-");
    },
  );

  test("ends the local platform whose address it is", async () => {
    await using place = await createPlace();
    expect(await runFull(place, ["serve"])).toMatchObject({ code: 74 });
  });
});

test.skipIf(process.platform === "win32")(
  "notes go on once the disk of their file has room again",
  async () => {
    const jobId = "job-11111111-1111-4111-8111-111111111111";
    const next = [...Array.from({ length: 5 }, () => "job_running"), "job_succeeded"];
    const jobs = [{ jobId, status: "job_running", next }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    const log = join(place.dir, "log");
    await writeFile(log, "x".repeat(65_536));
    // Files of 64 KiB at most.
    const line = 'ulimit -f 64; exec "$0" "$@" 2>> log';
    const args = ["-c", line, process.execPath, bin, "wait", jobId, "--poll-interval", "100ms"];
    const child = spawn("bash", args, { cwd: place.dir, env: place.env, stdio: "ignore" });
    const ended = once(child, "close");
    while (platform.requests.filter(({ operation }) => operation === "detail").length < 2)
      await platform.changed();
    await truncate(log);
    expect(await ended).toEqual([0, null]);
    expect(await readFile(log, "utf8")).toContain("succeeded");
  },
);
