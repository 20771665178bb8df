import { findHelp, toHelpText } from "./help.ts";
import { outliveTerminal } from "./terminal/interrupt.ts";
import { openIo } from "./terminal/open-io.ts";

/**
 * Runs a command line on this process's streams and environment.
 * @param argv the words after the program's name.
 * @returns the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const io = await openIo(argv);
  const help = findHelp(argv);
  if (help !== undefined) {
    io.stdout.write(`${toHelpText(help.command, io.stdout, io)}\n`);
    return 0;
  }
  outliveTerminal();
  const { runCli } = await import("./cli.ts");
  return runCli(argv, io);
}
