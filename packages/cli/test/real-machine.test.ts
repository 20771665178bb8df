import { startLocalPlatform } from "@qizhi/core/local";
import { execFile, execFileSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { logIn } from "./log-in.ts";
import type { CliResult, Place } from "./run-cli.ts";
import { bin, createPlace, withChanges } from "./run-cli.ts";

const node = process.env["QIZHI_TEST_NODE"] ?? process.execPath;
const spec = fileURLToPath(new URL("../examples/two-nodes.yaml", import.meta.url));
/** No user of any machine has this id. */
const other = 54_321;

/** Runs a program to its end in a place. */
function run(
  [program, ...args]: readonly [string, ...string[]],
  place: Place,
  changes: Record<string, string | undefined> = {},
): Promise<Pick<CliResult, "code" | "stdout" | "stderr">> {
  const env = withChanges(place.env, changes);
  return new Promise((resolve) => {
    const child = execFile(program, args, { env, cwd: place.dir }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end(place.env["QIZHI_PASSWORD"]);
  });
}

function works(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const isRoot = process.getuid?.() === 0;
// A namespace of its own, in which a folder can be mounted without harm to the machine.
const canMount = works("unshare", ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()]);
const canBeOther = isRoot && works("setpriv", [`--reuid=${other}`, "--clear-groups", node, "-v"]);

// Skipped where this user may mount nothing.
describe.runIf(canMount)("a temporary folder", () => {
  const commands = [
    ["submit", spec, "--local", "--wait"],
    ["submit", "sweep.yaml", "--local", "--wait"],
    ["serve", "--port", "0"],
  ];
  const settings: [string, string, RegExp][] = [
    ["that is read-only", "mount -t tmpfs none $0; mount -o remount,ro $0", /EROFS.*Set TMPDIR/s],
    ["without room for a folder", "mount -t tmpfs -o nr_inodes=1 none $0", /ENOSPC.*Set TMPDIR/s],
  ];
  test.each(settings)("%s is named with what to do", async (_name, mount, words) => {
    await using place = await createPlace();
    await writeSweep(place);
    for (const args of commands) {
      const told = await runIn(mount, args, place);
      expect([args[0], told.code]).toEqual([args[0], 2]);
      expect(told.stderr).toMatch(words);
    }
  });

  test.each([2, 3])(
    "with room for %i folders or files alone ends no sweep by a fault",
    async (most) => {
      await using place = await createPlace();
      await writeSweep(place);
      const mount = `mount -t tmpfs -o nr_inodes=${most} none $0`;
      const told = await runIn(mount, ["submit", "sweep.yaml", "--local", "--wait"], place);
      expect(told.code).toBe(2);
      expect(told.stderr).toMatch(/ENOSPC.*Free some space there/s);
    },
  );

  test("is not needed by what needs no local platform", async () => {
    await using platform = await startLocalPlatform({ commands: "skip" });
    await using place = await createPlace(platform);
    const mount = "mount -t tmpfs none $0; mount -o remount,ro $0";
    expect(await runIn(mount, ["submit", spec], place)).toMatchObject({ code: 0 });
    expect(await runIn(mount, ["list"], place)).toMatchObject({ code: 0 });
  });

  async function runIn(mount: string, args: readonly string[], place: Place) {
    const folder = await mkdtemp(join(tmpdir(), "qizhi-mount-"));
    const script = `${mount}; export TMPDIR=$0; exec "$@"`;
    try {
      return await run(["unshare", "-rm", "sh", "-ec", script, folder, node, bin, ...args], place);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function writeSweep({ dir }: Place): Promise<void> {
    const text = await readFile(spec, "utf8");
    const matrix = "\nmatrix:\n  seed: [1, 2]\n";
    const named = text.replace(/^name: .*$/m, "name: seed-{{ matrix.seed }}");
    await writeFile(join(dir, "sweep.yaml"), named + matrix);
  }
});

// Skipped where this user may mount nothing.
test.runIf(canMount)(
  "a disk that is read-only is named where a command would write to it",
  async () => {
    const jobs = [{ jobId: "job-11111111-1111-4111-8111-111111111111", status: "job_running" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await logIn(place, platform);
    await writeFile(join(place.dir, "spec.yaml"), await readFile(spec));
    const script = 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; cd "$0"; exec "$@"';
    for (const [args, words] of [
      [["clone", jobs[0]!.jobId, "job.yaml"], "Cannot write job.yaml: EROFS."],
      [["clone", jobs[0]!.jobId, "deep/er/job.yaml"], "Cannot write deep/er/job.yaml: EROFS."],
      [["clone", jobs[0]!.jobId, "--profile", "p"], "defaults.yaml: EROFS."],
      [["ids", "export", "deep/ids.json"], "Cannot write deep/ids.json: EROFS."],
      [["logout"], "local.json: EROFS.\n  The token is still kept"],
      [["logout", "--all"], "local.json: EROFS.\n  The token is still kept"],
    ] as const) {
      const inside = ["-rm", "sh", "-ec", script, place.dir, node, bin, ...args];
      const told = await run(["unshare", ...inside], place);
      expect([args, told.code, told.stderr]).toEqual([args, 2, expect.stringContaining(words)]);
    }
  },
);

// Skipped where the tests do not run as root.
describe.runIf(canBeOther)("a user", () => {
  const none = {
    HOME: undefined,
    XDG_CACHE_HOME: undefined,
    QIZHI_STATE_DIR: undefined,
    QIZHI_CONFIG_DIR: undefined,
  };

  test("without a home folder and without a name gets words from every command, and no fault", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await chmod(place.dir, 0o755);
    const asOther = (args: readonly string[]) =>
      run(["setpriv", `--reuid=${other}`, "--clear-groups", node, bin, ...args], place, none);
    const needing = [
      ["submit", spec],
      ["list"],
      ["list", "--sweeps"],
      ["login", "--username", "a"],
    ];
    for (const args of needing) {
      const told = await asOther(args);
      expect([args[0], told.code]).toEqual([args[0], 2]);
      expect(told.stderr).toMatch(/Set QIZHI_(STATE|CONFIG)_DIR/);
    }
    for (const args of [
      ["validate", spec],
      ["--version"],
      ["schema"],
      ["submit", spec, "--dry-run"],
    ]) {
      expect([args[0], (await asOther(args)).code]).toEqual([args[0], 0]);
    }
    expect(platform.requests.filter(({ operation }) => operation === "create")).toEqual([]);
  });

  test("at whose home root comes with sudo -E finds nothing of root's there, and a note tells root", async () => {
    await using platform = await startLocalPlatform({ commands: "skip" });
    await using place = await createPlace(platform);
    const home = join(place.dir, "home");
    await mkdir(home);
    await chown(home, other, other);
    // What sudo -E hands on.
    const sudo = { ...none, HOME: home, SUDO_UID: String(other), SUDO_GID: String(other) };
    for (const args of [
      ["submit", spec],
      ["login", "--username", platform.credentials.username, "--password-stdin"],
    ]) {
      const told = await run([node, bin, ...args], place, sudo);
      expect([args[0], told.code]).toEqual([args[0], 2]);
      expect(told.stderr).toContain("sudo -H");
    }
    expect(await readdir(home)).toEqual([]);
    expect(platform.requests.filter(({ operation }) => operation === "create")).toEqual([]);
  });

  test("whose folders of qizhi are there already has them read by no other, as with sudo -E", async () => {
    await using platform = await startLocalPlatform({ commands: "skip" });
    await using place = await createPlace(platform);
    const home = join(place.dir, "home");
    for (const folder of [".local/state/qizhi", ".config/qizhi", ".cache/qizhi"]) {
      await mkdir(join(home, folder), { recursive: true });
    }
    execFileSync("chown", ["-R", String(other), home]);
    for (const args of [["submit", spec], ["list"], ["accounts"]]) {
      const told = await run([node, bin, ...args], place, { ...none, HOME: home });
      expect([args[0], told.code]).toEqual([args[0], 2]);
      expect(told.stderr).toContain(`another user (uid ${other})`);
    }
    expect(platform.requests.filter(({ operation }) => operation === "create")).toEqual([]);
    expect(await readdir(join(home, ".cache/qizhi"))).toEqual([]);
  });
});
