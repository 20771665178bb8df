#!/usr/bin/env node
import { keepCompiledCode } from "./code-cache.ts";
import { version } from "./version.ts";

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  // Without the command table this is twice as fast.
  process.stdout.write(`${version}\n`);
} else if (argv[0] === "__complete") {
  const { completeLine } = await import("./completion/complete-line.ts");
  await completeLine(argv.slice(1));
} else {
  keepCompiledCode(process.env);
  const { main } = await import("./main.ts");
  process.exitCode = await main(argv);
}
