import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { LocalPlatform } from "@qizhi/core/local";

const bin = process.env["QIZHI_TEST_BIN"] ?? findBin();

/** The built CLI, found as an installed package is. */
function findBin(): string {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve("qizhi/package.json");
  const { bin: bins }: { bin: { qizhi: string } } = require(manifest);
  return join(dirname(manifest), bins.qizhi);
}

/** How a CLI process ended, and what it wrote. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a CLI process logs in, and with a token where one is given. */
export interface CliLogin {
  readonly platform: LocalPlatform;
  readonly token: string | undefined;
}

/** The whole environment of a CLI process, with debug output on. */
export function toCliEnv({ platform, token }: CliLogin, home: string): Record<string, string> {
  const { username, password } = platform.credentials;
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LANG: "en_US.UTF-8",
    QIZHI_DEBUG: "1",
    // Compiled code holds the program's own text, which looks like a header.
    NODE_DISABLE_COMPILE_CACHE: "1",
    QIZHI_STATE_DIR: join(home, "state"),
    QIZHI_CONFIG_DIR: join(home, "config"),
    QIZHI_BASE_URL: platform.url,
    ...(token === undefined
      ? { QIZHI_USERNAME: username, QIZHI_PASSWORD: password }
      : { QIZHI_TOKEN: token }),
  };
}

/**
 * Runs the built CLI in its home to its end.
 * @param onStderr told of all of stderr at each piece of it.
 */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onStderr: (stderr: string) => Promise<void> | undefined,
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const node = process.env["QIZHI_TEST_NODE"] ?? process.execPath;
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const child = spawn(node, [bin, ...args], {
      env: { ...env },
      cwd: env["HOME"],
      stdio: [...stdio],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onStderr(stderr)?.catch(reject);
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
