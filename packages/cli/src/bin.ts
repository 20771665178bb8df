#!/usr/bin/env node
import { writeSync } from "node:fs";
import { enableCompileCache } from "./compile-cache.ts";
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

const argv = process.argv.slice(2);
const isVersion = argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V");
if (!isVersion || !printVersion()) {
  // Node leaves with this code when a bug leaves a promise pending.
  process.exitCode = 70;
  void run(argv).then((code) => (process.exitCode = code));
}
