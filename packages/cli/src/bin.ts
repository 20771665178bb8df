#!/usr/bin/env node
import { lstatSync, mkdirSync, writeSync } from "node:fs";
import nodeModule from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import { version } from "./text/version.ts";

/** Runs a command line on the streams and the environment of this process. @returns the exit code. */
async function run(argv: readonly string[]): Promise<number> {
  enableCompileCache(process.env);
  const { openIo } = await import("./terminal/io.ts");
  if (argv[0] === "__complete") {
    const { complete } = await import("./completion/complete.ts");
    await complete(argv.slice(1), await openIo([]));
    return 0;
  }
  const io = await openIo(argv);
  const { findHelp, toHelpText } = await import("./help.ts");
  const help = findHelp(argv);
  if (help !== undefined) {
    try {
      io.stdout.write(`${toHelpText(help.command, io.stdout, io)}\n`);
      return 0;
    } catch (error) {
      const { reportError } = await import("./cli.ts");
      return reportError(error, argv, io);
    }
  }
  const { outliveTerminal } = await import("./terminal/signals.ts");
  outliveTerminal();
  const { runCli } = await import("./cli.ts");
  return runCli(argv, io);
}

/** Prints the version without the command table, which takes as long again. @returns whether it could be written. */
function printVersion(): boolean {
  try {
    writeSync(1, `${version}\n`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Turns on Node's compile cache (Node ≥ 22.8) in this user's cache folder. Whoever can write there decides
 * what runs, so it stays off where a folder on the way is another user's, writable by others, or a link.
 * Node's own default is a folder below the shared temporary one.
 */
function enableCompileCache(env: NodeJS.ProcessEnv): void {
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  // The XDG specification: a relative path is to be ignored.
  const base =
    cache && isAbsolute(cache) ? cache : home && isAbsolute(home) && join(home, ".cache");
  // The types are those of Node 20, which has none.
  const enable: unknown = Reflect.get(nodeModule, "enableCompileCache");
  if (!base || typeof enable !== "function") return;
  const folder = join(base, "qizhi", "compiled");
  try {
    // Not `recursive`: below an automounted /home, which knows no new names, Node would try for ever.
    for (const each of [base, dirname(folder), folder]) {
      if (lstatSync(each, { throwIfNoEntry: false }) !== undefined) continue;
      // With `sudo -E`, root would leave folders in the home of another user.
      if (!isOurs(dirname(each))) return;
      mkdirSync(each, { mode: 0o700 });
    }
    if (isOurs(folder)) enable(folder);
  } catch {
    // Without a cache a start takes a few ms longer.
  }
}

/** Whether nobody but this user and root can change a folder or any folder above it. */
function isOurs(folder: string): boolean {
  const uid = process.getuid?.();
  // Windows has neither owners nor modes of this kind; its home folders are closed to others.
  if (uid === undefined) return true;
  const stat = lstatSync(folder);
  const isSticky = (stat.mode & 0o1000) !== 0;
  const isClosed = (stat.mode & 0o022) === 0 || isSticky;
  const isTrusted = stat.isDirectory() && isClosed && (stat.uid === uid || stat.uid === 0);
  const parent = dirname(folder);
  return isTrusted && (parent === folder || isOurs(parent));
}

const argv = process.argv.slice(2);
const isVersion = argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V");
if (!isVersion || !printVersion()) {
  // Node leaves with this code when a bug leaves a promise pending.
  process.exitCode = 70;
  void run(argv).then((code) => (process.exitCode = code));
}
