#!/usr/bin/env node
import { writeSync } from "node:fs";
import { enableCompileCache } from "./compile-cache.ts";
import { version } from "./text/version.ts";

async function run(argv: readonly string[]): Promise<number> {
  enableCompileCache(process.env);
  if (argv[0] === "__complete") {
    const { completeLine } = await import("./completion/complete-line.ts");
    return completeLine(argv.slice(1));
  }
  const { main } = await import("./main.ts");
  return main(argv);
}

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  // Without the command table this is twice as fast.
  try {
    writeSync(1, `${version}\n`);
  } catch {
    // Its reader is gone, or the disk is full.
    process.exitCode = 1;
  }
} else {
  // A fault of ours, should Node ever find nothing left to wait for before this ends.
  process.exitCode = 70;
  void run(argv).then((code) => (process.exitCode = code));
}
