#!/usr/bin/env node
import { version } from "./version.ts";

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  // Without the command table this is twice as fast.
  process.stdout.write(`${version}\n`);
} else {
  const { runCli } = await import("./cli.ts");
  const { chooseLanguage, loadMessages } = await import("./language.ts");
  const { env, stdin, stdout, stderr } = process;
  const t = await loadMessages(chooseLanguage(argv, env));
  process.exitCode = await runCli(argv, { env, stdin, stdout, stderr, t });
}
