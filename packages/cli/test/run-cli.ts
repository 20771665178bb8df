import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LocalPlatform } from "@qizhi/core/local";

/** The built CLI; `QIZHI_TEST_BIN` names another build of it. */
export const bin =
  process.env["QIZHI_TEST_BIN"] ?? fileURLToPath(new URL("../dist/bin.cjs", import.meta.url));

// Compiled code of the CLI for all tests, as on every day but the first.
const cache = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));

/** How a CLI process ended, and all that it wrote. */
export interface CliResult {
  /** The exit code; `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A CLI process that still runs. */
export interface RunningCli {
  readonly process: ChildProcess;
  /** Resolves when it has ended. */
  readonly result: Promise<CliResult>;
  /** What it has written to stdout so far. */
  stdout(): string;
  /** Resolves once stdout or stderr holds the text; rejects when it ends before. */
  waitFor(text: string | RegExp): Promise<void>;
}

/** What a run may change; `env` wins over the place's, `undefined` removes a variable. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
}

/** A home of its own in a temporary folder, in which the CLI runs with a clean environment. */
export interface Place extends AsyncDisposable {
  /** The folder: home, and where commands run. */
  readonly dir: string;
  /** Folder of the journal. */
  readonly stateDir: string;
  /** Folder of the accounts. */
  readonly configDir: string;
  /** The whole environment of its processes. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs the CLI to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  /** Starts the CLI. */
  start(args: readonly string[], options?: RunOptions): RunningCli;
}

/** Makes a place; with a platform, its address and login are in the environment. */
export async function createPlace(
  platform?: Pick<LocalPlatform, "url" | "credentials">,
): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), "qizhi-cli-"));
  const stateDir = join(dir, "state");
  const configDir = join(dir, "config");
  const env: Record<string, string> = {
    PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    HOME: dir,
    XDG_CACHE_HOME: cache,
    LANG: "en_US.UTF-8",
    QIZHI_STATE_DIR: stateDir,
    QIZHI_CONFIG_DIR: configDir,
    // A local platform refuses nobody, and many commands of one test would wait for each other.
    QIZHI_RATE: "1000",
    ...(platform && {
      QIZHI_BASE_URL: platform.url,
      QIZHI_USERNAME: platform.credentials.username,
      QIZHI_PASSWORD: platform.credentials.password,
    }),
  };
  const running = new Set<ChildProcess>();
  const start: Place["start"] = (args, options = {}) => {
    const cli = startCli(args, { cwd: dir, ...options, env: withChanges(env, options.env) });
    running.add(cli.process);
    cli.process.once("close", () => running.delete(cli.process));
    return cli;
  };
  return {
    dir,
    stateDir,
    configDir,
    env,
    start,
    run: (args, options) => start(args, options).result,
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill("SIGKILL");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** An environment with changes; `undefined` removes a variable. */
export function withChanges(
  env: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const changed: Record<string, string> = { ...env };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete changed[name];
    else changed[name] = value;
  }
  return changed;
}

function startCli(
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string; stdin?: string | Uint8Array },
): RunningCli {
  const { env, cwd, stdin } = options;
  const child = spawn(process.env["QIZHI_TEST_NODE"] ?? process.execPath, [bin, ...args], {
    env,
    cwd,
  });
  let [stdout, stderr] = ["", ""];
  const onChange = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const look of onChange) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const look of onChange) look();
  });
  // A process that ends before it has read its stdin is no failure of the test.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin ?? "");
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    process: child,
    result,
    stdout: () => stdout,
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const all = stdout + stderr;
          if (typeof text === "string" ? !all.includes(text) : !text.test(all)) return;
          onChange.delete(look);
          resolve();
        };
        onChange.add(look);
        look();
        result.then(
          () => reject(new Error(`The CLI ended without ${String(text)}:\n${stdout}\n${stderr}`)),
          reject,
        );
      }),
  };
}
